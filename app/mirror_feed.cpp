#include "app/mirror_feed.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "app/json_line.h"
#include "base/clock.h"
#include "gateway/net/http_client.h"
#include "gateway/net/url.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/rest_requests.h"
#include "gateway/okx/transport/market_connection.h"

namespace gannet::app {
namespace {

/// Five channels each at most: a request may hold 64 KB, and the venue asks for no more than 480 an
/// hour.
constexpr std::size_t kMostInstruments = 200;

std::expected<net::TlsContext, Error> trust(const MirrorVenue& venue) {
  return net::TlsContext::client({.system_roots = true, .ca_file = venue.ca});
}

std::expected<std::string, Error> rest_url(const MirrorVenue& venue) {
  if (!venue.rest.empty()) return venue.rest;
  const auto socket = net::parse_url(venue.socket);
  if (!socket) return std::unexpected(socket.error());
  return "https://" + socket->authority();
}

InstrumentKind kind_of(std::string_view name) noexcept {
  if (name.ends_with("-SWAP")) return InstrumentKind::Swap;
  return std::ranges::count(name, '-') == 1 ? InstrumentKind::Spot : InstrumentKind::Futures;
}

std::set<InstrumentKind> kinds_of(const std::vector<std::string>& names) {
  if (names.empty()) return {InstrumentKind::Spot, InstrumentKind::Swap, InstrumentKind::Futures};
  std::set<InstrumentKind> kinds;
  for (const std::string& name : names) kinds.insert(kind_of(name));
  return kinds;
}

void log_line(std::string_view event, std::string_view key, std::string_view value) {
  JsonLine line;
  line.begin_object()
      .field("ts", to_unix_millis(wall_clock_now()))
      .field("level", "info")
      .field("event", event)
      .field(key, value)
      .end_object();
  std::fprintf(stderr, "%s\n", line.text().c_str());
}

}  // namespace

std::expected<RecordingTables, Error> ask_mirrored_instruments(
    net::EventLoop& loop, const MirrorVenue& venue, const std::vector<std::string>& only) {
  const auto url = rest_url(venue);
  if (!url) return std::unexpected(url.error());
  const auto tls = trust(venue);
  if (!tls) return std::unexpected(tls.error());
  auto client = net::HttpClient::make(loop, *tls, {.url = *url, .connections = 1});
  if (!client) return std::unexpected(std::move(client.error()));
  RecordingTables tables;
  okx::InstrumentRows chosen;
  okx::FrameReader reader;
  for (const InstrumentKind kind : kinds_of(only)) {
    std::optional<net::HttpAnswer> answer;
    (*client)->send(okx::public_instruments_request({nullptr, false}, kind, ""),
                    [&](net::HttpAnswer got) { answer = std::move(got); });
    while (!answer && !loop.stopped()) loop.run_for(milliseconds(100));
    if (!answer) return std::unexpected(Error{"stopped while asking for instruments"});
    if (answer->response.status != 200) {
      return std::unexpected(
          Error{*url + ": no list of instruments: " +
                (answer->error.empty() ? "status " + std::to_string(answer->response.status)
                                       : answer->error)});
    }
    std::string& body = answer->response.body;
    const std::size_t size = body.size();
    body.append(okx::kTextPadding, ' ');
    const auto frame = reader.read({body.data(), size});
    if (!frame) return std::unexpected(Error{*url + ": not a list of instruments"});
    const auto rows = okx::decode_instruments(reader, *frame, tables.currencies);
    if (!rows) return std::unexpected(Error{*url + ": not a list of instruments"});
    for (const okx::InstrumentRow& row : rows->rows) {
      const std::string_view name = row.instrument.name.view();
      if (only.empty() || std::ranges::find(only, name) != only.end()) chosen.rows.push_back(row);
    }
  }
  if (chosen.rows.size() > kMostInstruments) {
    return std::unexpected(Error{"it has " + std::to_string(chosen.rows.size()) +
                                 " instruments: name those to mirror, at most " +
                                 std::to_string(kMostInstruments)});
  }
  okx::add_instruments(chosen, tables.instruments, tables.codes);
  return tables;
}

std::expected<std::unique_ptr<MirrorFeed>, Error> MirrorFeed::start(
    net::EventLoop& loop, const MirrorVenue& venue, RecordingTables& tables,
    const std::vector<InstrumentId>& instruments, sim::MirrorMarket& market,
    ExchangeTime exchange_time) {
  auto tls = trust(venue);
  if (!tls) return std::unexpected(std::move(tls.error()));
  std::unique_ptr<MirrorFeed> feed(
      new MirrorFeed(std::move(*tls), market, std::move(exchange_time)));
  std::vector<okx::MarketSubscription> streams;
  for (const InstrumentId id : instruments) {
    streams.push_back({id, okx::MarketStream::Depth400});
    streams.push_back({id, okx::MarketStream::Trades});
    if (is_derivative(tables.instruments[id].kind)) {
      streams.push_back({id, okx::MarketStream::MarkPrice});
    }
    streams.push_back({id, okx::MarketStream::IndexPrice});
    if (tables.instruments[id].kind == InstrumentKind::Swap) {
      streams.push_back({id, okx::MarketStream::FundingRate});
    }
  }
  feed->session_ = std::make_unique<okx::MarketSession>(
      okx::MarketSessionSettings{}, tables.codes, streams, static_cast<MarketListener&>(*feed),
      static_cast<okx::Diagnostics&>(*feed));
  auto connection = okx::SocketConnection::make(
      loop, feed->tls_, feed->pacer_,
      okx::market_connection_settings(venue.socket,
                                      static_cast<std::uint64_t>(wall_clock_now().nanos)),
      *feed->session_, [self = feed.get()](const okx::SocketConnectionEvent& event) {
        if (event.kind != okx::SocketConnectionEvent::Kind::Closed || self->told_lost_) return;
        self->told_lost_ = true;
        log_line("sim.mirror_lost", "why", event.reason.text);
      });
  if (!connection) return std::unexpected(std::move(connection.error()));
  feed->connection_ = std::move(*connection);
  feed->connection_->start();
  return feed;
}

MirrorFeed::~MirrorFeed() {
  if (connection_) connection_->stop();
}

void MirrorFeed::on_book_update(const BookUpdate& update) noexcept {
  market_.on_book(update, exchange_time_(update.receive_time));
}

void MirrorFeed::on_book_withdrawn(InstrumentId instrument, BookFeed, BookWithdrawal,
                                   Timestamp now) noexcept {
  market_.on_book_withdrawn(instrument, exchange_time_(now));
}

void MirrorFeed::on_trade(const TradeEvent& trade) noexcept {
  market_.on_trade(trade, exchange_time_(trade.receive_time));
}

void MirrorFeed::on_reference_price(const ReferencePriceEvent& price) noexcept {
  market_.on_reference_price(price, exchange_time_(price.receive_time));
}

void MirrorFeed::on_instrument_state(InstrumentId instrument, InstrumentState state,
                                     Timestamp now) noexcept {
  market_.on_instrument_state(instrument, state, exchange_time_(now));
}

void MirrorFeed::on_market_update(const MarketUpdate& update) noexcept {
  const auto* event = std::get_if<FundingEvent>(&update);
  if (event == nullptr) return;
  const auto notice = sim::notice_of(*event);
  if (notice) market_.on_funding(*notice, exchange_time_(event->receive_time));
}

void MirrorFeed::on_market_connection(ConnectionState state, Timestamp now) noexcept {
  if (state == ConnectionState::Disconnected) market_.on_disconnected(exchange_time_(now));
  if (state != ConnectionState::Ready) return;
  told_lost_ = false;
  log_line("sim.mirror_ready", "state", "subscribed");
}

void MirrorFeed::on_diagnostic(okx::DiagnosticKind kind, std::string_view detail,
                               std::string_view) noexcept {
  log_line(okx::name_of(kind), "detail", detail);
}

}  // namespace gannet::app
