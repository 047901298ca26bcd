#include "gateway/okx/protocol/order_session.h"

#include <algorithm>

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/diagnostics.h"
#include "gateway/okx/protocol/error_codes.h"

namespace gannet::okx {
namespace {

/// One request a channel: an error event names no channel, but echoes the request's id.
struct ChannelRequest {
  std::string_view channel;
  std::string_view id;
  std::string_view message;
};
/// Events only (update interval 0): the regular repeats would only cost time. [PROTOCOL 5.5, 5.6]
constexpr std::array<ChannelRequest, 5> kChannels{{
    {"orders", "suborders",
     R"({"id":"suborders","op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})"},
    {"account", "subaccount",
     R"({"id":"subaccount","op":"subscribe","args":[{"channel":"account","extraParams":"{\"updateInterval\":\"0\"}"}]})"},
    {"positions", "subpositions",
     R"({"id":"subpositions","op":"subscribe","args":[{"channel":"positions","instType":"ANY","extraParams":"{\"updateInterval\":\"0\"}"}]})"},
    {"balance_and_position", "subcash",
     R"({"id":"subcash","op":"subscribe","args":[{"channel":"balance_and_position"}]})"},
    {"liquidation-warning", "subwarnings",
     R"({"id":"subwarnings","op":"subscribe","args":[{"channel":"liquidation-warning","instType":"ANY"}]})"},
}};
/// By fee tier: its refusal costs nothing, and nothing waits for it. [PROTOCOL 5.4]
constexpr ChannelRequest kFillHints{
    "fills", "subfills", R"({"id":"subfills","op":"subscribe","args":[{"channel":"fills"}]})"};

constexpr std::int32_t kLoginFailed = 60009;
constexpr std::int32_t kLoginTooOld = 60006;
constexpr std::int32_t kRepeatedLogin = 60031;
constexpr std::int32_t kNotLoggedIn = 60011;
constexpr std::int32_t kUpgradeNotice = 64008;

}  // namespace

OrderSession::OrderSession(const Signer& signer, const AccountContext& context,
                           AccountListener& listener, SessionProblems& problems,
                           OrderSessionSettings settings)
    : signer_(signer),
      context_(context),
      listener_(listener),
      problems_(problems),
      settings_(settings),
      in_flight_(settings.maximum_in_flight) {}

void OrderSession::on_open(SocketOutput& output, Timestamp now) noexcept {
  if (state_ == State::Stopped) return;  // no login storm: a person must act first
  leave(State::Closed, now);             // an open without a close before it
  output_ = &output;
  last_received_ = now;
  ping_sent_.reset();
  upgrade_noticed_.reset();
  renewing_ = false;
  acknowledged_.fill(false);
  enter(State::LoggingIn, now);
  tell_connection(ConnectionState::Connecting, now);
  // Signed anew for every connection: an old login is refused (60006). [PROTOCOL 14]
  if (!output.send_text(signer_.login_message(now + clock_offset_).reveal())) {
    restart("the login could not be sent", now);
  }
}

void OrderSession::on_text(std::string_view text, Timestamp now) noexcept {
  if (output_ == nullptr) return;
  now_ = now;
  last_received_ = now;
  ping_sent_.reset();
  ++counters_.frames;
  listener_.on_account_alive(now);
  text_ = text;
  if (const auto frame = reader_.read(text)) {
    handle_frame(*frame, now);
  } else {
    count_bad(frame.error(), "a frame of no known form");
  }
  text_ = {};
}

