#include "gateway/okx/protocol/rest_reader.h"

#include <algorithm>

#include "gateway/okx/protocol/decode_common.h"
#include "gateway/okx/protocol/json_text.h"

namespace gannet::okx {
namespace {

constexpr std::int32_t kClockRefused = 50102;
constexpr Nanos kClockRoundTrip = seconds(2);

/// A tenth below the venue's own figure, and a little longer than its window for the smallest: our
/// requests may arrive closer together than they left.
RequestBucket bucket_for(const EndpointRule& rule) {
  const std::size_t limit = rule.limit;
  const std::size_t spare = limit <= 2 ? 0 : (limit + 9) / 10;
  return {limit - spare, rule.window + milliseconds(50)};
}

std::string_view scope_parameter(RateScope scope) noexcept {
  switch (scope) {
    case RateScope::AddressAndInstrument:
    case RateScope::AccountAndInstrument:
      return "instId";
    case RateScope::AddressAndKind:
    case RateScope::AccountAndKind:
      return "instType";
    case RateScope::AddressAndFamily:
      return "instFamily";
    case RateScope::AccountAndTag:
      return "tag";
    case RateScope::Address:
    case RateScope::Account:
      break;
  }
  return {};
}

std::string value_of(const RestQuestion& question, std::string_view name) {
  for (const auto& [key, value] : question.parameters) {
    if (key == name) return value;
  }
  return {};
}

bool has_required(const RestQuestion& question, std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (value_of(question, list.substr(0, comma)).empty()) return false;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return true;
}

/// What may stand in a query as it is; instrument names have nothing else.
void append_escaped(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.' || c == '~' || c == ',';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

void append_parameter(std::string& target, std::string_view name, std::string_view value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target.append(name) += '=';
  append_escaped(target, value);
}

bool may_pass(ErrorClass error_class) noexcept {
  return error_class == ErrorClass::RateLimited || error_class == ErrorClass::RetryAfterBackoff ||
         error_class == ErrorClass::VenueUnavailable || error_class == ErrorClass::OutcomeUnknown;
}

std::uint16_t rows_of_a_page(const RestQuestion& question, const EndpointRule& rule) noexcept {
  const std::uint16_t rows = question.page_rows == 0 ? rule.page_rows : question.page_rows;
  return std::min(rows, rule.page_rows);
}

}  // namespace

RestReader::RestReader(const RestIdentity& identity, RestOutput& output,
                       RestReaderListener& listener, RestReaderSettings settings,
                       std::uint64_t seed)
    : identity_(identity),
      output_(output),
      listener_(listener),
      settings_(settings),
      jitter_(settings.first_delay, settings.longest_delay, seed) {}

std::uint64_t RestReader::ask(RestQuestion question, PageSink& sink, Timestamp now) {
  const EndpointRule& rule = rule_of(question.endpoint);
  if (asked_.size() >= settings_.maximum_waiting) return 0;
  if (!has_required(question, rule.required)) return 0;
  if (is_private(rule.scope) && identity_.signer == nullptr) return 0;
  const std::uint64_t id = next_question_++;
  Call& call = asked_[id];
  call.question = std::move(question);
  call.sink = &sink;
  call.deadline = now + settings_.question_timeout;
  pump(now);
  return id;
}

void RestReader::cancel(std::uint64_t question) noexcept {
  const auto found = asked_.find(question);
  if (found == asked_.end() || found->second.done) return;
  in_flight_.erase(found->second.request);
  end(found->second, RestOutcome::Kind::Cancelled, "cancelled");
}

void RestReader::on_response(std::uint64_t request, const HttpResponse& response, Timestamp now,
                             bool certainly_not_sent) {
  if (request == clock_request_ && request != 0) {
    measure_clock(response, now);
    pump(now);
    return;
  }
  const auto flight = in_flight_.find(request);
  if (flight == in_flight_.end()) {
    ++counters_.late_answers;
    return;
  }
  Call& call = asked_.at(flight->second);
  in_flight_.erase(flight);
  if (response.status != 0) ++counters_.answers;
  answered(call, response, certainly_not_sent, now);
  pump(now);
  tell_ended();
}

void RestReader::on_timer(Timestamp now) {
  if (clock_request_ != 0 && clock_deadline_ <= now) measure_clock({}, now);
  for (auto& [id, call] : asked_) {
    if (call.done) continue;
    if (call.request != 0 && call.request_deadline <= now) {
      in_flight_.erase(call.request);
      ++counters_.timed_out;
      answered(call, {}, false, now);
    }
    if (!call.done && call.deadline <= now) {
      in_flight_.erase(call.request);
      end(call, RestOutcome::Kind::Failed,
          "no complete answer within the time allowed for the question");
    }
  }
  pump(now);
  tell_ended();
}

/// Sends what may go now; a question whose bucket is empty does not hold up the others.
void RestReader::pump(Timestamp now) {
  if (all_held_until_ > now) return;
  for (auto& [id, call] : asked_) {
    if (in_flight_.size() >= settings_.maximum_in_flight) return;
    if (call.done || call.request != 0 || call.not_before > now || call.needs_clock) continue;
    Lane& lane = lane_of(call.question);
    if (lane.held_until > now || !lane.bucket.take(now)) continue;
    if (!transmit(id, call, now)) return;  // the transport is full: the next timer tries again
  }
}

RestReader::Lane& RestReader::lane_of(const RestQuestion& question) {
  const EndpointRule& rule = rule_of(question.endpoint);
  const std::string_view parameter = scope_parameter(rule.scope);
  std::string key = parameter.empty() ? std::string() : value_of(question, parameter);
  const auto [lane, added] =
      lanes_.try_emplace({question.endpoint, std::move(key)}, Lane{bucket_for(rule), {}});
  return lane->second;
}

/// Without credentials, but with the cursor of the next page.
HttpRequest RestReader::plain_request(const Call& call) {
  const RestQuestion& question = call.question;
  const EndpointRule& rule = rule_of(question.endpoint);
  HttpRequest request;
  request.method = rule.post ? "POST" : "GET";
  request.target = rule.path;
  if (rule.post) {
    request.body = "{";
    for (const auto& [name, value] : question.parameters) {
      if (request.body.size() > 1) request.body += ',';
      append_json_string(request.body, name);
      request.body += ':';
      append_json_string(request.body, value);
    }
    request.body += '}';
    return request;
  }
  for (const auto& [name, value] : question.parameters) {
    append_parameter(request.target, name, value);
  }
  if (rule.page == PageRule::None) return request;
  std::string after = call.cursor;
  if (after.empty() && question.to.nanos != 0 && rule.page != PageRule::ById) {
    after = std::to_string(to_unix_millis(question.to));
    if (rule.page == PageRule::ByTimeThenId) append_parameter(request.target, "type", "2");
  }
  if (!after.empty()) append_parameter(request.target, "after", after);
  append_parameter(request.target, "limit", std::to_string(rows_of_a_page(question, rule)));
  return request;
}

bool RestReader::transmit(std::uint64_t id, Call& call, Timestamp now) {
  const EndpointRule& rule = rule_of(call.question.endpoint);
  RestIdentity identity = identity_;
  if (!is_private(rule.scope)) identity.signer = nullptr;
  const HttpRequest plain = plain_request(call);
  const Timestamp venue_now = now + clock_offset_;
  const std::uint64_t request = next_request_++;
  if (!output_.send_request(request, rule.post
                                         ? make_post(identity, plain.target, plain.body, venue_now)
                                         : make_get(identity, plain.target, venue_now))) {
    return false;
  }
  ++counters_.requests;
  ++call.outcome.attempts;
  call.request = request;
  call.sent_at = now;
  call.request_deadline = now + settings_.request_timeout;
  in_flight_.emplace(request, id);
  return true;
}

void RestReader::answered(Call& call, const HttpResponse& response, bool certainly_not_sent,
                          Timestamp now) {
  call.request = 0;
  call.outcome.http_status = response.status;
  frame_.read(response);
  call.outcome.code = frame_.code();
  if (!frame_.ok()) return fail(call, response, certainly_not_sent, now);
  call.outcome.error_class = ErrorClass::None;
  call.failures = 0;
  take_page(call);
}

void RestReader::take_page(Call& call) {
  const RestQuestion& question = call.question;
  const EndpointRule& rule = rule_of(question.endpoint);
  PageFacts facts;
  const RowFilter filter{question.from, question.to, &call.identities};
  const DecodeStatus status = call.sink->on_page(frame_.reader(), rule, filter, facts);
  if (!status) {
    std::string message = "the answer about " + std::string(rule.name) + " could not be read: ";
    return end(call, RestOutcome::Kind::Failed, message.append(name_of(status.error())));
  }
  RestOutcome& outcome = call.outcome;
  ++outcome.pages;
  outcome.rows += facts.rows - facts.repeated;
  outcome.refused_rows += facts.refused;
  counters_.repeated_rows += facts.repeated;
  if (rule.page == PageRule::None) return end(call, RestOutcome::Kind::Complete, {});

  // A page that is not full is the last one; so is one that reaches what was asked for.
  const bool enough = question.maximum_rows != 0 && outcome.rows >= question.maximum_rows;
  const bool reached = question.from.nanos != 0 && facts.oldest && *facts.oldest < question.from;
  if (facts.rows < rows_of_a_page(question, rule) || reached || enough) {
    return end(call, RestOutcome::Kind::Complete, {});
  }
  // Rows of one millisecond may lie on both sides of a page's end: the next page begins a
  // millisecond later, and what comes twice is left out. Only a whole page of one moment goes on
  // without, since it would be asked for ever.
  std::string next = facts.cursor;
  if (rule.page == PageRule::ByTime && facts.repeated < facts.rows && !rule.identity.empty()) {
    // Read as a moment first: a number that is none is not reckoned with.
    if (const auto time = timestamp_from_millis(next)) {
      next = std::to_string(to_unix_millis(*time) + 1);
    }
    if (next == call.cursor) next = facts.cursor;
  }
  if (next.empty() || next == call.cursor) {
    return end(call, RestOutcome::Kind::Failed,
               "the venue's pages of " + std::string(rule.name) + " do not go on");
  }
  if (outcome.pages >= settings_.maximum_pages) {
    return end(call, RestOutcome::Kind::Bounded,
               "more pages of " + std::string(rule.name) + " than are asked for at once");
  }
  call.cursor = std::move(next);
  call.identities = std::move(facts.identities);
}

/// A question may be asked again when the reason passes: no answer, busy, too fast, a gateway's
/// error, or a clock that is being corrected.
void RestReader::fail(Call& call, const HttpResponse& response, bool certainly_not_sent,
                      Timestamp now) {
  const EndpointRule& rule = rule_of(call.question.endpoint);
  const ErrorClass error_class = frame_.rule().error_class;
  const bool clock_is_wrong = frame_.code() == kClockRefused;
  call.outcome.error_class = error_class;
  ++call.failures;
  const bool surely_not_done = certainly_not_sent || error_class == ErrorClass::RateLimited;
  const bool again = call.failures < settings_.attempts &&
                     (clock_is_wrong || (rule.post ? surely_not_done : may_pass(error_class)));
  Nanos wait = jitter_.delay(call.failures - 1);
  if (error_class == ErrorClass::RateLimited || error_class == ErrorClass::VenueUnavailable) {
    if (const auto asked = frame_.retry_after()) {
      wait = std::max(wait, std::min(*asked, settings_.longest_retry_after));
    }
  }
  if (error_class == ErrorClass::RateLimited) {
    ++counters_.rate_limited;
    // The bucket is empty for everybody in it; the wall's own 429 is for our address as a whole.
    lane_of(call.question).held_until = now + wait;
    if (!frame_.is_json()) all_held_until_ = std::max(all_held_until_, now + wait);
  }
  if (again) {
    ++counters_.retried;
    call.not_before = now + wait;
    call.needs_clock = clock_is_wrong;
    if (clock_is_wrong && clock_request_ == 0) {
      clock_request_ = next_request_++;
      clock_sent_at_ = now;
      clock_deadline_ = now + settings_.request_timeout;
      if (!output_.send_request(clock_request_, time_request(identity_))) measure_clock({}, now);
    }
    return;
  }
  std::string message = std::string(rule.name) + ": ";
  if (response.status == 0) {
    message += "no answer from the venue";
  } else if (!frame_.is_json()) {
    message += "HTTP " + std::to_string(response.status) + " without an answer of the venue";
  } else {
    message += "the venue refused (code " + std::to_string(frame_.code());
    if (!frame_.frame().message.empty()) {
      message.append(": ").append(frame_.frame().message.substr(0, 200));
    }
    message += ")";
    if (error_class == ErrorClass::AuthFatal) message.append("; ").append(advice(frame_.code()));
  }
  const bool final_refusal = response.status != 0 && !may_pass(error_class);
  end(call, final_refusal ? RestOutcome::Kind::Refused : RestOutcome::Kind::Failed,
      std::move(message));
}

void RestReader::measure_clock(const HttpResponse& response, Timestamp now) {
  clock_request_ = 0;
  frame_.read(response);
  RowSink<VenueTime> sink;
  PageFacts facts;
  if (frame_.ok() && sink.on_page(frame_.reader(), rule_of(Endpoint::VenueTime), {}, facts) &&
      !sink.rows.empty() && now - clock_sent_at_ <= kClockRoundTrip) {
    const Nanos half{(now - clock_sent_at_).count / 2};
    clock_offset_ = sink.rows.front().time - (clock_sent_at_ + half);
  }
  for (auto& [id, call] : asked_) call.needs_clock = false;  // measured or not: on with it
}

void RestReader::end(Call& call, RestOutcome::Kind kind, std::string message) {
  call.request = 0;
  call.done = true;
  call.outcome.kind = kind;
  call.outcome.message = std::move(message);
}

/// The listener may ask and cancel from within.
void RestReader::tell_ended() {
  for (auto it = asked_.begin(); it != asked_.end();) {
    if (!it->second.done) {
      ++it;
      continue;
    }
    const std::uint64_t id = it->first;
    auto node = asked_.extract(it);
    listener_.on_answered(id, node.mapped().outcome);
    it = asked_.upper_bound(id);
  }
}

}  // namespace gannet::okx
