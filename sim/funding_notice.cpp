#include "sim/funding_notice.h"

#include "domain/exact_math.h"
#include "sim/exchange.h"

namespace gannet::sim {
namespace {

constexpr int kRateDigits = 16;
/// Closer together are two words on one settlement: clocks differ by less, settlements by more.
constexpr Nanos kSameSettlement = seconds(60);

bool is_same_settlement(Timestamp a, Timestamp b) noexcept {
  return a - b < kSameSettlement && b - a < kSameSettlement;
}

/// What is finer than 16 digits is left off.
std::optional<std::int64_t> in_rate_digits(const Decimal& rate) noexcept {
  if (rate.digits > kRateDigits) return rate.mantissa / power_of_ten(rate.digits - kRateDigits);
  std::int64_t scaled = 0;
  if (__builtin_mul_overflow(rate.mantissa, power_of_ten(kRateDigits - rate.digits), &scaled)) {
    return std::nullopt;
  }
  return scaled;
}

}  // namespace

std::optional<FundingNotice> notice_of(const FundingEvent& event) noexcept {
  const auto rate = in_rate_digits(event.rate);
  if (!rate || event.funding_time.nanos <= 0 || event.receive_time.nanos <= 0) return std::nullopt;
  FundingNotice notice;
  notice.instrument = event.instrument;
  notice.rate = *rate;
  notice.time = event.funding_time;
  if (event.next_funding_time > event.funding_time) {
    notice.interval = event.next_funding_time - event.funding_time;
  }
  notice.exchange_time = event.exchange_time;
  notice.receive_time = event.receive_time;
  return notice;
}

void follow_funding(Exchange& exchange, const FundingNotice& notice, Timestamp now) {
  const Nanos ahead = notice.time - notice.receive_time;
  if (ahead.count <= 0) return;
  const Timestamp time = now + ahead;
  const FundingView known = exchange.funding(notice.instrument);
  // It has been paid here a moment before it was paid there: this word is of the past.
  if (known.settled_time.nanos != 0 && is_same_settlement(known.settled_time, time)) return;
  exchange.set_funding_rate(notice.instrument, notice.rate);
  if (is_same_settlement(known.time, time)) return;
  exchange.set_funding_time(notice.instrument, time, notice.interval);
}

}  // namespace gannet::sim
