#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "app/recorded_lines.h"
#include "gateway/okx/protocol/decode_book.h"
#include "gateway/okx/protocol/decode_market_updates.h"
#include "gateway/okx/protocol/decode_reference_price.h"
#include "gateway/okx/protocol/decode_trades.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"
#include "gateway/okx/protocol/sequence_chain.h"
#include "sim/market_tape.h"

namespace gannet::app {

/// A recording of OKX's public (and business) socket as a tape: books, books5, bbo-tbt,
/// books-l2-tbt, books50-l2-tbt, trades, trades-all, mark-price, index-tickers and funding-rate.
/// Lines of other channels and of instruments that are not in the table are ignored; a line that is
/// none of the venue's messages, or one of these channels that cannot be read, is an error. Thread:
/// one.
class OkxTape final : public sim::MarketTape {
 public:
  /// `codes` outlives the tape.
  OkxTape(RecordedLines lines, const okx::InstrumentCodes& codes)
      : lines_(std::move(lines)), codes_(codes) {}

  std::expected<std::optional<sim::TapeEvent>, Error> next() override;
  std::expected<void, Error> rewind() override;
  const sim::TapeCounts& counts() const noexcept override { return counts_; }

 private:
  std::expected<void, Error> read_line(const RecordingLine& line);
  void take_books(std::span<const okx::DecodedBook> books, std::optional<Timestamp> received);
  std::expected<void, okx::DecodeError> decode(const okx::Frame& frame,
                                               std::optional<Timestamp> received);
  std::expected<void, okx::DecodeError> decode_prices(const okx::Frame& frame,
                                                      std::optional<Timestamp> received);
  std::expected<void, okx::DecodeError> decode_funding(const okx::Frame& frame,
                                                       std::optional<Timestamp> received);
  void count_gap(const okx::DecodedBook& book);
  /// Both clocks of an event; the one that is absent is the other, or what it was before.
  void stamp(Timestamp& receive_time, Timestamp& exchange_time, std::optional<Timestamp> received);

  RecordedLines lines_;
  const okx::InstrumentCodes& codes_;
  okx::FrameReader reader_;
  okx::BookDecoder books_;
  okx::TradesDecoder trades_;
  okx::ReferencePriceDecoder prices_;
  okx::UpdateList updates_;
  std::vector<okx::SequenceChain> chains_;  // by instrument and feed
  std::vector<sim::TapeEvent> ready_;       // of the line read last
  std::size_t told_ = 0;
  Timestamp last_;
  sim::TapeCounts counts_;
};

}  // namespace gannet::app
