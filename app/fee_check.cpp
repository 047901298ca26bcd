#include "app/fee_check.h"

#include <utility>

#include "app/fee_rates.h"
#include "gateway/okx/protocol/rest_questions.h"

namespace gannet::app {
namespace {

constexpr Nanos kBetweenQuestions = seconds(2);  // the venue takes 5 in 2 s, and start-up asks too

/// 0.0005 and 0.00050 are the same rate.
bool is_same(const Decimal& a, const Decimal& b) {
  const int digits = a.digits > b.digits ? a.digits : b.digits;
  return a.mantissa * power_of_ten(digits - a.digits) ==
         b.mantissa * power_of_ten(digits - b.digits);
}

}  // namespace

FeeCheck::FeeCheck(net::EventLoop& loop, okx::VenueReader& reader,
                   const InstrumentTable& instruments, const engine::FeeTable& used, Tell tell,
                   Nanos period)
    : reader_(reader),
      instruments_(instruments),
      used_(used),
      tell_(std::move(tell)),
      period_(period),
      timer_(loop) {}

void FeeCheck::ask_later(Nanos delay) {
  timer_.start(delay, [this] { ask_next(); });
}

/// One instrument after the other, then a day's rest.
void FeeCheck::ask_next() {
  if (next_ >= instruments_.size()) {
    next_ = 0;
    return ask_later(period_);
  }
  const Instrument& instrument = instruments_[InstrumentId{next_}];
  const bool derivative = is_derivative(instrument.kind);
  rows_.rows.clear();
  const std::uint64_t asked =
      reader_.ask(okx::ask_fees(instrument.kind,
                                derivative ? instrument.family.view() : instrument.name.view()),
                  rows_, [this](const okx::RestOutcome&) {
                    compare();
                    ask_later(kBetweenQuestions);
                  });
  if (asked == 0) ask_later(kBetweenQuestions);
}

void FeeCheck::compare() {
  const Instrument& instrument = instruments_[InstrumentId{next_++}];
  const engine::FeeRate* used = used_.find(instrument.id);
  const auto told = rows_.rows.empty() ? std::nullopt : rates_of(rows_.rows.front());
  if (used == nullptr || !told) return;
  ++compared_;
  if (is_same(used->maker, told->maker) && is_same(used->taker, told->taker)) return;
  ++differed_;
  tell_(instrument, *used, *told);
}

}  // namespace gannet::app
