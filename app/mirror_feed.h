#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/recording.h"
#include "base/error.h"
#include "domain/venue.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"
#include "gateway/okx/protocol/diagnostics.h"
#include "gateway/okx/protocol/market_session.h"
#include "gateway/okx/transport/connect_pacer.h"
#include "gateway/okx/transport/socket_connection.h"
#include "sim/mirror_market.h"

namespace gannet::app {

/// Where a mirrored venue is.
struct MirrorVenue {
  std::string socket;  ///< wss://HOST/ws/v5/public
  std::string rest;    ///< https://HOST; "": that of the socket
  std::string ca;      ///< a trust anchor beside the system's; "": none
};

/// Asks the mirrored venue for its instruments, spot, swaps and futures, or only the named ones.
/// Runs the loop meanwhile. Errors: no answer, a name it does not have, more than a connection can
/// carry.
std::expected<RecordingTables, Error> ask_mirrored_instruments(
    net::EventLoop& loop, const MirrorVenue& venue, const std::vector<std::string>& only);

/// The public connection to a mirrored venue: books, trades, mark and index prices and funding of
/// some instruments, told to a MirrorMarket as they come. Connects again for as long as it lives;
/// what becomes of the connection is a JSON line on standard error. Thread: the loop's.
class MirrorFeed final : private MarketListener, private okx::Diagnostics {
 public:
  /// This exchange's time at a wall time.
  using ExchangeTime = std::function<Timestamp(Timestamp wall)>;

  /// `tables` and the market outlive the feed.
  static std::expected<std::unique_ptr<MirrorFeed>, Error> start(
      net::EventLoop& loop, const MirrorVenue& venue, RecordingTables& tables,
      const std::vector<InstrumentId>& instruments, sim::MirrorMarket& market,
      ExchangeTime exchange_time);
  ~MirrorFeed();

 private:
  MirrorFeed(net::TlsContext tls, sim::MirrorMarket& market, ExchangeTime exchange_time)
      : tls_(std::move(tls)), market_(market), exchange_time_(std::move(exchange_time)) {}

  void on_book_update(const BookUpdate& update) noexcept override;
  void on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                         Timestamp now) noexcept override;
  void on_trade(const TradeEvent& trade) noexcept override;
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent& price) noexcept override;
  void on_instrument_state(InstrumentId instrument, InstrumentState state,
                           Timestamp now) noexcept override;
  void on_market_update(const MarketUpdate& update) noexcept override;
  void on_market_connection(ConnectionState state, Timestamp now) noexcept override;
  void on_market_alive(Timestamp) noexcept override {}
  void on_diagnostic(okx::DiagnosticKind kind, std::string_view detail,
                     std::string_view excerpt) noexcept override;

  net::TlsContext tls_;
  sim::MirrorMarket& market_;
  ExchangeTime exchange_time_;
  okx::ConnectPacer pacer_;
  bool told_lost_ = false;  // that there is no connection: once, not with every attempt
  std::unique_ptr<okx::MarketSession> session_;
  std::unique_ptr<okx::SocketConnection> connection_;
};

}  // namespace gannet::app
