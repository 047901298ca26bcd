#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fixed_string.h"
#include "domain/ids.h"
#include "domain/instrument.h"

namespace gannet::okx {

/// What the wire needs to know of one instrument: its names at the venue and the digits that turn
/// text into units.
struct InstrumentCode {
  InstrumentId id;
  InstrumentName name;    ///< instId
  InstrumentName family;  ///< instFamily; "" for spot
  InstrumentName index;   ///< name of its index: uly, or the spot name itself
  InstrumentKind kind = InstrumentKind::Spot;
  std::uint8_t price_digits = 0;
  std::uint8_t quantity_digits = 0;
  std::optional<std::int64_t> code;  ///< instIdCode; absent until the venue has made one
};

/// InstrumentId to instId, instIdCode, instType and family, and back. Filled from the same rows and
/// in the same order as the InstrumentTable, so that ids are indexes here too; looking up does not
/// allocate: one hash and one compare. Margin rows share a name with the spot row and are not
/// entered twice. Thread: as InstrumentTable (written before trading starts).
class InstrumentCodes {
 public:
  InstrumentCodes();

  /// `code.id` must be the id that the InstrumentTable gave. A second row of the same id replaces
  /// the first.
  void add(const InstrumentCode& code);
  /// The venue has made a (new) code for an instrument that is already here.
  void set_code(InstrumentId id, std::optional<std::int64_t> code) noexcept;

  const InstrumentCode* find(std::string_view name) const noexcept;      ///< null if unknown
  const InstrumentCode* find(InstrumentId id) const noexcept;            ///< null if unknown
  const InstrumentCode* find_by_code(std::int64_t code) const noexcept;  ///< linear; not for ticks
  std::size_t size() const noexcept { return count_; }
  const std::vector<InstrumentCode>& rows() const noexcept { return rows_; }  ///< by id; may gap

 private:
  void grow();

  std::vector<InstrumentCode> rows_;  // by id; rows with an invalid id are gaps
  std::vector<std::uint32_t> slots_;  // open addressing: index + 1 into rows_, 0 free
  std::size_t count_ = 0;
};

/// The venue's word: SPOT, MARGIN, SWAP, FUTURES, OPTION.
std::string_view instrument_type_of(InstrumentKind kind) noexcept;
std::optional<InstrumentKind> instrument_kind_of(std::string_view type) noexcept;

}  // namespace gannet::okx
