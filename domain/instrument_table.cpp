#include "domain/instrument_table.h"

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace gannet {

CurrencyId CurrencyTable::intern(std::string_view name) {
  const CurrencyName wanted(name);
  if (const CurrencyId known = find(wanted.view()); known.valid()) return known;
  CHECK(names_.size() < CurrencyId::kNone);
  names_.push_back(wanted);
  return {static_cast<std::uint16_t>(names_.size() - 1)};
}

CurrencyId CurrencyTable::find(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i].view() == name) return {static_cast<std::uint16_t>(i)};
  }
  return {};
}

std::string_view CurrencyTable::name(CurrencyId id) const noexcept {
  return id.value < names_.size() ? names_[id.value].view() : std::string_view{};
}

namespace {

std::size_t first_slot(std::string_view name, std::size_t slots) noexcept {
  return std::hash<std::string_view>{}(name) & (slots - 1);
}

/// The slot that holds `name`, or the free one where it belongs. There always is a free one.
std::size_t find_slot(const std::vector<std::uint32_t>& slots,
                      const std::vector<Instrument>& instruments, std::string_view name) noexcept {
  std::size_t i = first_slot(name, slots.size());
  while (slots[i] != 0 && instruments[slots[i] - 1].name.view() != name) {
    i = (i + 1) & (slots.size() - 1);
  }
  return i;
}

}  // namespace

InstrumentId InstrumentTable::add(Instrument instrument) {
  CHECK(!instrument.name.empty());
  CHECK(instruments_.size() < InstrumentId::kNone);
  if (slots_.size() < (instruments_.size() + 1) * 2) {
    slots_.assign(std::max<std::size_t>(slots_.size() * 2, 64), 0);
    // In order of id, so that of two rows of one name the first still wins.
    for (const Instrument& known : instruments_) {
      std::uint32_t& slot = slots_[find_slot(slots_, instruments_, known.name.view())];
      if (slot == 0) slot = known.id.value + 1;
    }
  }
  instrument.id = {static_cast<std::uint32_t>(instruments_.size())};
  std::uint32_t& slot = slots_[find_slot(slots_, instruments_, instrument.name.view())];
  if (slot == 0) slot = instrument.id.value + 1;
  instruments_.push_back(instrument);
  return instrument.id;
}

InstrumentId InstrumentTable::find(std::string_view name) const noexcept {
  if (slots_.empty()) return {};
  const std::uint32_t entry = slots_[find_slot(slots_, instruments_, name)];
  return entry == 0 ? InstrumentId{} : InstrumentId{entry - 1};
}

}  // namespace gannet