CloseReaction OrderSession::on_close_code(std::uint16_t code, Timestamp now) noexcept {
  const CloseRule& rule = rule_of_close(code);
  switch (rule.reaction) {
    case CloseReaction::Reconnect:
    case CloseReaction::ReconnectSlowly:
      break;
    case CloseReaction::CheckLogin:
      // Ours while the error event that comes with it has not been seen.
      if (output_ != nullptr) {
        problems_.on_problem(ProblemKind::Refused, code, rule.meaning);
        if (++refused_logins_ > settings_.login_retries) {
          stop(kLoginFailed, advice(kLoginFailed), now);
        }
      }
      return state_ == State::Stopped ? CloseReaction::Stop : CloseReaction::Reconnect;
    case CloseReaction::Stop:
      if (state_ != State::Stopped) stop(code, rule.meaning, now);
      break;
  }
  return state_ == State::Stopped ? CloseReaction::Stop : rule.reaction;
}

void OrderSession::on_closed(Timestamp now) noexcept { leave(State::Closed, now); }

void OrderSession::on_timer(Timestamp now) noexcept {
  if (output_ == nullptr) return;
  counters_.timed_out_requests +=
      in_flight_.expire(now, [&](const Flight& flight) { report_unknown(flight, now); });
  if (ping_sent_ && now - *ping_sent_ >= settings_.pong_timeout) {
    restart("nothing came, not even the answer to a ping", now);
    return;
  }
  if (!ping_sent_ && now - last_received_ >= settings_.quiet_before_ping) {
    static_cast<void>(output_->send_text("ping"));  // a full queue is as good as a dead link
    ping_sent_ = now;
  }
  if (state_ == State::Ready && now - state_since_ >= seconds(60)) refused_subscriptions_ = 0;
  if (state_ == State::LoggingIn && now - state_since_ >= settings_.login_timeout) {
    problems_.on_problem(ProblemKind::TimedOut, 0, "no answer to the login");
    restart("no answer to the login", now);
  } else if (state_ == State::Subscribing && now - state_since_ >= settings_.subscribe_timeout) {
    for (std::size_t i = 0; i < kSubscriptions; ++i) {
      if (!acknowledged_[i]) problems_.on_problem(ProblemKind::TimedOut, 0, kChannels[i].channel);
    }
    restart("a subscription was not acknowledged", now);
  } else if (upgrade_noticed_ &&
             (in_flight_.size() == 0 || now - *upgrade_noticed_ >= settings_.upgrade_patience)) {
    restart(renewing_ ? "logging in with another key"
                      : "the venue announced an upgrade of this connection",
            now);
  }
}

void OrderSession::renew_login(Timestamp now) noexcept {
  if (output_ == nullptr || upgrade_noticed_) return;  // the next connection logs in anew anyhow
  upgrade_noticed_ = now;
  renewing_ = true;
}

SendResult OrderSession::send(std::string_view frame, std::span<const Flight> flights,
                              Timestamp now) noexcept {
  if (!ready()) return SendResult::NotConnected;
  if (!in_flight_.has_room(flights.size())) return SendResult::QueueFull;
  if (!output_->send_text(frame)) return SendResult::QueueFull;
  in_flight_.add(flights, now + settings_.request_timeout);
  for (const Flight& flight : flights) counters_.wire.add(flight.request);
  return SendResult::Sent;
}

void OrderSession::handle_frame(const Frame& frame, Timestamp now) noexcept {
  switch (frame.kind) {
    case FrameKind::Push:
      handle_push(frame, now);
      return;
    case FrameKind::OperationReply:
      handle_reply(frame, now);
      return;
    case FrameKind::Login:
      handle_login(frame, now);
      break;
    case FrameKind::Subscribed:
      acknowledge(frame.channel_name, now);
      break;
    case FrameKind::Error:
      handle_error(frame, now);
      break;
    case FrameKind::Notice:
      problems_.on_problem(ProblemKind::Notice, parse_code(frame.code), frame.message);
      if (parse_code(frame.code) == kUpgradeNotice && !upgrade_noticed_ &&
          !output_->replace("the venue announced an upgrade of this connection")) {
        upgrade_noticed_ = now;
      }
      break;
    case FrameKind::ConnectionCountError:
      // Comes after a normal acknowledgement: the subscription is dead all the same. [3.5] Who has
      // the others is not known here: no reason to stop, and none to come back soon.
      problems_.on_problem(ProblemKind::Refused, 0,
                           "too many connections of this account use a channel: close other "
                           "programs that use it");
      restart("too many connections of this account use a channel", now, Pace::Slow);
      break;
    case FrameKind::ConnectionCount:
      handle_connection_count(frame);
      break;
    case FrameKind::Pong:
    case FrameKind::Unsubscribed:
      break;
    case FrameKind::UnknownEvent:
      count_ignored("an event word that we do not know");
      break;
    case FrameKind::Unknown:
      count_ignored("an object of no known form");
      break;
  }
}

