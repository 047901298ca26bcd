#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/instrument_table.h"
#include "sim/algo_desk.h"
#include "sim/exchange.h"
#include "sim/okx_server/protocol/server_io.h"
#include "sim/okx_server/protocol/settings.h"

namespace gannet::okx_server {

struct ServerState;

/// OKX API v5 in front of a simulated exchange: REST under /api/v5, sockets under /ws/v5, and the
/// switches and truth of the simulation under /sim/v1 (loopback peers alone). Owns the exchange;
/// the market that trades on it is driven through `set_market`. Deterministic: the same settings
/// and the same inputs give the same outputs. Bad input is answered as OKX does and survived.
/// Thread: one. Source: OKX API v5.
class Server final : public ServerProtocol {
 public:
  /// The tables and the output must outlive the server. `start`: wall time, also the exchange's
  /// first.
  Server(const Settings& settings, InstrumentTable& instruments, CurrencyTable& currencies,
         ServerOutput& output, Timestamp start);
  ~Server() override;

  /// What the market places its orders on, as `sim::kMarketUser`.
  sim::Exchange& exchange() noexcept;
  /// The algo orders beside it.
  const sim::AlgoDesk& algos() const noexcept;

  /// Called from `on_timer` with the exchange's time, never going back: let the market move up to
  /// it.
  void set_market(std::function<void(Timestamp exchange_time)> advance);

  /// The exchange's time at a wall time: they part when `Settings::speed` is not 1.
  Timestamp exchange_time(Timestamp now) const noexcept;

  std::size_t connections() const noexcept;

  /// Orders faults as POST /sim/v1/faults does; `at` in them counts from `now`. Error: what is
  /// wrong with the order, nothing of it taken.
  std::expected<void, std::string> order_faults(std::string_view json, Timestamp now);

  int on_upgrade(std::string_view path, std::string_view peer, Timestamp now) override;
  void on_open(ConnectionId connection, std::string_view path, std::string_view peer,
               Timestamp now) override;
  void on_text(ConnectionId connection, std::string_view text, Timestamp now) override;
  void on_closed(ConnectionId connection, Timestamp now) override;
  HttpResponse on_http(const HttpRequest& request, std::string_view peer, Timestamp now) override;
  HttpDelivery delivery() override;
  void on_timer(Timestamp now) override;

 private:
  std::unique_ptr<ServerState> state_;
};

}  // namespace gannet::okx_server
