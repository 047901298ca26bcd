#include "gateway/okx/protocol/line_pair.h"

#include <algorithm>

namespace gannet::okx {

LinePair::LinePair(AccountSession& first, AccountSession& second, LineControl& control)
    : sessions_{&first, &second}, control_(control) {
  for (AccountSession* session : sessions_) session->set_connection_watch(this);
}

void LinePair::replace(std::size_t line) noexcept {
  if (line != current_ || stage_ == Stage::Joining) return;  // it goes already
  if (stage_ == Stage::Settled) return begin_move();
  wanted_ = true;
}

void LinePair::replace_current() noexcept {
  if (stage_ == Stage::Settled) return begin_move();
  wanted_ = true;
}

void LinePair::begin_move() noexcept {
  stage_ = Stage::Joining;
  wanted_ = false;
  said_goodbye_[other()] = false;
  heard_.fill({});
  // Its login must bear the venue's time of now, not of the start.
  sessions_[other()]->set_clock_offset(sessions_[current_]->clock_offset());
  control_.open_line(other());
}

void LinePair::on_timer(Timestamp now) noexcept {
  if (stage_ == Stage::Settled && wanted_ && states_[other()] == ConnectionState::Disconnected) {
    return begin_move();
  }
  if (stage_ != Stage::Leaving) return;
  if (sessions_[other()]->in_flight() == 0 || now - switched_ >= kPatience) end_move();
}

void LinePair::end_move() noexcept {
  stage_ = Stage::Settled;
  said_goodbye_[other()] = true;
  control_.close_line(other());
}

void LinePair::on_session_connection(const AccountSession& session, ConnectionState state,
                                     Timestamp now) noexcept {
  const std::size_t line = line_of(session);
  const bool is_loss = both_up() && state == ConnectionState::Disconnected && !said_goodbye_[line];
  if (both_up()) both_up_until_ = now;
  states_[line] = state;
  bool is_doubtful = is_loss;
  if (stage_ == Stage::Joining && state == ConnectionState::Ready) {
    if (line == current_) {
      // The old one was closed early and is back by itself, before the new one was there.
      end_move();
    } else {
      current_ = line;
      stage_ = Stage::Leaving;
      switched_ = now;
      ++moves_;
      is_doubtful = true;
      if (switch_) switch_();
    }
  }
  tell(now);
  if (is_doubtful && doubt_) doubt_();
}

/// The engine knows the better of the two.
void LinePair::tell(Timestamp now) noexcept {
  const ConnectionState state = std::max(states_[0], states_[1]);
  if (state == told_state_) return;
  told_state_ = state;
  if (connection_) connection_(state, now);
}

bool LinePair::is_news(const AccountSession& session, std::uint64_t hash,
                       Timestamp received) noexcept {
  const bool may_have_twin =
      both_up() || (both_up_until_.nanos != 0 && received - both_up_until_ < kTwinsWithin);
  if (!may_have_twin) return true;
  const auto bit = static_cast<std::uint8_t>(1u << line_of(session));
  for (Heard& heard : heard_) {
    if (heard.hash != hash || (heard.by & bit) != 0) continue;
    heard.by = static_cast<std::uint8_t>(heard.by | bit);
    return false;
  }
  heard_[heard_next_] = {hash, bit};
  heard_next_ = (heard_next_ + 1) % heard_.size();
  return true;
}

}  // namespace gannet::okx
