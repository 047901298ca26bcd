#include "gateway/okx/protocol/account_session.h"

#include <algorithm>
#include <functional>

#include "gateway/okx/protocol/diagnostics.h"

namespace gannet::okx {
namespace {

constexpr std::int32_t kLoginFailed = 60009;
constexpr std::int32_t kLoginTooOld = 60006;
constexpr std::int32_t kRepeatedLogin = 60031;
constexpr std::int32_t kUpgradeNotice = 64008;
constexpr std::string_view kOldKey = "the login was of the key before";

}  // namespace

void AccountSession::on_open(SocketOutput& output, Timestamp now) noexcept {
  if (state_ == State::Stopped) return;  // no login storm: a person must act first
  leave(State::Closed, now);             // an open without a close before it
  output_ = &output;
  last_received_ = now;
  ping_sent_.reset();
  upgrade_noticed_.reset();
  renewing_ = false;
  acknowledged_.fill(false);
  enter(State::LoggingIn, now);
  tell(ConnectionState::Connecting, now);
  login_key_ = signer_.key_number();
  // Signed anew for every connection: an old login is refused (60006). [PROTOCOL 14]
  if (!output.send_text(signer_.login_message(now + clock_offset_).reveal()))
    restart("the login could not be sent", now);
}

void AccountSession::on_text(std::string_view text, Timestamp now) noexcept {
  if (output_ == nullptr) return;
  last_received_ = now;
  ping_sent_.reset();
  ++counters_.frames;
  tell_alive(now);
  text_ = text;
  if (take_plain(text, now)) {
    // The one that hurries: nothing is left to do.
  } else if (const auto frame = reader_.read(text)) {
    handle_frame(*frame, now);
  } else {
    count_bad(frame.error(), "a frame of no known form");
  }
  text_ = {};
}

CloseReaction AccountSession::on_close_code(std::uint16_t code, Timestamp now) noexcept {
  const CloseRule& rule = rule_of_close(code);
  // A key that was replaced may be deleted: that is what replacing it is for.
  const bool is_about_the_key =
      rule.reaction == CloseReaction::CheckLogin || rule.reaction == CloseReaction::Stop;
  if (is_about_the_key && state_ != State::Stopped && has_old_login()) {
    problems_.on_problem(ProblemKind::Notice, code, kOldKey);
    return CloseReaction::Reconnect;
  }
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

void AccountSession::on_timer(Timestamp now) noexcept {
  if (output_ == nullptr) return;
  watch_requests(now);
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
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      if (!acknowledged_[i]) problems_.on_problem(ProblemKind::TimedOut, 0, channels_[i].channel);
    }
    restart("a subscription was not acknowledged", now);
  } else if (upgrade_noticed_ &&
             (in_flight() == 0 || now - *upgrade_noticed_ >= settings_.upgrade_patience)) {
    restart(renewing_ ? "logging in with another key"
                      : "the venue announced an upgrade of this connection",
            now);
  }
}

void AccountSession::renew_login(Timestamp now) noexcept {
  if (output_ == nullptr || upgrade_noticed_) return;  // the next connection logs in anew anyhow
  upgrade_noticed_ = now;
  renewing_ = true;
}

