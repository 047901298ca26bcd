#pragma once

#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "gateway/okx/protocol/market_session.h"
#include "tests/support/market_codes.h"
#include "tests/support/plain_twin.h"

namespace gannet::test {

/// Everything that may take a byte string from the public socket, behind one call; the fuzz targets
/// and the mutation test share it. What the network says must never crash it. [SEC-08]
class MarketInput final : MarketListener, okx::Diagnostics, okx::SocketOutput, okx::BookSeedSource {
 public:
  MarketInput() : session_({}, codes_, wanted(), *this, *this, this) {
    session_.on_open(*this, {});
  }

  /// `text` is followed by kTextPadding readable bytes.
  void feed(std::string_view text) {
    now_ = now_ + milliseconds(10);
    // The readers without a parser say what the general ones do, or nothing.
    if (twin_.books(text, codes_) == PlainTwin::Verdict::Disagree ||
        twin_.trades(text, codes_) == PlainTwin::Verdict::Disagree)
      std::abort();
    session_.on_text(text, now_);
    session_.on_book_seed(kBtcSwap, BookFeed::Depth400, text, now_);
    session_.on_timer(now_);
    if (const auto frame = reader_.read(text)) {
      static_cast<void>(okx::decode_instruments(reader_, *frame, currencies_));
    }
  }
  std::uint64_t events() const { return events_; }
  std::uint64_t diagnostics() const { return diagnostics_; }

 private:
  static std::vector<okx::MarketSubscription> wanted() {
    std::vector<okx::MarketSubscription> all;
    for (const InstrumentId id : {kBtcSpot, kBtcSwap, kEthSwap}) {
      for (int stream = 0; stream < okx::kMarketStreams; ++stream) {
        all.push_back({id, static_cast<okx::MarketStream>(stream), {seconds(60)}});
      }
    }
    return all;
  }

  void on_book_update(const BookUpdate&) noexcept override { ++events_; }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {}
  void on_trade(const TradeEvent&) noexcept override { ++events_; }
  void on_ticker(const TickerEvent&) noexcept override { ++events_; }
  void on_reference_price(const ReferencePriceEvent&) noexcept override { ++events_; }
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_market_update(const MarketUpdate&) noexcept override { ++events_; }
  void on_instrument_changed(const InstrumentChange&, Timestamp) noexcept override { ++events_; }
  void on_market_connection(ConnectionState, Timestamp) noexcept override {}
  void on_market_alive(Timestamp) noexcept override {}
  void on_diagnostic(okx::DiagnosticKind, std::string_view, std::string_view) noexcept override {
    ++diagnostics_;
  }
  bool send_text(std::string_view) noexcept override { return true; }
  void reconnect(std::string_view) noexcept override {
    // As a transport would, but at once; not from within the session's own call.
  }
  bool request_book_snapshot(InstrumentId, BookFeed, Timestamp) noexcept override { return true; }

  okx::InstrumentCodes codes_ = market_codes();
  CurrencyTable currencies_;
  okx::FrameReader reader_;
  PlainTwin twin_;
  Timestamp now_ = from_unix_millis(1'795'430'400'000);
  std::uint64_t events_ = 0;
  std::uint64_t diagnostics_ = 0;
  okx::MarketSession session_;
};

}  // namespace gannet::test