void OrderSession::handle_connection_count(const Frame& frame) noexcept {
  counters_.connections = parse_code(frame.connection_count);
  if (counters_.connections < settings_.many_connections) return;
  problems_.on_problem(ProblemKind::Notice, counters_.connections,
                       "many connections of this account use a channel; the venue allows 30");
}

void OrderSession::handle_login(const Frame& frame, Timestamp now) noexcept {
  if (state_ != State::LoggingIn) return;
  const std::int32_t code = frame.code.empty() ? 0 : parse_code(frame.code);
  if (code != 0) {
    handle_refused_login(code, frame.message, now);
    return;
  }
  refused_logins_ = 0;
  enter(State::Subscribing, now);
  for (const ChannelRequest& channel : kChannels) {
    if (!output_->send_text(channel.message)) {
      restart("a subscription could not be sent", now);
      return;
    }
  }
  if (settings_.fill_hints) static_cast<void>(output_->send_text(kFillHints.message));
}

void OrderSession::handle_error(const Frame& frame, Timestamp now) noexcept {
  const std::int32_t code = parse_code(frame.code);
  const std::uint64_t id = positive_number(frame.id);
  if (in_flight_.count(id) > 0) {  // a request so wrong that the venue saw no operation in it
    answer_all(id, code, now);
    return;
  }
  if (state_ == State::LoggingIn) {
    handle_refused_login(code, frame.message, now);
    return;
  }
  if (frame.id == kFillHints.id) {
    problems_.on_problem(ProblemKind::Refused, code, frame.message);
    return;
  }
  const bool ours = std::ranges::any_of(
      kChannels, [&](const ChannelRequest& channel) { return channel.id == frame.id; });
  if (state_ == State::Subscribing || ours) {
    handle_refused_subscription(code, frame.message, now);
    return;
  }
  problems_.on_problem(ProblemKind::Refused, code, frame.message);
  if (code == kNotLoggedIn || classify_code(code).error_class == ErrorClass::Reconnect) {
    restart("the venue no longer takes this connection for logged in", now);
  }
}

void OrderSession::handle_refused_login(std::int32_t code, std::string_view text,
                                        Timestamp now) noexcept {
  problems_.on_problem(ProblemKind::Refused, code, text);
  if (code == kRepeatedLogin) {
    restart("logged in twice", now);
    return;
  }
  const bool fatal = classify_code(code).error_class == ErrorClass::AuthFatal;
  if (!fatal) {
    restart("the login failed for a passing reason", now);
    return;
  }
  ++refused_logins_;
  if (code == kLoginTooOld && refused_logins_ <= settings_.login_retries) {
    restart("the login was too old: the clock may have been corrected meanwhile", now);
    return;
  }
  stop(code, advice(code), now);
}

void OrderSession::handle_refused_subscription(std::int32_t code, std::string_view text,
                                               Timestamp now) noexcept {
  problems_.on_problem(ProblemKind::Refused, code, text);
  const ErrorClass error_class = classify_code(code).error_class;
  if (error_class == ErrorClass::AuthFatal) {
    stop(code, advice(code), now);
    return;
  }
  if (++refused_subscriptions_ > settings_.subscribe_retries) {
    stop(code,
         "the venue refuses the account's channels again and again: close other programs that use "
         "this account, and check that the key may read",
         now);
    return;
  }
  restart("a subscription was refused", now);
}

