#include "gateway/okx/protocol/algo_rest.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/okx/protocol/algo_words.h"
#include "gateway/okx/protocol/encode_algo.h"
#include "gateway/okx/protocol/error_codes.h"

namespace gannet::okx {
namespace {

constexpr std::size_t kAlgoPageRows = 100;
constexpr std::int32_t kAlgoUnknown = 51603;
constexpr std::size_t kAlgoListCount = std::size(kAlgoLists);

using Request = ExecutionReport::Request;

}  // namespace

AlgoRest::AlgoRest(const RestIdentity& identity, const AccountContext& context,
                   const OrderTermsTable& terms, AccountListener& listener,
                   SessionProblems& problems, RestOutput& output, AlgoRestSettings settings)
    : identity_(identity),
      context_(context),
      terms_(terms),
      listener_(listener),
      problems_(problems),
      output_(output),
      settings_(settings),
      // A little below the venue's own figures; operations are counted by the risk layer.
      buckets_{RequestBucket{18, seconds(2)}, RequestBucket{18, seconds(2)},
               RequestBucket{18, seconds(2)}, RequestBucket{1, seconds(1)}} {}

SendResult AlgoRest::place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept {
  const Flight flight{Request::Place, request.instrument, request.client_id, {}, 0};
  const OrderTerms* terms = terms_.find(request.instrument);
  if (terms == nullptr) return refuse({&flight, 1}, VenueReason::UnknownInstrument);
  return send("/api/v5/trade/order-algo",
              encode_place_algo(text_, request, *terms, context_.own_tag), {&flight, 1}, now);
}

SendResult AlgoRest::amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept {
  const Flight flight{Request::Amend, request.instrument, request.client_id, request.venue_id,
                      request.amend_id};
  const OrderTerms* terms = terms_.find(request.instrument);
  if (terms == nullptr) return refuse({&flight, 1}, VenueReason::UnknownInstrument);
  return send("/api/v5/trade/amend-algos", encode_amend_algo(text_, request, *terms), {&flight, 1},
              now);
}

SendResult AlgoRest::cancel_algos(std::span<const AlgoCancelRequest> requests,
                                  Timestamp now) noexcept {
  if (requests.empty() || requests.size() > kMaxAlgoCancels) return SendResult::QueueFull;
  std::array<Flight, kMaxAlgoCancels> flights;
  std::array<const OrderTerms*, kMaxAlgoCancels> terms{};
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const AlgoCancelRequest& request = requests[i];
    flights[i] = {Request::Cancel, request.instrument, request.client_id, request.venue_id, 0};
    terms[i] = terms_.find(request.instrument);
  }
  if (std::find(terms.begin(), terms.begin() + requests.size(), nullptr) !=
      terms.begin() + requests.size())
    return refuse({flights.data(), requests.size()}, VenueReason::UnknownInstrument);
  return send("/api/v5/trade/cancel-algos",
              encode_cancel_algos(text_, requests, {terms.data(), requests.size()}),
              {flights.data(), requests.size()}, now);
}

bool AlgoRest::query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                          VenueOrderId venue_id, Timestamp now) noexcept {
  if (!client_id.valid() && !venue_id.valid()) return false;
  Question question;
  question.ask = Ask::One;
  question.kind = kind;
  question.target = "/api/v5/trade/order-algo?";
  question.target += venue_id.valid() ? "algoId=" + std::to_string(venue_id.value)
                                      : "algoClOrdId=" + std::to_string(client_id.value);
  question.flights.push_back({Request::None, instrument, client_id, venue_id, 0});
  question.retries_left = settings_.read_retries;
  return enqueue(std::move(question), now);
}

bool AlgoRest::request_list(std::uint64_t request, Timestamp now) noexcept {
  Question question;
  question.ask = Ask::List;
  question.snapshot = request;
  question.target = list_target(question);
  question.retries_left = settings_.read_retries;
  return enqueue(std::move(question), now);
}

SendResult AlgoRest::send(std::string_view path, const Encoded& body,
                          std::span<const Flight> flights, Timestamp now) {
  if (!body) return refuse(flights, VenueReason::InvalidParameter);
  Question question;
  question.ask = Ask::Operation;
  question.target = path;
  question.body = *body;
  question.flights.assign(flights.begin(), flights.end());
  if (!transmit(question, now)) return SendResult::QueueFull;
  for (const Flight& flight : flights) counters_.wire.add(flight.request);
  return SendResult::Sent;
}

/// Never answers within the caller's own call: the reports wait for the timer.
SendResult AlgoRest::refuse(std::span<const Flight> flights, VenueReason reason) {
  for (const Flight& flight : flights) {
    counters_.wire.add(flight.request);
    ExecutionReport report = report_of(flight, context_.account, {});
    const Verdict verdict = refused(flight.request, reason);
    report.kind = verdict.kind;
    report.reason = verdict.reason;
    refused_.push_back(report);
    ++counters_.refused_here;
  }
  return SendResult::Sent;
}

