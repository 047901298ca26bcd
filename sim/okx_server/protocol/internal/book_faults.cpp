#include "sim/okx_server/protocol/internal/book_faults.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

/// IEEE 802.3, reflected, as in zlib.
constexpr std::array<std::uint32_t, 256> make_crc_table() noexcept {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
    table[i] = value;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

constexpr std::uint32_t crc32(std::string_view text) noexcept {
  std::uint32_t value = ~0u;
  for (const char c : text)
    value = kCrcTable[(value ^ static_cast<unsigned char>(c)) & 0xff] ^ (value >> 8);
  return ~value;
}
static_assert(crc32("123456789") == 0xCBF43926u);

Price tick_of(const Instrument& instrument) noexcept {
  return {std::max<std::int64_t>(instrument.tick_size.raw, 1)};
}

void burst(const Instrument& instrument, Side side, std::size_t levels,
           std::vector<BookLevel>& book) {
  const Quantity more = instrument.lot_size;
  for (BookLevel& level : book) level.quantity += more;
  if (book.empty()) return;
  const std::int64_t step = side == Side::Buy ? -tick_of(instrument).raw : tick_of(instrument).raw;
  while (book.size() < levels) {
    const Price next{book.back().price.raw + step};
    if (next.raw <= 0) return;
    book.push_back({next, more, 1});
  }
}

}  // namespace

bool bend_book(ServerState& state, InstrumentId id, std::string_view channel,
               std::vector<BookLevel>& bids, std::vector<BookLevel>& asks) {
  Faults& faults = state.faults;
  const Instrument& instrument = state.instruments[id];
  if (!bids.empty() && !asks.empty() && faults.take(FaultKind::CrossedBook, channel)) {
    bids.insert(bids.begin(), {asks.front().price + tick_of(instrument), instrument.lot_size, 1});
    return true;
  }
  if (const auto fault = faults.take(FaultKind::EmptySide, channel)) {
    (fault->text("side") == "bids" ? bids : asks).clear();
    return true;
  }
  if (!bids.empty() && faults.take(FaultKind::ZeroLevel, channel)) {
    bids.push_back({bids.back().price - tick_of(instrument), {}, 0});
    return true;
  }
  if (const auto fault = faults.take(FaultKind::LevelBurst, channel)) {
    const auto levels =
        static_cast<std::size_t>(std::clamp<std::int64_t>(fault->number("levels", 400), 1, 400));
    burst(instrument, Side::Buy, levels, bids);
    burst(instrument, Side::Sell, levels, asks);
    return true;
  }
  return false;
}

void bend_best(ServerState& state, InstrumentId id, std::optional<BookLevel>& bid,
               std::optional<BookLevel>& ask) {
  const Instrument& instrument = state.instruments[id];
  const Fault* const fault = state.faults.find(FaultKind::Disagree, instrument.name.view());
  if (fault == nullptr) return;
  state.faults.count(FaultKind::Disagree);
  const Price by{tick_of(instrument).raw *
                 std::clamp<std::int64_t>(fault->number("ticks", 1), -1'000, 1'000)};
  for (std::optional<BookLevel>* const level : {&bid, &ask}) {
    if (*level && (*level)->price.raw + by.raw > 0) (*level)->price += by;
  }
}

std::int32_t book_checksum(const Instrument& instrument, const std::vector<BookLevel>& bids,
                           const std::vector<BookLevel>& asks) {
  constexpr std::size_t kLevels = 25;
  std::string text;
  for (std::size_t i = 0; i < kLevels; ++i) {
    for (const std::vector<BookLevel>* const side : {&bids, &asks}) {
      if (i >= side->size()) continue;
      if (!text.empty()) text += ':';
      text += price_text(instrument, (*side)[i].price);
      text += ':';
      text += quantity_text(instrument, (*side)[i].quantity);
    }
  }
  return std::bit_cast<std::int32_t>(crc32(text));
}

}  // namespace gannet::okx_server
