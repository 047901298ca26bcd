#include "gateway/okx/protocol/order_lines.h"

#include <algorithm>

namespace gannet::okx {
namespace {

constexpr std::uint64_t mixed_hash(std::uint64_t hash, std::uint64_t value) noexcept {
  std::uint64_t z = hash ^ (value + 0x9E3779B97F4A7C15ull + (hash << 6) + (hash >> 2));
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  return z ^ (z >> 27);
}

/// Everything a push says but when it came. Never 0.
std::uint64_t hash_of_push(const ExecutionReport& report) noexcept {
  std::uint64_t hash = 1;
  const auto add = [&hash](auto value) {
    hash = mixed_hash(hash, static_cast<std::uint64_t>(value));
  };
  add(report.instrument.value);
  add(report.venue_id.value);
  add(report.client_id.value);
  add(report.amend_id);
  add(report.kind);
  add(report.reason);
  add(report.state);
  add(report.price.raw);
  add(report.quantity.raw);
  add(report.cumulative_quantity.raw);
  add(report.has_fill ? report.fill.trade_id.value : -1);
  add(report.exchange_time.nanos);
  return hash | 1;
}

}  // namespace

OrderLines::OrderLines(const Signer& signer, const AccountContext& context,
                       AccountListener& listener, SessionProblems& problems,
                       OrderSessionSettings settings, LineControl& control)
    : listener_(listener), control_(control) {
  for (auto& session : sessions_) {
    session.emplace(signer, context, listener, problems, settings);
    session->set_watch(this);
  }
}

void OrderLines::replace(std::size_t line) noexcept {
  if (line != current_ || stage_ == Stage::Joining) return;  // it goes already
  if (stage_ == Stage::Settled) return begin_move();
  wanted_ = true;
}

void OrderLines::replace_current() noexcept {
  if (stage_ == Stage::Settled) return begin_move();
  wanted_ = true;
}

void OrderLines::begin_move() noexcept {
  stage_ = Stage::Joining;
  wanted_ = false;
  said_goodbye_[other()] = false;
  heard_.fill({});
  // Its login must bear the venue's time of now, not of the start.
  sessions_[other()]->set_clock_offset(current().clock_offset());
  control_.open_line(other());
}

void OrderLines::on_timer(Timestamp now) noexcept {
  if (stage_ == Stage::Settled && wanted_ && states_[other()] == ConnectionState::Disconnected) {
    return begin_move();
  }
  if (stage_ != Stage::Leaving) return;
  const OrderSession& old = *sessions_[other()];
  if (old.in_flight() == 0 || now - switched_ >= kPatience) end_move();
}

void OrderLines::end_move() noexcept {
  stage_ = Stage::Settled;
  said_goodbye_[other()] = true;
  control_.close_line(other());
}

void OrderLines::on_session_connection(const OrderSession& session, ConnectionState state,
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
      if (told_) told_(*sessions_[current_]);
    }
  }
  tell(now);
  if (is_doubtful && doubt_) doubt_();
}

/// The engine knows the better of the two.
void OrderLines::tell(Timestamp now) noexcept {
  const ConnectionState state = std::max(states_[0], states_[1]);
  if (state == told_state_) return;
  told_state_ = state;
  listener_.on_account_connection(state, now);
}

bool OrderLines::is_news(const OrderSession& session, const ExecutionReport& report) noexcept {
  const bool may_have_twin = both_up() || (both_up_until_.nanos != 0 &&
                                           report.receive_time - both_up_until_ < kTwinsWithin);
  if (!may_have_twin) return true;
  const auto bit = static_cast<std::uint8_t>(1u << line_of(session));
  const std::uint64_t hash = hash_of_push(report);
  for (Heard& heard : heard_) {
    if (heard.hash != hash || (heard.by & bit) != 0) continue;
    heard.by = static_cast<std::uint8_t>(heard.by | bit);
    return false;
  }
  heard_[heard_next_] = {hash, bit};
  heard_next_ = (heard_next_ + 1) % heard_.size();
  return true;
}

OrderSessionCounters OrderLines::counters() const noexcept {
  OrderSessionCounters sum = sessions_[0]->counters();
  const OrderSessionCounters& more = sessions_[1]->counters();
  sum.frames += more.frames;
  sum.replies += more.replies;
  sum.unmatched_replies += more.unmatched_replies;
  sum.malformed += more.malformed;
  sum.unknown_instruments += more.unknown_instruments;
  sum.ignored_frames += more.ignored_frames;
  sum.timed_out_requests += more.timed_out_requests;
  sum.lost_requests += more.lost_requests;
  sum.wire = sum.wire + more.wire;
  sum.connections = std::max(sum.connections, more.connections);
  return sum;
}

}  // namespace gannet::okx
