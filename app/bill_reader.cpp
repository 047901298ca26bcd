#include "app/bill_reader.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/log.h"

namespace gannet::app {
namespace {

constexpr Nanos kRecent = seconds(6 * 24 * 3600);  // what the list of recent bills surely holds

BillReport report_of(const Bill& row, const InstrumentTable& instruments, CurrencyId currency,
                     Timestamp received) {
  BillReport bill;
  bill.account = AccountId{0};
  bill.kind = bill_kind_of(row.kind);
  bill.bill_id = row.bill_id;
  bill.change = {row.change.raw, currency};
  bill.balance = {row.balance.raw, currency};
  bill.profit = {row.profit.raw, currency};
  bill.fee = {row.fee.raw, currency};
  if (!row.instrument.empty()) bill.instrument = instruments.find(row.instrument.view());
  bill.venue_id = row.venue_id;
  bill.trade_id = row.trade_id;
  bill.venue_kind = static_cast<std::int32_t>(row.kind);
  bill.venue_sub_kind = static_cast<std::int32_t>(row.sub_kind);
  bill.exchange_time = row.exchange_time;
  bill.receive_time = received;
  return bill;
}

}  // namespace

BillKind bill_kind_of(std::int64_t venue_kind) noexcept {
  switch (venue_kind) {
    case 1:
    case 12:  // to and from the venue's own trading robots
      return BillKind::Transfer;
    case 2:
    case 14:  // block trades
    case 24:  // spreads
    case 30:  // simple trades
      return BillKind::Trade;
    case 3:
      return BillKind::Delivery;
    case 4:
    case 11:
    case 27:
    case 28:
      return BillKind::Conversion;
    case 5:
      return BillKind::Liquidation;
    case 6:
      return BillKind::MarginTransfer;
    case 7:
      return BillKind::Interest;
    case 8:
      return BillKind::Funding;
    case 9:
      return BillKind::AutoDeleveraging;
    case 10:
      return BillKind::Clawback;
    case 34:
      return BillKind::Settlement;
    default:
      return BillKind::Other;
  }
}

std::expected<std::unique_ptr<BillReader>, Error> BillReader::make(
    net::EventLoop& loop, const net::TlsContext& tls, okx::Signer& signer,
    const InstrumentTable& instruments, const CurrencyTable& currencies, Timestamp since,
    BillReaderSettings settings, Tell tell) {
  okx::VenueReaderSettings reading;
  reading.http.url = settings.url;
  reading.http.connections = 1;
  auto reader =
      okx::VenueReader::make(loop, tls, {&signer, settings.simulated_trading}, std::move(reading));
  if (!reader) return std::unexpected(std::move(reader.error()));
  (*reader)->set_clock_offset(settings.clock_offset);
  auto made = std::unique_ptr<BillReader>(
      new BillReader(loop, instruments, currencies, since, std::move(settings), std::move(tell)));
  made->reader_ = std::move(*reader);
  return made;
}

BillReader::BillReader(net::EventLoop& loop, const InstrumentTable& instruments,
                       const CurrencyTable& currencies, Timestamp since,
                       BillReaderSettings settings, Tell tell)
    : instruments_(instruments),
      currencies_(currencies),
      known_until_(since),
      settings_(std::move(settings)),
      tell_(std::move(tell)),
      timer_(loop) {}

void BillReader::start() { ask_later(settings_.first); }

void BillReader::ask_later(Nanos delay) {
  timer_.start(delay, [this] { ask(); });
}

void BillReader::ask() {
  const Timestamp asked_at = wall_clock_now() + reader_->clock_offset();
  okx::RestQuestion question;
  question.from = known_until_ - settings_.overlap;
  const bool is_recent = asked_at - question.from < kRecent;
  question.endpoint = is_recent ? okx::Endpoint::Bills : okx::Endpoint::BillsArchive;
  rows_.rows.clear();
  const std::uint64_t asked =
      reader_->ask(std::move(question), rows_, [this, asked_at](const okx::RestOutcome& outcome) {
        ++(outcome.complete() ? lists_ : failures_);
        if (!outcome.complete()) {
          log(wall_clock_now(), LogEvent::RequestUnanswered,
              {LogField::string("question", "bills"), LogField::string("why", outcome.message)});
        }
        hand_on(outcome.complete() && outcome.refused_rows == 0, asked_at);
        ask_later(settings_.period);
      });
  if (asked == 0) ask_later(settings_.period);
}

/// Incomplete lists say nothing: what they lack would look like a hole.
void BillReader::hand_on(bool complete, Timestamp asked_at) {
  if (!complete) return;
  std::ranges::sort(rows_.rows, {}, &Bill::bill_id);
  const Timestamp received = wall_clock_now();
  for (const Bill& row : rows_.rows) {
    const CurrencyId currency = currencies_.find(row.currency.view());
    if (!currency.valid()) continue;  // one that this run knows nothing of
    if (!tell_({false, report_of(row, instruments_, currency, received), {}})) return;
  }
  const Timestamp until = asked_at - settings_.venue_lag;
  if (tell_({true, {}, until})) known_until_ = until;
}

}  // namespace gannet::app