void OrderSession::acknowledge(std::string_view channel, Timestamp now) noexcept {
  if (state_ != State::Subscribing) return;
  for (std::size_t i = 0; i < kSubscriptions; ++i) {
    if (kChannels[i].channel == channel) acknowledged_[i] = true;
  }
  if (!std::ranges::all_of(acknowledged_, std::identity{})) return;
  enter(State::Ready, now);
  tell_connection(ConnectionState::Ready, now);
}

void OrderSession::handle_reply(const Frame& frame, Timestamp now) noexcept {
  ++counters_.replies;
  const std::uint64_t id = positive_number(frame.id);
  const std::size_t count = in_flight_.count(id);
  const std::int32_t code = parse_code(frame.code);
  const DecodeStatus status = decode_reply(reader_, frame.has_data, items_);
  if (count != 0) measure_clock(frame, id, now);
  if (count == 0) {
    ++counters_.unmatched_replies;
    return;
  }
  if (!status) {
    // An answer that cannot be read: nobody knows what became of the request.
    count_bad(status.error(), "a reply to an order request");
    answer_all(id, -1, now);
    return;
  }
  if (items_.empty()) {
    answer_all(id, code == 0 ? -1 : code, now);  // success without an item says nothing
    if (code == kNotLoggedIn)
      restart("the venue no longer takes this connection for logged in", now);
    return;
  }
  // Items name their orders; those that do not are taken in the order of the request.
  for (std::size_t i = 0; i < items_.size(); ++i) {
    std::uint64_t match = 0;
    for (std::uint64_t j = id; j < id + count && match == 0; ++j) {
      const Flight* candidate = in_flight_.find(j);
      if (candidate != nullptr && names(items_[i], *candidate)) match = j;
    }
    // One that names an order which is not in the message says nothing about those that are.
    if (match == 0 && i < count) {
      const Flight* at_its_place = in_flight_.find(id + i);
      if (at_its_place != nullptr && !items_[i].client_id.valid() &&
          (!items_[i].venue_id.valid() || !at_its_place->venue_id.valid()))
        match = id + i;
    }
    const Flight* found = match == 0 ? nullptr : in_flight_.find(match);
    if (found == nullptr) continue;
    const Flight flight = *found;
    in_flight_.erase(match);
    ReplyItem item = items_[i];
    if (item.code == -1) item.code = code;  // no sCode: the frame's code speaks
    answer(match, flight, item, true, now);
  }
  answer_all(id, -1, now);  // whatever got no item
}

