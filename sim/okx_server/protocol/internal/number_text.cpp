#include "sim/okx_server/protocol/internal/number_text.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace gannet::okx_server {

namespace {

/// The same of what fits 64 bits, which is most.
std::string short_text(std::int64_t raw, int digits) {
  std::array<char, 64> buffer;
  std::size_t at = buffer.size();
  std::uint64_t value =
      raw < 0 ? ~static_cast<std::uint64_t>(raw) + 1 : static_cast<std::uint64_t>(raw);
  while (digits > 0 && value % 10 == 0) {  // zeros at the end are not written
    value /= 10;
    --digits;
  }
  for (int n = 0; value != 0 || n <= digits; ++n) {
    if (n == digits && digits != 0) buffer[--at] = '.';
    buffer[--at] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  if (raw < 0) buffer[--at] = '-';
  return {buffer.data() + at, buffer.size() - at};
}

}  // namespace

std::string decimal_text(__int128 raw, int digits) {
  constexpr int kShortDigits = 40;
  if (raw == static_cast<std::int64_t>(raw) && digits <= kShortDigits)
    return short_text(static_cast<std::int64_t>(raw), digits);
  const bool negative = raw < 0;
  auto value = static_cast<unsigned __int128>(raw);
  if (negative) value = ~value + 1;
  // Written from the end, in pieces that fit 64 bits: 128-bit divisions are slow.
  constexpr std::uint64_t kPiece = 1'000'000'000'000'000'000u;
  constexpr int kPieceDigits = 18;
  std::array<char, 128> buffer;
  std::size_t at = buffer.size();
  auto piece = static_cast<std::uint64_t>(value % kPiece);
  value /= kPiece;
  for (int n = 0; piece != 0 || value != 0 || n <= digits; ++n) {
    if (n > 0 && n % kPieceDigits == 0) {
      piece = static_cast<std::uint64_t>(value % kPiece);
      value /= kPiece;
    }
    if (n == digits && digits != 0) buffer[--at] = '.';
    buffer[--at] = static_cast<char>('0' + piece % 10);
    piece /= 10;
  }
  std::string text(buffer.data() + at, buffer.size() - at);
  if (digits != 0) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return negative && text != "0" ? "-" + text : text;
}

std::string price_text(const Instrument& instrument, Price price) {
  return decimal_text(price.raw, instrument.price_digits);
}

std::string quantity_text(const Instrument& instrument, Quantity quantity) {
  return decimal_text(quantity.raw, instrument.quantity_digits);
}

std::string amount_text(const Amount& amount) { return decimal_text(amount.raw, Amount::kDigits); }

std::string decimal_text(const Decimal& decimal) {
  return decimal_text(decimal.mantissa, decimal.digits);
}

std::string estimate_text(double value) {
  if (!std::isfinite(value)) return "";
  std::string text = fmt::format("{:.8f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string average_price_text(const Instrument& instrument, __int128 cost, Quantity quantity) {
  if (quantity.raw == 0) return "0";
  int extra = 10;
  constexpr __int128 kRoom = static_cast<__int128>(1) << 124;
  __int128 scaled = cost;
  while (extra > 0) {
    scaled = cost;
    int i = 0;
    for (; i < extra && scaled < kRoom / 10 && scaled > -kRoom / 10; ++i) scaled *= 10;
    if (i == extra) break;
    extra = i;
  }
  if (extra == 0) scaled = cost;
  return decimal_text(scaled / quantity.raw, instrument.price_digits + extra);
}

std::string millis_text(Timestamp time) { return std::to_string(to_unix_millis(time)); }

std::string micros_text(Timestamp time) { return std::to_string(time.nanos / 1'000); }

double to_double(const Decimal& decimal) noexcept {
  return static_cast<double>(decimal.mantissa) * std::pow(10.0, -static_cast<int>(decimal.digits));
}

std::optional<std::uint64_t> parse_digits(std::string_view text) noexcept {
  if (text.empty() || text.size() > 19) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

bool is_plain_name(std::string_view text, std::size_t longest) noexcept {
  if (text.empty() || text.size() > longest) return false;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!plain) return false;
  }
  return true;
}

}  // namespace gannet::okx_server