void AccountSession::handle_frame(const Frame& frame, Timestamp now) noexcept {
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

void AccountSession::handle_reply(const Frame& /*frame*/, Timestamp /*now*/) noexcept {
  count_ignored("a reply to a request that was not made");
}

void AccountSession::handle_connection_count(const Frame& frame) noexcept {
  counters_.connections = parse_code(frame.connection_count);
  if (counters_.connections < settings_.many_connections) return;
  problems_.on_problem(ProblemKind::Notice, counters_.connections,
                       "many connections of this account use a channel; the venue allows 30");
}

void AccountSession::handle_login(const Frame& frame, Timestamp now) noexcept {
  if (state_ != State::LoggingIn) return;
  const std::int32_t code = frame.code.empty() ? 0 : parse_code(frame.code);
  if (code != 0) {
    handle_refused_login(code, frame.message, now);
    return;
  }
  refused_logins_ = 0;
  enter(State::Subscribing, now);
  for (const ChannelRequest& channel : channels_) {
    if (!output_->send_text(channel.message)) {
      restart("a subscription could not be sent", now);
      return;
    }
  }
  on_login();
}

void AccountSession::handle_error(const Frame& frame, Timestamp now) noexcept {
  const std::int32_t code = parse_code(frame.code);
  if (take_error(frame, code, now)) return;
  if (state_ == State::LoggingIn) {
    handle_refused_login(code, frame.message, now);
    return;
  }
  const bool ours = std::ranges::any_of(
      channels_, [&](const ChannelRequest& channel) { return channel.id == frame.id; });
  if (state_ == State::Subscribing || ours) {
    handle_refused_subscription(code, frame.message, now);
    return;
  }
  problems_.on_problem(ProblemKind::Refused, code, frame.message);
  if (code == kNotLoggedIn || classify_code(code).error_class == ErrorClass::Reconnect) {
    restart("the venue no longer takes this connection for logged in", now);
  }
}

void AccountSession::handle_refused_login(std::int32_t code, std::string_view text,
                                          Timestamp now) noexcept {
  problems_.on_problem(ProblemKind::Refused, code, text);
  if (has_old_login()) return restart(kOldKey, now);
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

void AccountSession::handle_refused_subscription(std::int32_t code, std::string_view text,
                                                 Timestamp now) noexcept {
  problems_.on_problem(ProblemKind::Refused, code, text);
  const ErrorClass error_class = classify_code(code).error_class;
  if (error_class == ErrorClass::AuthFatal) {
    if (has_old_login()) return restart(kOldKey, now);
    stop(code, advice(code), now);
    return;
  }
  // The venue's own trouble passes: nobody has to act, and trading is held until then.
  const bool is_passing =
      error_class == ErrorClass::RetryAfterBackoff || error_class == ErrorClass::RateLimited ||
      error_class == ErrorClass::VenueUnavailable || error_class == ErrorClass::OutcomeUnknown ||
      error_class == ErrorClass::Reconnect;
  if (is_passing) return restart("the venue cannot subscribe us now", now, Pace::Slow);
  if (++refused_subscriptions_ > settings_.subscribe_retries) {
    stop(code,
         "the venue refuses the account's channels again and again: close other programs that use "
         "this account, and check that the key may read",
         now);
    return;
  }
  restart("a subscription was refused", now);
}

void AccountSession::acknowledge(std::string_view channel, Timestamp now) noexcept {
  if (state_ != State::Subscribing) return;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (channels_[i].channel == channel) acknowledged_[i] = true;
  }
  const auto all = std::span<const bool>(acknowledged_).first(channels_.size());
  if (!std::ranges::all_of(all, std::identity{})) return;
  enter(State::Ready, now);
  tell(ConnectionState::Ready, now);
}

void AccountSession::count_bad(DecodeError error, std::string_view what) noexcept {
  if (error == DecodeError::UnknownInstrument) {
    ++counters_.unknown_instruments;
    tell_frame(ProblemKind::UnknownInstrument, 0, what);
  } else {
    ++counters_.malformed;
    tell_frame(ProblemKind::Malformed, static_cast<std::int32_t>(error), what);
  }
}

void AccountSession::count_ignored(std::string_view what) noexcept {
  ++counters_.ignored_frames;
  tell_frame(ProblemKind::Ignored, 0, what);
}

void AccountSession::tell_frame(ProblemKind kind, std::int32_t code,
                                std::string_view what) noexcept {
  std::array<char, DiagnosticCounter::kExcerpt> excerpt;
  const std::size_t size = mask_secrets(text_, excerpt.data(), excerpt.size());
  problems_.on_bad_frame(kind, code, what, {excerpt.data(), size});
}

void AccountSession::enter(State state, Timestamp now) noexcept {
  state_ = state;
  state_since_ = now;
}

/// The connection is of no use any more: tells what was in flight, then that it is gone. Once.
void AccountSession::leave(State state, Timestamp now) noexcept {
  const bool was_connected = output_ != nullptr;
  output_ = nullptr;
  if (state_ != State::Stopped) enter(state, now);
  if (!was_connected) return;
  lose_requests(now);
  tell(ConnectionState::Disconnected, now);
}

void AccountSession::tell(ConnectionState state, Timestamp now) noexcept {
  if (watch_ != nullptr) return watch_->on_session_connection(*this, state, now);
  tell_connection(state, now);
}

void AccountSession::restart(std::string_view why, Timestamp now, Pace pace) noexcept {
  SocketOutput* const output = output_;
  leave(State::Closed, now);
  if (output == nullptr) return;
  if (pace == Pace::Slow) return output->reconnect_slowly(why);
  output->reconnect(why);
}

void AccountSession::stop(std::int32_t code, std::string_view sentence, Timestamp now) noexcept {
  stop_reason_ = sentence;
  tell_stop(code, sentence);
  leave(State::Stopped, now);
}

}  // namespace gannet::okx