void OrderSession::measure_clock(const Frame& frame, std::uint64_t id, Timestamp now) noexcept {
  const std::optional<Timestamp> deadline = in_flight_.deadline_of(id);
  const std::uint64_t in = positive_number(frame.in_time);
  const std::uint64_t out = positive_number(frame.out_time);
  constexpr std::uint64_t kMost = 9'000'000'000'000'000;  // microseconds that fit as nanoseconds
  if (!deadline || in == 0 || out == 0 || in > kMost || out > kMost) return;
  const auto at = [](std::uint64_t micros) {
    return Timestamp{static_cast<std::int64_t>(micros) * 1'000};
  };
  const ClockSample sample{*deadline - settings_.request_timeout, at(in), at(out), now};
  constexpr Nanos kFarthest = seconds(86'400);  // beyond that it is no clock but a stray number
  const Nanos off = sample.offset();
  if (!sample.is_usable() || off > kFarthest || Nanos{-off.count} > kFarthest) return;
  if (!clock_sample_ || sample.round_trip() <= clock_sample_->round_trip()) clock_sample_ = sample;
}

void OrderSession::answer_all(std::uint64_t id, std::int32_t code, Timestamp now) noexcept {
  for (std::uint64_t j = id; j < id + kMaxBatch; ++j) {
    const Flight* found = in_flight_.find_of(j, id);
    if (found == nullptr) continue;
    const Flight flight = *found;
    in_flight_.erase(j);
    ReplyItem item;
    item.code = code;
    answer(j, flight, item, false, now);
  }
  if (rescue_ != nullptr) rescue_->rescue_done(now);
}

void OrderSession::answer(std::uint64_t id, const Flight& flight, const ReplyItem& item,
                          bool per_item, Timestamp now) noexcept {
  if (flight.request == ExecutionReport::Request::None) {  // no order's: nobody waits for it
    if (item.code != 0) problems_.on_problem(ProblemKind::Refused, item.code, "a mass cancel");
    return;
  }
  if (item.code != 0 && rescue_ != nullptr && rescue_->rescue(id, flight, item.code, now)) return;
  note_code(item.code);
  const Verdict verdict = judge(flight.request, item.code, per_item);
  ExecutionReport report = report_of(flight, context_.account, now);
  report.kind = verdict.kind;
  report.reason = verdict.reason;
  report.venue_code = item.code;
  if (item.venue_id.valid()) report.venue_id = item.venue_id;
  listener_.on_execution_report(report);
}

void OrderSession::report_unknown(const Flight& flight, Timestamp now) noexcept {
  if (flight.request == ExecutionReport::Request::None) return;
  ExecutionReport report = report_of(flight, context_.account, now);
  report.kind = ExecutionReport::Kind::OutcomeUnknown;
  report.reason = VenueReason::OutcomeUnknown;
  listener_.on_execution_report(report);
}

void OrderSession::note_code(std::int32_t code) noexcept {
  if (unlisted_.note(code)) problems_.on_problem(ProblemKind::Refused, code, kUnlistedCode);
}

void OrderSession::handle_push(const Frame& frame, Timestamp now) noexcept {
  from_snapshot_ = frame.event_type == "snapshot";
  DecodeStatus status;
  switch (frame.channel) {
    case Channel::Orders:
      status = decode_orders(reader_, OrderRow::Push, context_, now, *this);
      break;
    case Channel::Account:
      status = decode_account(reader_, context_, now, *this);
      break;
    case Channel::Positions:
      status = decode_positions(reader_, context_, now, *this);
      break;
    case Channel::BalanceAndPosition: {
      std::string_view why;
      from_snapshot_ = false;  // a page of it may be all there is
      status = decode_balance_and_position(reader_, context_, now, *this, *this, why);
      break;
    }
    case Channel::Fills:
      status = decode_fill_hints(reader_, context_, now, *this);
      break;
    case Channel::LiquidationWarning:
      status = decode_liquidation_warnings(reader_, context_, now, *this);
      break;
    default:
      count_ignored("data of a channel that was not asked for");
      status = reader_.finish();
      break;
  }
  if (!status) count_bad(status.error(), frame.channel_name);
}

void OrderSession::on_order(const DecodedOrder& order) noexcept {
  if (watch_ != nullptr && !watch_->is_news(*this, order.report)) return;
  if (!order.amend_failed) {
    listener_.on_execution_report(order.report);
    return;
  }
  // The amend had been accepted and failed later: the refusal first, then how the order stands.
  ExecutionReport refusal = order.report;
  refusal.kind = ExecutionReport::Kind::AmendRejected;
  refusal.request = ExecutionReport::Request::Amend;
  refusal.reason = classify_code(order.amend_code).reason;
  note_code(order.amend_code);
  refusal.venue_code = order.amend_code;
  refusal.has_fill = false;
  listener_.on_execution_report(refusal);
  ExecutionReport state = order.report;
  state.amend_id = 0;
  listener_.on_execution_report(state);
}

void OrderSession::on_bad_order(const ExecutionReport& ids, DecodeError error) noexcept {
  count_bad(error, "orders");
  // We know that something happened to this order, and not what: have it asked for.
  if (!ids.instrument.valid() || !ids.client_id.valid()) return;
  ExecutionReport report;
  report.kind = ExecutionReport::Kind::OutcomeUnknown;
  report.source = ExecutionReport::Source::Push;
  report.reason = VenueReason::OutcomeUnknown;
  report.account = ids.account;
  report.instrument = ids.instrument;
  report.client_id = ids.client_id;
  report.venue_id = ids.venue_id;
  report.own_tag = ids.own_tag;
  report.receive_time = ids.receive_time;
  listener_.on_execution_report(report);
}

void OrderSession::on_balance_row(const BalanceReport& balance) noexcept {
  listener_.on_balance(balance, from_snapshot_);
}
void OrderSession::on_bad_balance(DecodeError error) noexcept { count_bad(error, "account"); }
void OrderSession::on_position_row(const PositionReport& position) noexcept {
  listener_.on_position(position, from_snapshot_);
}
void OrderSession::on_bad_position(DecodeError error) noexcept { count_bad(error, "positions"); }

void OrderSession::on_cash_row(const CashReport& cash) noexcept { listener_.on_cash(cash); }
void OrderSession::on_bad_cash(DecodeError error) noexcept {
  count_bad(error, "balance_and_position");
}
void OrderSession::on_fill_hint_row(const FillHint& hint) noexcept { listener_.on_fill_hint(hint); }
void OrderSession::on_bad_fill_hint(DecodeError error) noexcept { count_bad(error, "fills"); }
void OrderSession::on_warning_row(const LiquidationWarning& warning) noexcept {
  listener_.on_liquidation_warning(warning);
}
void OrderSession::on_bad_warning(DecodeError error) noexcept {
  count_bad(error, "liquidation-warning");
}

void OrderSession::count_bad(DecodeError error, std::string_view what) noexcept {
  if (error == DecodeError::UnknownInstrument) {
    ++counters_.unknown_instruments;
    tell_frame(ProblemKind::UnknownInstrument, 0, what);
  } else {
    ++counters_.malformed;
    tell_frame(ProblemKind::Malformed, static_cast<std::int32_t>(error), what);
  }
}

void OrderSession::count_ignored(std::string_view what) noexcept {
  ++counters_.ignored_frames;
  tell_frame(ProblemKind::Ignored, 0, what);
}

void OrderSession::tell_frame(ProblemKind kind, std::int32_t code, std::string_view what) noexcept {
  std::array<char, DiagnosticCounter::kExcerpt> excerpt;
  const std::size_t size = mask_secrets(text_, excerpt.data(), excerpt.size());
  problems_.on_bad_frame(kind, code, what, {excerpt.data(), size});
}

void OrderSession::enter(State state, Timestamp now) noexcept {
  state_ = state;
  state_since_ = now;
}

/// The connection is of no use any more: tells what was in flight, then that it is gone. Once.
void OrderSession::leave(State state, Timestamp now) noexcept {
  const bool was_connected = output_ != nullptr;
  output_ = nullptr;
  if (state_ != State::Stopped) enter(state, now);
  if (!was_connected) return;
  counters_.lost_requests +=
      in_flight_.expire_all([&](const Flight& flight) { report_unknown(flight, now); });
  tell_connection(ConnectionState::Disconnected, now);
}

void OrderSession::tell_connection(ConnectionState state, Timestamp now) noexcept {
  if (watch_ != nullptr) return watch_->on_session_connection(*this, state, now);
  listener_.on_account_connection(state, now);
}

void OrderSession::restart(std::string_view why, Timestamp now, Pace pace) noexcept {
  SocketOutput* const output = output_;
  leave(State::Closed, now);
  if (output == nullptr) return;
  if (pace == Pace::Slow) return output->reconnect_slowly(why);
  output->reconnect(why);
}

void OrderSession::stop(std::int32_t code, std::string_view sentence, Timestamp now) noexcept {
  stop_reason_ = sentence;
  problems_.on_problem(ProblemKind::Fatal, code, sentence);
  leave(State::Stopped, now);
}

}  // namespace gannet::okx
