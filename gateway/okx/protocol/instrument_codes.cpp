#include "gateway/okx/protocol/instrument_codes.h"

#include <functional>

namespace gannet::okx {

InstrumentCodes::InstrumentCodes() : slots_(64, 0) {}

void InstrumentCodes::add(const InstrumentCode& code) {
  if (!code.id.valid()) return;
  if (code.id.value < rows_.size() && rows_[code.id.value].id.valid()) {
    rows_[code.id.value] = code;  // same name by contract: the slot stays
    return;
  }
  if (find(code.name.view()) != nullptr) return;
  if (rows_.size() <= code.id.value) rows_.resize(code.id.value + 1);
  rows_[code.id.value] = code;
  ++count_;
  if (count_ * 2 > slots_.size()) {
    grow();
    return;
  }
  std::size_t slot = std::hash<std::string_view>{}(code.name.view()) & (slots_.size() - 1);
  while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = code.id.value + 1;
}

void InstrumentCodes::grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (const InstrumentCode& row : rows_) {
    if (!row.id.valid()) continue;
    std::size_t slot = std::hash<std::string_view>{}(row.name.view()) & (slots_.size() - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = row.id.value + 1;
  }
}

void InstrumentCodes::set_code(InstrumentId id, std::optional<std::int64_t> code) noexcept {
  if (id.value < rows_.size() && rows_[id.value].id.valid()) rows_[id.value].code = code;
}

const InstrumentCode* InstrumentCodes::find(std::string_view name) const noexcept {
  std::size_t slot = std::hash<std::string_view>{}(name) & (slots_.size() - 1);
  for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const InstrumentCode& row = rows_[slots_[slot] - 1];
    if (row.name.view() == name) return &row;
  }
  return nullptr;
}

const InstrumentCode* InstrumentCodes::find(InstrumentId id) const noexcept {
  if (id.value >= rows_.size() || !rows_[id.value].id.valid()) return nullptr;
  return &rows_[id.value];
}

const InstrumentCode* InstrumentCodes::find_by_code(std::int64_t code) const noexcept {
  for (const InstrumentCode& row : rows_) {
    if (row.id.valid() && row.code == code) return &row;
  }
  return nullptr;
}

std::string_view instrument_type_of(InstrumentKind kind) noexcept {
  switch (kind) {
    case InstrumentKind::Spot:
      return "SPOT";
    case InstrumentKind::Margin:
      return "MARGIN";
    case InstrumentKind::Swap:
      return "SWAP";
    case InstrumentKind::Futures:
      return "FUTURES";
    case InstrumentKind::Option:
      return "OPTION";
  }
  return "";
}

std::optional<InstrumentKind> instrument_kind_of(std::string_view type) noexcept {
  if (type == "SPOT") return InstrumentKind::Spot;
  if (type == "MARGIN") return InstrumentKind::Margin;
  if (type == "SWAP") return InstrumentKind::Swap;
  if (type == "FUTURES") return InstrumentKind::Futures;
  if (type == "OPTION") return InstrumentKind::Option;
  return std::nullopt;
}

}  // namespace gannet::okx
