#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http_message.h"
#include "base/time.h"
#include "gateway/okx/protocol/session_io.h"
#include "sim/okx_server/protocol/server.h"
#include "sim/random.h"

namespace gannet::simtest {

enum class Line : std::uint8_t { Market, Account, Business };
inline constexpr std::size_t kLines = 3;
enum class Way : std::uint8_t { ToVenue, ToEngine };

/// What a path of the network is like, one way.
struct Weather {
  Nanos latency = microseconds(400);
  Nanos jitter = microseconds(200);  ///< up to so much more
};

/// The engine's end of the network. Times are the engine's clock.
class NetworkUser {
 public:
  virtual okx::SocketSession& session(Line line) noexcept = 0;
  virtual void on_rest_answer(std::uint64_t id, const HttpResponse& response, Timestamp now,
                              bool certainly_not_sent) noexcept = 0;
  /// What the engine's clock shows at a moment of the venue's.
  virtual Timestamp clock(Timestamp venue_time) const noexcept = 0;

 protected:
  ~NetworkUser() = default;
};

/// Sees every text just before it is sent.
class WireTap {
 public:
  virtual void on_wire(Line line, Way way, std::string_view text) noexcept = 0;
  virtual void on_rest(const HttpRequest& request) noexcept = 0;
  /// The engine has died, in the middle of something: it sends nothing more.
  virtual bool is_dead() noexcept = 0;

 protected:
  ~WireTap() = default;
};

/// Three sockets and REST between one engine and the venue, under virtual time. Each socket keeps
/// its order; between sockets, and among REST requests, there is none. Deterministic: chance comes
/// from the seed. Texts live in slots that are used again, so that a long run allocates little.
class Network final : public okx_server::ServerOutput {
 public:
  Network(std::uint64_t seed, WireTap& tap) : random_(seed), tap_(tap) {}

  void set_server(okx_server::Server& server) noexcept { server_ = &server; }
  void set_weather(const Weather& weather) noexcept { weather_ = weather; }

  // ---- the engine's life ----

  /// Connects all lines, from now on.
  void attach(NetworkUser& user, Timestamp now);
  /// The process is gone. What it had sent is on its way still, or is lost with it.
  void detach(Timestamp now, bool loses_what_is_sent);
  /// The process stands still: what comes waits.
  void set_frozen(bool frozen, Timestamp now);
  bool is_attached() const noexcept { return user_ != nullptr; }

  bool send_request(std::uint64_t id, HttpRequest request);
  /// Before the engine is called at another moment than that of a delivery.
  void set_time(Timestamp now) noexcept { now_ = now; }
  void reconnect(Line line, bool slowly) noexcept;
  bool send_from_engine(Line line, std::string_view text) noexcept;

  // ---- time ----

  /// When the next thing arrives.
  std::optional<Timestamp> next() const noexcept;
  /// Delivers it.
  void deliver_next(Timestamp now);
  /// Cuts that the ends asked for while they were called.
  void settle(Timestamp now);

  // ---- faults ----

  void cut(Line line, Timestamp now);
  void half_open(Line line) noexcept { lines_[index(line)].is_half_open = true; }
  void stall(Line line, Timestamp until) noexcept { lines_[index(line)].stalled_until = until; }
  /// Slower by so much, one way (or both), until then.
  void slow_down(std::optional<Line> line, std::optional<Way> way, Nanos by, Timestamp until);
  void lose_rest(double share, Timestamp until) noexcept {
    rest_loss_ = share;
    rest_loss_until_ = until;
  }
  /// All is well with the network from here on.
  void calm_down() noexcept;

  std::uint64_t delivered() const noexcept { return delivered_; }
  std::size_t under_way() const noexcept { return heap_.size(); }
  std::uint64_t rest_lost() const noexcept { return rest_lost_; }

  // okx_server::ServerOutput
  void send_text(okx_server::ConnectionId connection, std::string_view text) noexcept override;
  void close(okx_server::ConnectionId connection, std::uint16_t code,
             std::string_view reason) noexcept override;
  void send_bytes(okx_server::ConnectionId connection, std::string_view) noexcept override {
    close(connection, 0, {});  // no WebSocket client takes bytes like these
  }
  void end_stream(okx_server::ConnectionId connection) noexcept override {
    close(connection, 0, {});
  }

 private:
  enum class Kind : std::uint8_t { Text, Close, Gone, Connect, RestAsk, RestAnswer };
  struct Slot {
    Kind kind = Kind::Text;
    Line line = Line::Market;
    Way way = Way::ToVenue;
    std::uint16_t code = 0;
    bool not_sent = false;
    okx_server::ConnectionId connection = 0;
    std::uint64_t life = 0;
    std::uint64_t id = 0;
    std::string text;
    HttpRequest request;
    HttpResponse response;
  };
  struct Due {
    Timestamp when;
    std::uint64_t order = 0;
    std::uint32_t slot = 0;
    friend bool operator<(const Due& a, const Due& b) noexcept {  // for a heap: the latest first
      return a.when != b.when ? a.when > b.when : a.order > b.order;
    }
  };
  struct Slowness {
    Nanos by;
    Timestamp until;
  };
  struct Socket final : okx::SocketOutput {
    bool send_text(std::string_view text) noexcept override {
      return owner->send_from_engine(line, text);
    }
    void reconnect(std::string_view) noexcept override { owner->reconnect(line, false); }
    void reconnect_slowly(std::string_view) noexcept override { owner->reconnect(line, true); }

    Network* owner = nullptr;
    Line line = Line::Market;
    bool up = false;
    bool is_half_open = false;
    bool wants_cut = false;
    bool slowly = false;
    bool stopped = false;
    okx_server::ConnectionId connection = 0;
    Timestamp stalled_until;
    std::array<Timestamp, 2> last{};  // by way: each keeps its order
    std::array<Slowness, 2> slowness{};
  };

  static constexpr std::size_t index(Line line) noexcept { return static_cast<std::size_t>(line); }
  static constexpr std::size_t index(Way way) noexcept { return static_cast<std::size_t>(way); }
  Slot& take_slot(std::uint32_t& at);
  void push(std::uint32_t slot, Timestamp when);
  Nanos travel(const Slowness& slowness);
  void post(Socket& socket, Way way, Kind kind, std::string_view text, std::uint16_t code);
  void connect_later(Line line, bool slowly, Timestamp now);
  void connect(Line line, Timestamp now);
  void deliver_text(Slot& slot, Timestamp now);
  void ask_venue(Slot& slot, Timestamp now);
  bool loses_rest(Timestamp now) noexcept;

  sim::Random random_;
  WireTap& tap_;
  okx_server::Server* server_ = nullptr;
  NetworkUser* user_ = nullptr;
  Weather weather_;
  std::array<Socket, kLines> lines_;
  std::array<Slowness, 2> rest_slowness_{};
  double rest_loss_ = 0;
  Timestamp rest_loss_until_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<Due> heap_;
  std::vector<Due> waiting_;  // for a process that stands still
  std::string padded_;
  Timestamp now_;
  bool frozen_ = false;
  std::uint64_t life_ = 0;
  std::uint64_t pushed_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t rest_lost_ = 0;
  okx_server::ConnectionId last_connection_ = 0;
};

}  // namespace gannet::simtest
