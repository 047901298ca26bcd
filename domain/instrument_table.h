#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "domain/instrument.h"

namespace gannet {

/// Currencies by dense id, in order of first sight. Start-up and cold paths add; the hot path only
/// looks up. Thread: the reactor writes before trading starts; afterwards read-only.
class CurrencyTable {
 public:
  /// The currency's id, given one if it is new. Names over 15 bytes are cut.
  CurrencyId intern(std::string_view name);
  CurrencyId find(std::string_view name) const noexcept;  ///< invalid if unknown
  std::string_view name(CurrencyId id) const noexcept;    ///< "" if invalid
  std::size_t size() const noexcept { return names_.size(); }

 private:
  std::vector<CurrencyName> names_;
};

/// Instruments of one run by dense id and by name. A margin row shares its name with the spot row
/// and is the same market: the first row of a name wins `find`. Lookups do not allocate; find by
/// name is one hash and one compare. Thread: as CurrencyTable.
class InstrumentTable {
 public:
  /// Adds it, sets its id, and returns the id. Requires a name.
  InstrumentId add(Instrument instrument);
  InstrumentId find(std::string_view name) const noexcept;  ///< invalid if unknown
  const Instrument& operator[](InstrumentId id) const noexcept { return instruments_[id.value]; }
  Instrument& operator[](InstrumentId id) noexcept { return instruments_[id.value]; }
  bool contains(InstrumentId id) const noexcept { return id.value < instruments_.size(); }
  std::size_t size() const noexcept { return instruments_.size(); }
  auto begin() const noexcept { return instruments_.begin(); }
  auto end() const noexcept { return instruments_.end(); }

 private:
  std::vector<Instrument> instruments_;
  std::vector<std::uint32_t> slots_;  // open addressing: index + 1 into instruments_, 0 free
};

}  // namespace gannet
