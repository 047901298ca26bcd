#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "bench/wire/raw_tls.h"
#include "bench/wire/tick_maker.h"

namespace gannet::bench {

/// A venue that knows when it sent each tick and sees when the order for it arrives. It speaks as
/// much of OKX's v5 as a client needs to start and to send limit orders: every request is granted,
/// every order rests until it is cancelled. Nothing of Gannet's is in it but the making of a
/// certificate. It runs on the caller's thread and never sleeps while it measures.
class ProbeVenue {
 public:
  struct Settings {
    TickMaker::Channel channel = TickMaker::Channel::Best;
    std::uint32_t instruments = 1;
    std::string certificate_file{};
    std::string key_file{};
  };
  explicit ProbeVenue(const Settings& settings);
  ~ProbeVenue();
  ProbeVenue(const ProbeVenue&) = delete;
  ProbeVenue& operator=(const ProbeVenue&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  static std::string name_of(std::uint32_t instrument);
  static std::int64_t code_of(std::uint32_t instrument) { return 20'000 + instrument; }

  /// Serves whoever comes for so long.
  void serve_for(Nanos time);
  /// Ticks now and then until so many orders have answered. False: not within `patience`.
  bool warm_up(Nanos patience);

  struct Pattern {
    std::uint32_t ticks = 1'000;
    std::uint32_t burst = 1;          ///< so many at a time, back to back
    Nanos spacing = milliseconds(1);  ///< from one (burst) to the next
  };
  struct Measured {
    std::vector<std::int64_t> nanos{};  ///< order arrival - tick send, of those that were answered
    std::uint32_t sent = 0;
  };
  Measured measure(const Pattern& pattern);

 private:
  struct Connection;
  struct Sent {
    std::int64_t at = 0;  // monotonic nanoseconds; 0: no tick, or it has been answered
  };
  struct Order {
    std::string client_id;
    std::string price;
    std::int64_t code = 0;
  };

  void serve(bool all);
  void accept_all();
  void read(Connection& connection);
  void on_http(Connection& connection);
  std::string answer(std::string_view target) const;
  std::string instrument_row(std::uint32_t i) const;
  void on_text(Connection& connection, std::string_view text, std::int64_t now);
  void on_subscribe(Connection& connection, std::string_view text);
  void note_arrival(std::string_view text, std::int64_t now);
  void work_off();
  void on_order(Connection& connection, std::string_view text);
  void on_cancel(Connection& connection, std::string_view text);
  void acknowledge(Connection& connection, std::string_view text, std::string_view operation,
                   const Order& order, std::uint64_t id, std::string_view state);
  std::string order_row(const Order& order, std::uint64_t id, std::string_view state) const;
  void push_references();
  void say(Connection& connection, std::string_view text);
  void send_answers();
  /// Makes the next messages, outside of what is measured, and sends them.
  void send_ticks(std::uint32_t count);

  Settings settings_;
  SSL_CTX* tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;
  Connection* market_ = nullptr;   // has subscribed to the ticks
  Connection* account_ = nullptr;  // orders come by it
  std::vector<TickMaker> makers_;
  std::vector<std::vector<Sent>> sent_;  // by instrument and price
  std::uint32_t next_instrument_ = 0;
  std::map<std::uint64_t, Order> open_;
  std::uint64_t last_order_id_ = 3'811'122'233'000'000'000;
  struct Operation {
    Connection* connection;
    std::string text;
  };
  std::vector<Operation> operations_;  // seen, and not answered yet
  std::uint64_t unanswered_ticks_ = 0;
  std::int64_t last_sent_ = 0;
  std::vector<std::string> frames_;
  std::vector<std::int64_t> measured_;
  std::uint64_t answered_ = 0;
  std::int64_t next_references_ = 0;
  std::uint32_t turn_ = 0;
};

}  // namespace gannet::bench