void AlgoRest::on_timer(Timestamp now) noexcept {
  // Every question has the same time-out, so the oldest ids are due first.
  while (!asked_.empty() && asked_.begin()->second.deadline <= now) {
    auto node = asked_.extract(asked_.begin());
    ++counters_.timed_out;
    frame_.read(HttpResponse{});
    finish(node.mapped(), now, false);
  }
  const std::vector<ExecutionReport> reports = std::exchange(refused_, {});
  for (ExecutionReport report : reports) {
    report.receive_time = now;
    listener_.on_execution_report(report);
  }
  pump(now);
}

void AlgoRest::on_response(std::uint64_t id, const HttpResponse& response, Timestamp now,
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

bool AlgoRest::enqueue(Question question, Timestamp now) {
  if (waiting_.size() >= settings_.maximum_waiting) return false;
  waiting_.push_back(std::move(question));
  pump(now);
  return true;
}

/// Sends what may go now; a question whose bucket is empty does not hold up the others.
void AlgoRest::pump(Timestamp now) {
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
bool AlgoRest::transmit(Question& question, Timestamp now) {
  const Timestamp venue_now = now + clock_offset_;
  const std::uint64_t id = next_id_++;
  if (!output_.send_request(id,
                            question.ask == Ask::Operation
                                ? make_post(identity_, question.target, question.body, venue_now)
                                : make_get(identity_, question.target, venue_now)))
    return false;
  ++counters_.requests;
  if (question.first_sent_at.nanos == 0) question.first_sent_at = now;
  question.deadline = now + settings_.request_timeout;
  asked_.emplace(id, std::move(question));
  return true;
}

void AlgoRest::finish(Question& question, Timestamp now, bool certainly_not_sent) {
  switch (question.ask) {
    case Ask::Operation:
      return finish_operation(question, now, certainly_not_sent);
    case Ask::List:
      return finish_list(question, now);
    case Ask::One:
    case Ask::History:
      return finish_one(question, now);
  }
}

void AlgoRest::finish_operation(const Question& question, Timestamp now, bool certainly_not_sent) {
  ReplyItems items;
  std::int32_t code = frame_.code();
  if (frame_.is_json() && !decode_algo_reply(frame_.reader(), frame_.frame().has_data, items)) {
    items.clear();
    code = -1;
  }
  for (std::size_t i = 0; i < question.flights.size(); ++i) {
    const Flight& flight = question.flights[i];
    ExecutionReport report = report_of(flight, context_.account, now);
    const ReplyItem* item = nullptr;
    for (const ReplyItem& candidate : items) {
      if (names(candidate, flight)) item = &candidate;
    }
    if (item == nullptr && i < items.size() && !items[i].client_id.valid() &&
        (!items[i].venue_id.valid() || !flight.venue_id.valid()))
      item = &items[i];
    Verdict verdict{ExecutionReport::Kind::OutcomeUnknown, VenueReason::OutcomeUnknown};
    if (item != nullptr) {
      report.venue_code = item->code == -1 ? code : item->code;
      verdict = judge(flight.request, report.venue_code, true);
      if (item->venue_id.valid()) report.venue_id = item->venue_id;
    } else if (frame_.is_json() && items.empty() && code > 0) {
      report.venue_code = code;
      verdict = judge(flight.request, code, false);
    } else if (certainly_not_sent) {
      verdict = refused(flight.request, VenueReason::VenueUnavailable);
    } else if (!frame_.is_json()) {
      // A wall's or gateway's answer: only these say surely that nobody looked at the order.
      const ErrorRule rule = frame_.rule();
      if (rule.error_class == ErrorClass::RateLimited ||
          rule.error_class == ErrorClass::RejectFinal || rule.error_class == ErrorClass::AuthFatal)
        verdict = refused(flight.request, rule.reason);
    }
    report.kind = verdict.kind;
    report.reason = verdict.reason;
    listener_.on_execution_report(report);
  }
}

/// A question may be asked again when the reason passes.
bool AlgoRest::retry(Question& question, Timestamp now) {
  if (question.retries_left == 0 || waiting_.size() >= settings_.maximum_waiting) return false;
  switch (frame_.rule().error_class) {
    case ErrorClass::RateLimited:
    case ErrorClass::RetryAfterBackoff:
    case ErrorClass::VenueUnavailable:
    case ErrorClass::OutcomeUnknown:
      break;
    default:
      return false;
  }
  --question.retries_left;
  question.not_before = now + settings_.retry_delay;
  waiting_.push_back(std::move(question));
  return true;
}

void AlgoRest::finish_one(Question& question, Timestamp now) {
  using Kind = ExecutionReport::Kind;
  const bool is_unknown = frame_.code() == kAlgoUnknown;
  if (!is_unknown && !frame_.ok()) {
    if (retry(question, now)) return;
    ++counters_.failed;
    problems_.on_problem(frame_.code() == -1 ? ProblemKind::TimedOut : ProblemKind::Refused,
                         frame_.code(), question.target);
    return answer_one(question, Kind::OutcomeUnknown, VenueReason::OutcomeUnknown, now);
  }
  if (!is_unknown) {
    answering_ = &question;
    const DecodeStatus status =
        decode_algos(frame_.reader(), ExecutionReport::Source::Query, context_, now, *this);
    answering_ = nullptr;
    if (!status || !question.complete)
      return answer_one(question, Kind::OutcomeUnknown, VenueReason::OutcomeUnknown, now);
    if (!question.rows.empty()) return listener_.on_algo_report(question.rows.front());
  }
  // Where it has ended, only the history may know it; and that is asked by the venue's id.
  if (question.ask == Ask::One && question.flights.front().venue_id.valid())
    return ask_history(question, now);
  answer_one(question, Kind::NotFound, VenueReason::OrderGone, now);
}

void AlgoRest::ask_history(Question& question, Timestamp now) {
  question.ask = Ask::History;
  question.target = "/api/v5/trade/orders-algo-history?ordType=";
  question.target += word(question.kind);
  question.target += "&algoId=" + std::to_string(question.flights.front().venue_id.value);
  question.retries_left = settings_.read_retries;
  question.not_before = {};
  waiting_.push_back(std::move(question));  // over maximum_waiting by one: it is no new question
  pump(now);
}

void AlgoRest::answer_one(const Question& question, ExecutionReport::Kind kind, VenueReason reason,
                          Timestamp now) {
  ExecutionReport report = report_of(question.flights.front(), context_.account, now);
  report.source = ExecutionReport::Source::Query;
  report.kind = kind;
  report.reason = reason;
  report.venue_code = std::max(frame_.code(), 0);
  listener_.on_execution_report(report);
}

void AlgoRest::finish_list(Question& question, Timestamp now) {
  if (!frame_.ok()) {
    if (retry(question, now)) return;
    ++counters_.failed;
    problems_.on_problem(frame_.code() == -1 ? ProblemKind::TimedOut : ProblemKind::Refused,
                         frame_.code(), question.target);
    return tell_list(question, false, now);
  }
  answering_ = &question;
  question.page_rows = 0;
  const std::uint64_t previous_cursor = question.cursor;
  const DecodeStatus status =
      decode_algos(frame_.reader(), ExecutionReport::Source::Query, context_, now, *this);
  answering_ = nullptr;
  if (!status) {
    ++counters_.malformed_rows;
    return tell_list(question, false, now);
  }
  ++question.pages;
  if (question.page_rows < kAlgoPageRows) {
    ++question.list;
    question.cursor = 0;
    if (question.list == kAlgoListCount) return tell_list(question, question.complete, now);
  } else if (question.cursor == 0 || question.cursor == previous_cursor ||
             question.pages >= settings_.maximum_pages) {
    return tell_list(question, false, now);  // a page that moves nothing would be asked for ever
  }
  question.target = list_target(question);
  question.retries_left = settings_.read_retries;
  question.not_before = {};
  waiting_.push_back(std::move(question));
}

void AlgoRest::tell_list(const Question& question, bool complete, Timestamp now) {
  listener_.on_snapshot_begin(SnapshotKind::AlgoOrders, question.snapshot, question.first_sent_at);
  for (const AlgoReport& row : question.rows) listener_.on_algo_report(row);
  listener_.on_snapshot_end(SnapshotKind::AlgoOrders, question.snapshot, complete, now);
}

void AlgoRest::on_algo_row(const AlgoReport& report) noexcept {
  ++answering_->page_rows;
  answering_->cursor = report.venue_id.value;
  answering_->rows.push_back(report);
}

void AlgoRest::on_bad_algo(const AlgoReport& ids, DecodeError error) noexcept {
  ++answering_->page_rows;
  if (ids.venue_id.valid()) answering_->cursor = ids.venue_id.value;
  if (error == DecodeError::UnknownInstrument) {
    ++counters_.unknown_instruments;  // nothing of ours: it tells nothing about what we know
    return;
  }
  ++counters_.malformed_rows;
  problems_.on_problem(ProblemKind::Malformed, static_cast<std::int32_t>(error),
                       "a row about an algo order");
  answering_->complete = false;
}

std::string AlgoRest::list_target(const Question& question) {
  std::string target = "/api/v5/trade/orders-algo-pending?ordType=";
  target += kAlgoLists[question.list];
  target += "&limit=100";
  if (question.cursor != 0) target += "&after=" + std::to_string(question.cursor);
  return target;
}

}  // namespace gannet::okx
