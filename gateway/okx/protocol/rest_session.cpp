#include "gateway/okx/protocol/rest_session.h"

#include <algorithm>
#include <cstdlib>

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/decode_reply.h"
#include "gateway/okx/protocol/error_codes.h"

namespace gannet::okx {
namespace {

constexpr std::size_t kPageRows = 100;
constexpr std::int32_t kOrderUnknown = 51603;
constexpr std::int32_t kTimestampOld = 50102;
constexpr Nanos kLongestRetryAfter = seconds(60);

/// Pages may overlap: a row that came within the last page's length is the same one again.
template <class Row, class Same>
bool told_lately(const std::vector<Row>& rows, Same same) {
  const auto first = rows.size() > kPageRows ? rows.end() - kPageRows : rows.begin();
  return std::any_of(first, rows.end(), same);
}

}  // namespace

RestSession::RestSession(const RestIdentity& identity, const AccountContext& context,
                         const OrderTermsTable& terms, AccountListener& listener,
                         SessionProblems& problems, RestOutput& output,
                         RestSessionSettings settings)
    : identity_(identity),
      context_(context),
      terms_(terms),
      listener_(listener),
      problems_(problems),
      output_(output),
      settings_(settings),
      jitter_(settings.retry_delay, settings.retry_delay_max, settings.jitter_seed),
      // A little below the venue's own figures, in the order of Ask. Operations are counted by the
      // risk layer; their bucket here is never asked.
      buckets_{RequestBucket{55, seconds(2)}, RequestBucket{55, seconds(2)},
               RequestBucket{9, seconds(2)},  RequestBucket{9, seconds(2)},
               RequestBucket{55, seconds(2)}, RequestBucket{9, seconds(2)},
               RequestBucket{1, seconds(1)},  RequestBucket{1, milliseconds(1'050)}} {}

bool RestSession::request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                                   Timestamp now) noexcept {
  Question question;
  switch (kind) {
    case SnapshotKind::OpenOrders:
      question.ask = Ask::OpenOrders;
      break;
    case SnapshotKind::Fills:
      question.ask = Ask::Fills;
      break;
    case SnapshotKind::Positions:
      question.ask = Ask::Positions;
      break;
    case SnapshotKind::Balances:
      question.ask = Ask::Balances;
      break;
    case SnapshotKind::AlgoOrders:
      return false;  // AlgoRest lists them
  }
  question.snapshot = request;
  question.since = since;
  question.request.method = "GET";
  question.request.target = list_target(question);
  question.retries_left = settings_.read_retries;
  return enqueue(std::move(question), now);
}

bool RestSession::query_order(InstrumentId instrument, ClientOrderId client_id,
                              VenueOrderId venue_id, Timestamp now) noexcept {
  const OrderTerms* terms = terms_.find(instrument);
  if (terms == nullptr || (!client_id.valid() && !venue_id.valid())) return false;
  Question question;
  question.ask = Ask::Order;
  question.request.method = "GET";
  question.request.target = "/api/v5/trade/order?instId=";
  question.request.target += terms->name.view();
  question.request.target += venue_id.valid() ? "&ordId=" + std::to_string(venue_id.value)
                                              : "&clOrdId=" + std::to_string(client_id.value);
  question.flights.push_back({ExecutionReport::Request::None, instrument, client_id, venue_id, 0});
  question.retries_left = settings_.read_retries;
  return enqueue(std::move(question), now);
}

bool RestSession::set_cancel_all_after(std::uint32_t timeout_seconds, Timestamp now) noexcept {
  if (!stop_reason_.empty()) return false;
  if (!buckets_[static_cast<std::size_t>(Ask::DeadMan)].take(now)) return false;
  Question question;
  question.ask = Ask::DeadMan;
  question.request =
      cancel_all_after_request({}, static_cast<int>(timeout_seconds),
                               settings_.untagged_timer ? "" : context_.own_tag.view(), {});
  return transmit(question, now);
}

SendResult RestSession::send(std::string_view path, std::string_view body, Timestamp expire_time,
                             std::span<const Flight> flights, Timestamp now) noexcept {
  if (!stop_reason_.empty()) return SendResult::NotConnected;
  Question question;
  question.ask = Ask::Operation;
  question.request.method = "POST";
  question.request.target = path;
  question.request.body = body;
  question.expire_time = expire_time;
  question.flights.assign(flights.begin(), flights.end());
  question.request.is_exempt =
      std::ranges::all_of(flights, [](const Flight& flight) { return flight.by_engine; });
  if (!transmit(question, now)) return SendResult::QueueFull;
  for (const Flight& flight : flights) counters_.wire.add(flight.request);
  return SendResult::Sent;
}

void RestSession::on_timer(Timestamp now) noexcept {
  // Every question has the same time-out, so the oldest ids are due first; a retry has a new id.
  while (!asked_.empty() && asked_.begin()->second.deadline <= now) {
    auto node = asked_.extract(asked_.begin());
    ++counters_.timed_out;
    frame_.read(HttpResponse{});
    finish(node.mapped(), now, false);
  }
  const bool clock_due = clock_asked_.nanos == 0 || now - clock_asked_ >= settings_.clock_interval;
  if (settings_.clock_interval.count > 0 && clock_due) {
    clock_asked_ = now;
    Question question;
    question.ask = Ask::Clock;
    question.request = time_request({});
    static_cast<void>(enqueue(std::move(question), now));
  }
  pump(now);
}

void RestSession::on_response(std::uint64_t id, const HttpResponse& response, Timestamp now,
                              bool certainly_not_sent) noexcept {
  auto node = asked_.extract(id);
  if (node.empty()) {
    ++counters_.late_answers;
    return;
  }
  ++counters_.answers;
  frame_.read(response);
  finish(node.mapped(), now, certainly_not_sent && response.status == 0);
  pump(now);
}

bool RestSession::enqueue(Question question, Timestamp now) {
  if (!stop_reason_.empty() || waiting_.size() >= settings_.maximum_waiting) return false;
  waiting_.push_back(std::move(question));
  pump(now);
  return true;
}

/// Sends what may go now; a question whose bucket is empty does not hold up the others.
void RestSession::pump(Timestamp now) {
  for (std::size_t i = 0; i < waiting_.size();) {
    Question& question = waiting_[i];
    if (question.not_before > now || !buckets_[static_cast<std::size_t>(question.ask)].take(now)) {
      ++i;
      continue;
    }
    if (!transmit(question, now)) return;  // the transport is full: the next timer tries again
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// Signs and hands over; the question is moved to those asked. False: it stays where it was.
bool RestSession::transmit(Question& question, Timestamp now) {
  const bool is_public = question.ask == Ask::Clock;
  RestIdentity identity = identity_;
  if (is_public) identity.signer = nullptr;
  const Timestamp venue_now = now + clock_offset_;
  HttpRequest request =
      question.request.method == "GET"
          ? make_get(identity, question.request.target, venue_now)
          : make_post(identity, question.request.target, question.request.body, venue_now);
  if (question.expire_time.nanos > 0) {
    request.headers.emplace_back("expTime", std::to_string(to_unix_millis(question.expire_time)));
  }
  request.is_exempt = question.request.is_exempt;
  const std::uint64_t id = next_id_++;
  if (!output_.send_request(id, std::move(request))) return false;
  ++counters_.requests;
  question.sent_at = now;
  if (question.pages == 0 && question.first_sent_at.nanos == 0) question.first_sent_at = now;
  question.deadline = now + settings_.request_timeout;
  asked_.emplace(id, std::move(question));
  return true;
}

void RestSession::finish(Question& question, Timestamp now, bool certainly_not_sent) {
  if (frame_.is_json() && unlisted_.note(frame_.code()))
    problems_.on_problem(ProblemKind::Refused, frame_.code(), kUnlistedCode);
  if (frame_.is_json() && frame_.rule().error_class == ErrorClass::AuthFatal &&
      question.ask != Ask::Operation && frame_.code() != kTimestampOld) {
    stop(frame_.code());
  }
  switch (question.ask) {
    case Ask::Operation:
      finish_operation(question, now, certainly_not_sent);
      return;
    case Ask::Clock:
      finish_clock(question, now);
      return;
    case Ask::DeadMan:
      if (!frame_.ok()) {
        problems_.on_problem(ProblemKind::Refused, frame_.code(), "cancel-all-after");
      }
      listener_.on_cancel_all_after(frame_.ok(), question.sent_at, now);
      return;
    case Ask::Order:
      finish_order(question, now);
      return;
    default:
      finish_list(question, now);
      return;
  }
}

/// A question may be asked again when the reason passes: no answer, busy, too fast, a gateway's
/// error, or a clock that is being corrected. True: it waits.
bool RestSession::retry(Question& question, Timestamp now) {
  if (question.retries_left == 0 || !stop_reason_.empty()) return false;
  const ErrorClass error_class = frame_.rule().error_class;
  const bool passing = frame_.code() == kTimestampOld || error_class == ErrorClass::RateLimited ||
                       error_class == ErrorClass::RetryAfterBackoff ||
                       error_class == ErrorClass::VenueUnavailable ||
                       error_class == ErrorClass::OutcomeUnknown;
  if (!passing || waiting_.size() >= settings_.maximum_waiting) return false;
  if (frame_.code() == kTimestampOld) clock_asked_ = {};  // ask the venue's clock again first
  --question.retries_left;
  const Nanos wait = jitter_.delay(question.retries++);
  const Nanos asked = frame_.retry_after().value_or(Nanos{});
  question.not_before = now + std::max(wait, std::min(asked, kLongestRetryAfter));
  ++counters_.retried;
  waiting_.push_back(std::move(question));
  return true;
}

void RestSession::give_up(const Question& question, Timestamp now) {
  ++counters_.failed;
  problems_.on_problem(frame_.code() == -1 ? ProblemKind::TimedOut : ProblemKind::Refused,
                       frame_.code(), question.request.target);
  if (question.ask != Ask::Order) {
    tell_list(question, false, now);
    return;
  }
  ExecutionReport report = report_of(question.flights.front(), context_.account, now);
  report.source = ExecutionReport::Source::Query;
  report.kind = ExecutionReport::Kind::OutcomeUnknown;
  report.reason = VenueReason::OutcomeUnknown;
  report.venue_code = std::max(frame_.code(), 0);
  listener_.on_execution_report(report);
}

void RestSession::finish_order(Question& question, Timestamp now) {
  if (frame_.code() == kOrderUnknown) {
    ExecutionReport report = report_of(question.flights.front(), context_.account, now);
    report.source = ExecutionReport::Source::Query;
    report.kind = ExecutionReport::Kind::NotFound;
    report.reason = VenueReason::OrderGone;
    report.venue_code = kOrderUnknown;
    listener_.on_execution_report(report);
    return;
  }
  if (!frame_.ok()) {
    if (!retry(question, now)) give_up(question, now);
    return;
  }
  answering_ = &question;
  const DecodeStatus status = decode_orders(frame_.reader(), OrderRow::Query, context_, now, *this);
  answering_ = nullptr;
  if (!status || question.orders.empty()) {
    give_up(question, now);
    return;
  }
  listener_.on_execution_report(question.orders.front());
}

void RestSession::finish_list(Question& question, Timestamp now) {
  if (!frame_.ok()) {
    if (!retry(question, now)) give_up(question, now);
    return;
  }
  answering_ = &question;
  question.page_rows = 0;
  const std::uint64_t previous_cursor = question.cursor;
  DecodeStatus status;
  switch (question.ask) {
    case Ask::OpenOrders:
      status = decode_orders(frame_.reader(), OrderRow::Query, context_, now, *this);
      break;
    case Ask::Fills:
      status = decode_fills(frame_.reader(), context_, now, *this);
      break;
    case Ask::Positions:
      status = decode_positions(frame_.reader(), context_, now, *this);
      break;
    default:
      status = decode_account(frame_.reader(), context_, now, *this);
      break;
  }
  answering_ = nullptr;
  if (!status) {
    bad_row(status.error());
    tell_list(question, false, now);
    return;
  }
  ++question.pages;
  const bool paged = question.ask == Ask::OpenOrders || question.ask == Ask::Fills;
  if (!paged || question.page_rows < kPageRows) {
    tell_list(question, question.complete, now);
    return;
  }
  // A page that does not move the cursor would be asked for ever.
  if (question.cursor == 0 || question.cursor == previous_cursor ||
      question.pages >= settings_.maximum_pages) {
    tell_list(question, false, now);
    return;
  }
  question.request.target = list_target(question);
  question.retries_left = settings_.read_retries;
  question.retries = 0;
  question.not_before = {};
  waiting_.push_back(std::move(question));  // over maximum_waiting by one: it is no new question
}

void RestSession::tell_list(const Question& question, bool complete, Timestamp now) {
  const auto kind = static_cast<SnapshotKind>(question.ask);
  static_assert(static_cast<int>(Ask::OpenOrders) == static_cast<int>(SnapshotKind::OpenOrders));
  static_assert(static_cast<int>(Ask::Fills) == static_cast<int>(SnapshotKind::Fills));
  static_assert(static_cast<int>(Ask::Positions) == static_cast<int>(SnapshotKind::Positions));
  static_assert(static_cast<int>(Ask::Balances) == static_cast<int>(SnapshotKind::Balances));
  listener_.on_snapshot_begin(kind, question.snapshot, question.first_sent_at);
  for (const ExecutionReport& order : question.orders) listener_.on_execution_report(order);
  // Newest first on the wire, and pages may tear within one millisecond: by time, then by id.
  std::vector<FillReport> fills = question.fills;
  std::ranges::stable_sort(fills, [](const FillReport& a, const FillReport& b) {
    if (a.fill.exchange_time != b.fill.exchange_time) {
      return a.fill.exchange_time < b.fill.exchange_time;
    }
    return a.fill.trade_id < b.fill.trade_id;
  });
  for (const FillReport& fill : fills) listener_.on_fill_report(fill);
  for (const PositionReport& position : question.positions) listener_.on_position(position, true);
  for (const BalanceReport& balance : question.balances) listener_.on_balance(balance, true);
  listener_.on_snapshot_end(kind, question.snapshot, complete, now);
}

void RestSession::finish_operation(const Question& question, Timestamp now,
                                   bool certainly_not_sent) {
  ReplyItems items;
  std::int32_t code = frame_.code();
  if (frame_.is_json()) {
    const DecodeStatus status = decode_reply(frame_.reader(), frame_.frame().has_data, items);
    if (!status) {
      items.clear();
      code = -1;
    }
  }
  if (code == kTimestampOld) clock_asked_ = {};  // the next turn asks for the venue's clock
  for (std::size_t i = 0; i < question.flights.size(); ++i) {
    const Flight& flight = question.flights[i];
    if (flight.request == ExecutionReport::Request::None) {  // a mass cancel: nobody waits for it
      if (!frame_.ok()) problems_.on_problem(ProblemKind::Refused, code, "a mass cancel");
      continue;
    }
    ExecutionReport report = report_of(flight, context_.account, now);
    const ReplyItem* item = nullptr;
    for (const ReplyItem& candidate : items) {
      if (names(candidate, flight)) item = &candidate;
    }
    if (item == nullptr && i < items.size() && !items[i].client_id.valid() &&
        (!items[i].venue_id.valid() || !flight.venue_id.valid())) {
      item = &items[i];
    }
    Verdict verdict{ExecutionReport::Kind::OutcomeUnknown, VenueReason::OutcomeUnknown};
    if (item != nullptr) {
      const std::int32_t item_code = item->code == -1 ? code : item->code;
      verdict = judge(flight.request, item_code, true);
      if (unlisted_.note(item_code))
        problems_.on_problem(ProblemKind::Refused, item_code, kUnlistedCode);
      report.venue_code = item_code;
      if (item->venue_id.valid()) report.venue_id = item->venue_id;
    } else if (frame_.is_json() && items.empty() && code > 0) {
      verdict = judge(flight.request, code, false);
      report.venue_code = code;
    } else if (certainly_not_sent) {
      verdict = refused(flight.request, VenueReason::VenueUnavailable);
    } else if (!frame_.is_json()) {
      const ErrorRule rule = frame_.rule();
      // A wall's or gateway's answer: only these say surely that nobody looked at the order.
      if (rule.error_class == ErrorClass::RateLimited ||
          rule.error_class == ErrorClass::RejectFinal ||
          rule.error_class == ErrorClass::AuthFatal) {
        verdict = refused(flight.request, rule.reason);
      }
    }
    report.kind = verdict.kind;
    report.reason = verdict.reason;
    listener_.on_execution_report(report);
  }
}

void RestSession::finish_clock(const Question& question, Timestamp now) {
  if (!frame_.ok()) return;  // the next turn asks again
  std::optional<Timestamp> venue_time;
  static_cast<void>(for_each_row(frame_.reader(), [&](JsonValue row) -> DecodeStatus {
    constexpr FieldNames<1> names({"ts"});
    std::array<std::string_view, 1> texts{};
    if (const DecodeStatus read = read_texts(row, names, texts); !read) return read;
    const auto time = timestamp_from_millis(texts[0]);
    if (time) venue_time = *time;
    return {};
  }));
  if (!venue_time || now - question.sent_at > settings_.clock_round_trip) return;
  on_clock_sample({question.sent_at, *venue_time, *venue_time, now});
}

void RestSession::on_clock_sample(const ClockSample& sample) {
  static_cast<void>(clock_.add(sample));
  clock_offset_ = clock_.offset().value_or(clock_offset_);
  const Nanos change{std::abs(clock_offset_.count - clock_told_.count)};
  const bool first = clock_told_at_.nanos == 0;
  const bool due = first || change > settings_.clock_tell_at_once ||
                   sample.received - clock_told_at_ >= settings_.clock_tell_spacing;
  if (!due) return;
  clock_told_ = clock_offset_;
  clock_told_at_ = sample.received;
  listener_.on_venue_clock(clock_offset_, sample.received);
}

void RestSession::on_order(const DecodedOrder& order) noexcept {
  ++answering_->page_rows;
  answering_->cursor = order.report.venue_id.value;
  if (told_lately(answering_->orders, [&](const ExecutionReport& report) {
        return report.venue_id == order.report.venue_id;
      })) {
    return;
  }
  answering_->orders.push_back(order.report);
}
void RestSession::on_bad_order(const ExecutionReport& ids, DecodeError error) noexcept {
  ++answering_->page_rows;
  if (ids.venue_id.valid()) answering_->cursor = ids.venue_id.value;
  bad_row(error);
  if (error != DecodeError::UnknownInstrument) answering_->complete = false;
}
void RestSession::on_fill_row(const FillReport& fill, std::uint64_t bill_id) noexcept {
  ++answering_->page_rows;
  answering_->cursor = bill_id;
  if (told_lately(answering_->fills, [&](const FillReport& told) {
        return bill_id != 0 && told.fill.bill_id == bill_id &&
               told.fill.trade_id == fill.fill.trade_id;
      })) {
    return;
  }
  answering_->fills.push_back(fill);
}
void RestSession::on_bad_fill(DecodeError error, std::uint64_t bill_id) noexcept {
  ++answering_->page_rows;
  answering_->cursor = bill_id;
  bad_row(error);
  if (error != DecodeError::UnknownInstrument) answering_->complete = false;
}
void RestSession::on_position_row(const PositionReport& position) noexcept {
  answering_->positions.push_back(position);
}
void RestSession::on_bad_position(DecodeError error) noexcept {
  bad_row(error);
  if (error != DecodeError::UnknownInstrument) answering_->complete = false;
}
void RestSession::on_balance_row(const BalanceReport& balance) noexcept {
  answering_->balances.push_back(balance);
}
void RestSession::on_bad_balance(DecodeError error) noexcept {
  bad_row(error);
  if (error != DecodeError::UnknownInstrument) answering_->complete = false;
}

void RestSession::bad_row(DecodeError error) noexcept {
  if (error == DecodeError::UnknownInstrument) {
    ++counters_.unknown_instruments;
  } else {
    ++counters_.malformed_rows;
    problems_.on_problem(ProblemKind::Malformed, static_cast<std::int32_t>(error), "a REST row");
  }
}

void RestSession::stop(std::int32_t code) {
  if (!stop_reason_.empty()) return;
  stop_reason_ = advice(code);
  problems_.on_problem(ProblemKind::Fatal, code, stop_reason_);
}

/// The list's address, with the page after the cursor. Fills: `begin` is in milliseconds.
std::string RestSession::list_target(const Question& question) {
  std::string target;
  switch (question.ask) {
    case Ask::OpenOrders:
      target = "/api/v5/trade/orders-pending?limit=100";
      break;
    case Ask::Fills:
      target = "/api/v5/trade/fills?limit=100";
      if (question.since.nanos > 0) {
        target += "&begin=" + std::to_string(to_unix_millis(question.since));
      }
      break;
    case Ask::Positions:
      return "/api/v5/account/positions";
    default:
      return "/api/v5/account/balance";
  }
  if (question.cursor != 0) target += "&after=" + std::to_string(question.cursor);
  return target;
}

}  // namespace gannet::okx
