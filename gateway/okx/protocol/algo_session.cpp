#include "gateway/okx/protocol/algo_session.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "gateway/okx/protocol/error_codes.h"

namespace gannet::okx {
namespace {

struct AlgoChannelRequest {
  std::string_view channel;
  std::string_view message;
};
constexpr std::array<AlgoChannelRequest, 2> kAlgoRequests{{
    {"orders-algo",
     R"({"id":"subalgos","op":"subscribe","args":[{"channel":"orders-algo","instType":"ANY"}]})"},
    {"algo-advance",
     R"({"id":"subadvanced","op":"subscribe","args":[{"channel":"algo-advance","instType":"ANY"}]})"},
}};

constexpr std::int32_t kAlgoLoginTooOld = 60006;
constexpr std::int32_t kAlgoNotLoggedIn = 60011;
constexpr std::int32_t kAlgoRepeatedLogin = 60031;
constexpr std::int32_t kAlgoUpgradeNotice = 64008;

}  // namespace

void AlgoSession::on_open(SocketOutput& output, Timestamp now) noexcept {
  if (state_ == State::Stopped) return;  // no login storm: a person must act first
  output_ = &output;
  last_received_ = now;
  ping_sent_.reset();
  acknowledged_.fill(false);
  enter(State::LoggingIn, now);
  // Signed anew for every connection: an old login is refused.
  if (!output.send_text(signer_.login_message(now + clock_offset_).reveal()))
    restart("the login could not be sent", now);
}

void AlgoSession::on_text(std::string_view text, Timestamp now) noexcept {
  if (output_ == nullptr) return;
  last_received_ = now;
  ping_sent_.reset();
  ++counters_.frames;
  if (const auto frame = reader_.read(text)) {
    handle_frame(*frame, now);
  } else {
    count_bad(frame.error());
  }
}

void AlgoSession::on_closed(Timestamp now) noexcept {
  output_ = nullptr;
  if (state_ != State::Stopped) enter(State::Closed, now);
}

void AlgoSession::on_timer(Timestamp now) noexcept {
  if (output_ == nullptr) return;
  if (ping_sent_ && now - *ping_sent_ >= settings_.pong_timeout)
    return restart("nothing came, not even the answer to a ping", now);
  if (!ping_sent_ && now - last_received_ >= settings_.quiet_before_ping) {
    static_cast<void>(output_->send_text("ping"));  // a full queue is as good as a dead link
    ping_sent_ = now;
  }
  if (state_ == State::Ready && now - state_since_ >= seconds(60)) refused_subscriptions_ = 0;
  if (state_ == State::LoggingIn && now - state_since_ >= settings_.login_timeout) {
    problems_.on_problem(ProblemKind::TimedOut, 0, "no answer to the login");
    restart("no answer to the login", now);
  } else if (state_ == State::Subscribing && now - state_since_ >= settings_.subscribe_timeout) {
    for (std::size_t i = 0; i < kChannels; ++i) {
      if (!acknowledged_[i])
        problems_.on_problem(ProblemKind::TimedOut, 0, kAlgoRequests[i].channel);
    }
    restart("a subscription was not acknowledged", now);
  }
}

void AlgoSession::handle_frame(const Frame& frame, Timestamp now) noexcept {
  const std::int32_t code = frame.code.empty() ? 0 : parse_code(frame.code);
  switch (frame.kind) {
    case FrameKind::Push: {
      const bool is_ours =
          frame.channel == Channel::OrdersAlgo || frame.channel == Channel::AlgoAdvance;
      const DecodeStatus status =
          is_ours ? decode_algos(reader_, ExecutionReport::Source::Push, context_, now, *this)
                  : reader_.finish();
      if (!is_ours) ++counters_.ignored_frames;
      if (!status) count_bad(status.error());
      break;
    }
    case FrameKind::Login:
      if (state_ == State::LoggingIn) handle_login(code, frame.message, now);
      break;
    case FrameKind::Subscribed:
      acknowledge(frame.channel_name, now);
      break;
    case FrameKind::Error:
      if (state_ == State::LoggingIn) return handle_login(code, frame.message, now);
      if (state_ == State::Subscribing)
        return handle_refused_subscription(code, frame.message, now);
      problems_.on_problem(ProblemKind::Refused, code, frame.message);
      if (code == kAlgoNotLoggedIn || classify_code(code).error_class == ErrorClass::Reconnect)
        restart("the venue no longer takes this connection for logged in", now);
      break;
    case FrameKind::ConnectionCountError:
      // Comes after a normal acknowledgement: the subscription is dead all the same. [3.5]
      handle_refused_subscription(0, "too many connections of this account use a channel", now);
      break;
    case FrameKind::Notice:
      problems_.on_problem(ProblemKind::Notice, code, frame.message);
      // Nothing is in flight here, and the lists fill the gap: move at once.
      if (code == kAlgoUpgradeNotice)
        restart("the venue announced an upgrade of this connection", now);
      break;
    case FrameKind::Pong:
    case FrameKind::Unsubscribed:
    case FrameKind::ConnectionCount:
      break;
    case FrameKind::OperationReply:
    case FrameKind::UnknownEvent:
    case FrameKind::Unknown:
      ++counters_.ignored_frames;
      break;
  }
}

void AlgoSession::handle_login(std::int32_t code, std::string_view message,
                               Timestamp now) noexcept {
  if (code == 0) {
    refused_logins_ = 0;
    enter(State::Subscribing, now);
    for (const AlgoChannelRequest& request : kAlgoRequests) {
      if (!output_->send_text(request.message))
        return restart("a subscription could not be sent", now);
    }
    return;
  }
  problems_.on_problem(ProblemKind::Refused, code, message);
  const bool is_fatal =
      code != kAlgoRepeatedLogin && classify_code(code).error_class == ErrorClass::AuthFatal;
  if (!is_fatal) return restart("the login failed for a passing reason", now);
  if (code == kAlgoLoginTooOld && ++refused_logins_ <= settings_.login_retries)
    return restart("the login was too old: the clock may have been corrected meanwhile", now);
  stop(code, now);
}

void AlgoSession::handle_refused_subscription(std::int32_t code, std::string_view message,
                                              Timestamp now) noexcept {
  problems_.on_problem(ProblemKind::Refused, code, message);
  const bool is_fatal = classify_code(code).error_class == ErrorClass::AuthFatal;
  if (is_fatal || ++refused_subscriptions_ > settings_.subscribe_retries) return stop(code, now);
  restart("a subscription was refused", now);
}

void AlgoSession::acknowledge(std::string_view channel, Timestamp now) noexcept {
  if (state_ != State::Subscribing) return;
  for (std::size_t i = 0; i < kChannels; ++i) {
    if (kAlgoRequests[i].channel == channel) acknowledged_[i] = true;
  }
  if (!std::ranges::all_of(acknowledged_, std::identity{})) return;
  enter(State::Ready, now);
  became_ready_ = true;
}

void AlgoSession::on_algo_row(const AlgoReport& report) noexcept {
  listener_.on_algo_report(report);
}

void AlgoSession::on_bad_algo(const AlgoReport& ids, DecodeError error) noexcept {
  count_bad(error);
  // Something happened to this order, and we do not know what: have it asked for.
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

void AlgoSession::count_bad(DecodeError error) noexcept {
  if (error == DecodeError::UnknownInstrument) {
    ++counters_.unknown_instruments;
    return;
  }
  ++counters_.malformed;
  problems_.on_problem(ProblemKind::Malformed, static_cast<std::int32_t>(error),
                       "a frame about algo orders");
}

void AlgoSession::enter(State state, Timestamp now) noexcept {
  state_ = state;
  state_since_ = now;
}

void AlgoSession::restart(std::string_view why, Timestamp now) noexcept {
  SocketOutput* const output = std::exchange(output_, nullptr);
  enter(State::Closed, now);
  if (output != nullptr) output->reconnect(why);
}

/// Without it algo orders are told by the lists alone: a loss of time, not of truth. The order
/// session stops the engine for what is wrong with the key.
void AlgoSession::stop(std::int32_t code, Timestamp now) noexcept {
  stop_reason_ = advice(code);
  problems_.on_problem(ProblemKind::Refused, code, "algo order channels: not asked for any more");
  output_ = nullptr;
  enter(State::Stopped, now);
}

}  // namespace gannet::okx
