#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/okx/protocol/decode_book.h"
#include "gateway/okx/protocol/decode_order.h"
#include "gateway/okx/protocol/decode_trades.h"

namespace gannet::test {

/// The readers without a parser beside the general ones: they agree, or say nothing. Texts are
/// followed by kTextPadding readable bytes.
class PlainTwin {
 public:
  enum class Verdict { NotPlain, Agree, Disagree };

  Verdict books(std::string_view text, const okx::InstrumentCodes& codes) {
    const auto plain = plain_books_.decode_plain(text, codes);
    if (!plain) return Verdict::NotPlain;
    const auto frame = reader_.read(text);
    if (!frame || frame->kind != okx::FrameKind::Push || frame->instrument != plain->instrument ||
        frame->channel_name != plain->channel_name)
      return Verdict::Disagree;
    const auto books = books_.decode(reader_, *frame, codes);
    return books && std::ranges::equal(*books, plain->books, same_book) ? Verdict::Agree
                                                                        : Verdict::Disagree;
  }

  Verdict trades(std::string_view text, const okx::InstrumentCodes& codes) {
    const Timestamp now{77};
    const auto plain = plain_trades_.decode_plain(text, codes, now);
    if (!plain) return Verdict::NotPlain;
    const auto frame = reader_.read(text);
    if (!frame || frame->kind != okx::FrameKind::Push) return Verdict::Disagree;
    const auto trades = trades_.decode(reader_, *frame, codes, now);
    return trades && std::ranges::equal(*trades, *plain, same_trade) ? Verdict::Agree
                                                                     : Verdict::Disagree;
  }

  Verdict order(std::string_view text, const okx::AccountContext& context) {
    const Timestamp now{77};
    Rows plain;
    if (!okx::decode_plain_order(text, context, now, plain))
      return plain.rows.empty() ? Verdict::NotPlain : Verdict::Disagree;
    Rows general;
    const auto frame = reader_.read(text);
    if (!frame || frame->kind != okx::FrameKind::Push || frame->channel != okx::Channel::Orders ||
        !okx::decode_orders(reader_, okx::OrderRow::Push, context, now, general))
      return Verdict::Disagree;
    return std::ranges::equal(plain.rows, general.rows, same_row) ? Verdict::Agree
                                                                  : Verdict::Disagree;
  }

 private:
  struct Row {
    okx::DecodedOrder order;
    std::optional<okx::DecodeError> error;
  };
  struct Rows final : okx::OrderRows {
    void on_order(const okx::DecodedOrder& order) noexcept override { rows.push_back({order, {}}); }
    void on_bad_order(const ExecutionReport& ids, okx::DecodeError error) noexcept override {
      rows.push_back({{.report = ids}, error});
    }
    std::vector<Row> rows;
  };

  static bool same_level(const Level& a, const Level& b) {
    return a.price == b.price && a.quantity == b.quantity && a.orders == b.orders;
  }
  static bool same_raw(const okx::RawLevel& a, const okx::RawLevel& b) {
    return a.price == b.price && a.quantity == b.quantity;
  }
  static bool same_book(const okx::DecodedBook& a, const okx::DecodedBook& b) {
    return a.instrument == b.instrument && a.feed == b.feed && a.kind == b.kind &&
           a.sequence == b.sequence && a.previous_sequence == b.previous_sequence &&
           a.checksum == b.checksum && a.exchange_time == b.exchange_time &&
           std::ranges::equal(a.bids, b.bids, same_level) &&
           std::ranges::equal(a.asks, b.asks, same_level) &&
           std::ranges::equal(a.raw_bids, b.raw_bids, same_raw) &&
           std::ranges::equal(a.raw_asks, b.raw_asks, same_raw);
  }
  static bool same_trade(const TradeEvent& a, const TradeEvent& b) {
    return a.instrument == b.instrument && a.price == b.price && a.quantity == b.quantity &&
           a.aggressor == b.aggressor && a.trade_id == b.trade_id && a.count == b.count &&
           a.stream == b.stream && a.source == b.source && a.exchange_time == b.exchange_time &&
           a.receive_time == b.receive_time;
  }
  static bool same_row(const Row& a, const Row& b) {
    const ExecutionReport& x = a.order.report;
    const ExecutionReport& y = b.order.report;
    return a.error == b.error && a.order.amend_failed == b.order.amend_failed &&
           a.order.amend_code == b.order.amend_code && x.kind == y.kind && x.source == y.source &&
           x.instrument == y.instrument && x.client_id == y.client_id && x.venue_id == y.venue_id &&
           x.side == y.side && x.state == y.state && x.order_kind == y.order_kind &&
           x.position_side == y.position_side && x.reduce_only == y.reduce_only &&
           x.price == y.price && x.quantity == y.quantity &&
           x.cumulative_quantity == y.cumulative_quantity && x.reason == y.reason &&
           x.venue_code == y.venue_code && x.amend_id == y.amend_id && x.own_tag == y.own_tag &&
           x.algo_client_id == y.algo_client_id && x.algo_venue_id == y.algo_venue_id &&
           x.exchange_time == y.exchange_time && x.has_fill == y.has_fill &&
           (!x.has_fill ||
            (x.fill.trade_id == y.fill.trade_id && x.fill.price == y.fill.price &&
             x.fill.quantity == y.fill.quantity && x.fill.maker == y.fill.maker &&
             x.fill.fee.raw == y.fill.fee.raw && x.fill.fee.currency == y.fill.fee.currency &&
             x.fill.exchange_time == y.fill.exchange_time));
  }

  okx::FrameReader reader_;
  okx::BookDecoder books_;
  okx::BookDecoder plain_books_;
  okx::TradesDecoder trades_;
  okx::TradesDecoder plain_trades_;
};

}  // namespace gannet::test
