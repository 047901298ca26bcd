#include "simtest/network.h"

#include <algorithm>
#include <utility>

namespace gannet::simtest {
namespace {

constexpr std::uint16_t kAnswerLost = 1;
constexpr std::uint16_t kNeverSent = 2;
constexpr std::string_view kSocketPaths[kLines] = {"/ws/v5/public", "/ws/v5/private",
                                                   "/ws/v5/business"};

}  // namespace

Network::Slot& Network::take_slot(std::uint32_t& at) {
  if (free_.empty()) {
    at = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    at = free_.back();
    free_.pop_back();
  }
  return slots_[at];
}

void Network::push(std::uint32_t slot, Timestamp when) {
  heap_.push_back({std::max(when, now_), ++pushed_, slot});
  std::push_heap(heap_.begin(), heap_.end());
}

Nanos Network::travel(const Slowness& slowness) {
  Nanos span = weather_.latency;
  if (weather_.jitter.count > 0)
    span = span + Nanos{static_cast<std::int64_t>(
                      random_.below(static_cast<std::uint64_t>(weather_.jitter.count)))};
  if (now_ < slowness.until) {
    // Half of it is certain, the rest is jitter.
    const auto half = static_cast<std::uint64_t>(slowness.by.count / 2 + 1);
    span = span + Nanos{static_cast<std::int64_t>(half + random_.below(half))};
  }
  return span;
}

void Network::attach(NetworkUser& user, Timestamp now) {
  now_ = now;
  user_ = &user;
  ++life_;
  frozen_ = false;
  for (std::size_t i = 0; i < kLines; ++i) {
    Socket& socket = lines_[i];
    socket = Socket{};
    socket.owner = this;
    socket.line = static_cast<Line>(i);
    connect(socket.line, now);
  }
}

void Network::detach(Timestamp now, bool loses_what_is_sent) {
  set_frozen(false, now);
  user_ = nullptr;
  for (Socket& socket : lines_) {
    if (!socket.up) continue;
    socket.up = false;
    if (!socket.is_half_open) {
      std::uint32_t at = 0;
      Slot& slot = take_slot(at);
      slot.kind = Kind::Gone;
      slot.connection = socket.connection;
      push(at, std::max(socket.last[index(Way::ToVenue)], now) + microseconds(1));
    }
  }
  if (!loses_what_is_sent) return;
  for (const Due& due : heap_) {
    Slot& slot = slots_[due.slot];
    if (slot.kind == Kind::Text && slot.way == Way::ToVenue) slot.connection = 0;
    if (slot.kind == Kind::RestAsk) slot.code = kNeverSent;
  }
}

void Network::set_frozen(bool frozen, Timestamp now) {
  now_ = now;
  frozen_ = frozen;
  if (frozen) return;
  // All at once, in the order in which it would have come.
  for (const Due& due : waiting_) {
    heap_.push_back({now, due.order, due.slot});
    std::push_heap(heap_.begin(), heap_.end());
  }
  waiting_.clear();
}

void Network::connect_later(Line line, bool slowly, Timestamp now) {
  const Nanos pause =
      slowly ? seconds(5) + milliseconds(static_cast<std::int64_t>(random_.below(5'000)))
             : milliseconds(100 + static_cast<std::int64_t>(random_.below(900)));
  std::uint32_t at = 0;
  Slot& slot = take_slot(at);
  slot.kind = Kind::Connect;
  slot.line = line;
  slot.life = life_;
  push(at, now + pause);
}

void Network::connect(Line line, Timestamp now) {
  Socket& socket = lines_[index(line)];
  if (socket.up || socket.stopped) return;
  const std::string_view path = kSocketPaths[index(line)];
  const okx_server::ConnectionId id = ++last_connection_;
  const int refused = server_->on_upgrade(path, "127.0.0.1:1", now);
  if (refused != 0) return connect_later(line, refused == 429, now);
  socket.connection = id;
  socket.up = true;
  socket.is_half_open = false;
  socket.wants_cut = false;
  socket.slowly = false;
  // The first word of either side takes its time as any other.
  server_->on_open(id, path, "127.0.0.1:1", now);
  user_->session(line).on_open(socket, user_->clock(now));
}

bool Network::send_from_engine(Line line, std::string_view text) noexcept {
  Socket& socket = lines_[index(line)];
  if (!socket.up || socket.wants_cut) return false;
  if (tap_.is_dead()) return true;
  tap_.on_wire(line, Way::ToVenue, text);
  post(socket, Way::ToVenue, Kind::Text, text, 0);
  return true;
}

void Network::reconnect(Line line, bool slowly) noexcept {
  Socket& socket = lines_[index(line)];
  if (!socket.up) return;
  socket.wants_cut = true;
  socket.slowly = slowly;
}

void Network::post(Socket& socket, Way way, Kind kind, std::string_view text, std::uint16_t code) {
  if (socket.is_half_open) return;
  Timestamp& last = socket.last[index(way)];
  last = std::max({last, now_ + travel(socket.slowness[index(way)]), socket.stalled_until});
  std::uint32_t at = 0;
  Slot& slot = take_slot(at);
  slot.kind = kind;
  slot.line = socket.line;
  slot.way = way;
  slot.code = code;
  slot.connection = socket.connection;
  slot.life = life_;
  slot.text.assign(text);
  push(at, last);
}

void Network::send_text(okx_server::ConnectionId connection, std::string_view text) noexcept {
  for (Socket& socket : lines_) {
    if (!socket.up || socket.connection != connection) continue;
    tap_.on_wire(socket.line, Way::ToEngine, text);
    post(socket, Way::ToEngine, Kind::Text, text, 0);
  }
}

void Network::close(okx_server::ConnectionId connection, std::uint16_t code,
                    std::string_view) noexcept {
  for (Socket& socket : lines_) {
    if (socket.up && socket.connection == connection)
      post(socket, Way::ToEngine, Kind::Close, {}, code);
  }
}

bool Network::loses_rest(Timestamp now) noexcept {
  const bool lost = now < rest_loss_until_ && random_.chance(rest_loss_);
  if (lost) ++rest_lost_;
  return lost;
}

bool Network::send_request(std::uint64_t id, HttpRequest request) {
  tap_.on_rest(request);
  std::uint32_t at = 0;
  Slot& slot = take_slot(at);
  slot.life = life_;
  slot.id = id;
  slot.not_sent = false;
  if (loses_rest(now_)) {
    // The connection could not be made, or broke with the request on it: before or after the venue
    // had read it.
    slot.kind = random_.chance(0.5) ? Kind::RestAsk : Kind::RestAnswer;
    slot.code = kAnswerLost;
    slot.not_sent = slot.kind == Kind::RestAnswer && random_.chance(0.5);
    slot.response = {};
  } else {
    slot.kind = Kind::RestAsk;
    slot.code = 0;
  }
  slot.request = std::move(request);
  push(at, now_ + travel(rest_slowness_[index(Way::ToVenue)]) + travel({}));
  return true;
}

std::optional<Timestamp> Network::next() const noexcept {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

void Network::deliver_next(Timestamp now) {
  now_ = now;
  std::pop_heap(heap_.begin(), heap_.end());
  const Due due = heap_.back();
  heap_.pop_back();
  // What happens below may add slots, which moves them.
  Slot slot = std::move(slots_[due.slot]);
  const bool is_for_engine = slot.kind == Kind::RestAnswer || slot.kind == Kind::Connect ||
                             (slot.way == Way::ToEngine && slot.kind <= Kind::Close);
  if (frozen_ && is_for_engine) {
    slots_[due.slot] = std::move(slot);
    waiting_.push_back(due);
    return;
  }
  ++delivered_;
  switch (slot.kind) {
    case Kind::Text:
      deliver_text(slot, now);
      break;
    case Kind::Close: {
      Socket& socket = lines_[index(slot.line)];
      if (user_ == nullptr || !socket.up || socket.connection != slot.connection) break;
      const Timestamp clock = user_->clock(now);
      const okx::CloseReaction reaction =
          slot.code == 0 ? okx::CloseReaction::Reconnect
                         : user_->session(slot.line).on_close_code(slot.code, clock);
      socket.slowly = reaction == okx::CloseReaction::ReconnectSlowly;
      socket.stopped = reaction == okx::CloseReaction::Stop;
      cut(slot.line, now);
      break;
    }
    case Kind::Gone:
      server_->on_closed(slot.connection, now);
      break;
    case Kind::Connect:
      if (user_ != nullptr && slot.life == life_) connect(slot.line, now);
      break;
    case Kind::RestAsk:
      ask_venue(slot, now);
      break;
    case Kind::RestAnswer:
      if (user_ != nullptr && slot.life == life_)
        user_->on_rest_answer(slot.id, slot.response, user_->clock(now), slot.not_sent);
      break;
  }
  slots_[due.slot].text = std::move(slot.text);
  free_.push_back(due.slot);
}

void Network::deliver_text(Slot& slot, Timestamp now) {
  if (slot.way == Way::ToVenue) {
    if (slot.connection != 0) server_->on_text(slot.connection, slot.text, now);
    return;
  }
  const Socket& socket = lines_[index(slot.line)];
  if (user_ == nullptr || !socket.up || socket.connection != slot.connection) return;
  const std::size_t size = slot.text.size();
  slot.text.append(okx::kTextPadding, '\0');
  user_->session(slot.line).on_text({slot.text.data(), size}, user_->clock(now));
}

void Network::ask_venue(Slot& slot, Timestamp now) {
  if (slot.code == kNeverSent) return;
  HttpResponse response = server_->on_http(slot.request, "127.0.0.1:2", now);
  const okx_server::HttpDelivery delivery = server_->delivery();
  if (delivery.cut_after || slot.code == kAnswerLost) response = {};
  if (slot.life != life_) return;  // who asked is gone
  std::uint32_t at = 0;
  Slot& answer = take_slot(at);
  answer.kind = Kind::RestAnswer;
  answer.life = slot.life;
  answer.id = slot.id;
  answer.not_sent = false;
  answer.response = std::move(response);
  push(at, now + travel(rest_slowness_[index(Way::ToEngine)]) + delivery.delay);
}

void Network::cut(Line line, Timestamp now) {
  now_ = std::max(now_, now);
  Socket& socket = lines_[index(line)];
  if (!socket.up || user_ == nullptr) return;
  socket.up = false;
  socket.wants_cut = false;
  if (!socket.is_half_open) {
    std::uint32_t at = 0;
    Slot& slot = take_slot(at);
    slot.kind = Kind::Gone;
    slot.connection = socket.connection;
    // What was sent before it arrives before it, or goes down with it.
    const bool arrives = random_.chance(0.5);
    if (!arrives) {
      for (const Due& due : heap_) {
        Slot& other = slots_[due.slot];
        if (other.kind == Kind::Text && other.way == Way::ToVenue &&
            other.connection == socket.connection)
          other.connection = 0;
      }
    }
    push(at, arrives ? std::max(socket.last[index(Way::ToVenue)], now) + microseconds(1) : now);
  }
  socket.stalled_until = {};
  connect_later(line, std::exchange(socket.slowly, false), now);
  user_->session(line).on_closed(user_->clock(now));
}

void Network::settle(Timestamp now) {
  for (std::size_t i = 0; i < kLines; ++i) {
    if (lines_[i].wants_cut) cut(static_cast<Line>(i), now);
  }
}

void Network::slow_down(std::optional<Line> line, std::optional<Way> way, Nanos by,
                        Timestamp until) {
  for (const Way one : {Way::ToVenue, Way::ToEngine}) {
    if (way && *way != one) continue;
    if (line) {
      lines_[index(*line)].slowness[index(one)] = {by, until};
    } else {
      rest_slowness_[index(one)] = {by, until};
    }
  }
}

void Network::calm_down() noexcept {
  weather_ = {};
  rest_slowness_ = {};
  rest_loss_ = 0;
  for (Socket& socket : lines_) socket.slowness = {};
}

}  // namespace gannet::simtest
