#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/recording_reader.h"
#include "backtest/event_source.h"
#include "gateway/okx/protocol/book_sequencer.h"
#include "gateway/okx/protocol/decode_book.h"
#include "gateway/okx/protocol/decode_market_updates.h"
#include "gateway/okx/protocol/decode_reference_price.h"
#include "gateway/okx/protocol/decode_ticker.h"
#include "gateway/okx/protocol/decode_trades.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::app {

/// A recording of the venue's public channels as domain events, through the decoders and book
/// sequencers of the live session. Messages of instruments or channels that are not known here, and
/// all that is not a push, are passed over; what cannot be decoded is an error, for a backtest over
/// a damaged recording would lie. After a gap a book stays withdrawn until its next snapshot.
/// Without a time of receipt a message has the venue's own (its `ts`). Thread: one; cold.
class RecordingSource final : public backtest::EventSource, private okx::BookSequencerOutput {
 public:
  /// Looks at the first 20,000 messages, or as many more as it takes until each instrument has a
  /// book, to learn what was recorded. Errors name the file.
  static std::expected<std::unique_ptr<RecordingSource>, Error> open(
      const std::string& path, const okx::InstrumentCodes& codes, std::size_t instruments);

  const std::vector<backtest::RecordedContent>& content() const noexcept override {
    return content_;
  }
  std::expected<std::optional<Timestamp>, Error> next() override;
  std::expected<void, Error> tell(MarketListener& listener) override;
  const backtest::SourceCounts& counts() const noexcept override { return counts_; }
  int progress() const noexcept override { return reader_.progress(); }

 private:
  RecordingSource(RecordingReader reader, const okx::InstrumentCodes& codes,
                  std::size_t instruments);

  std::expected<void, Error> survey();
  /// Books and trades in the venue's own shape, read in one pass: what `tell` has to tell then.
  bool read_plain(std::string_view message, Timestamp time);
  void note_content(const okx::Frame& frame);
  bool is_wanted(const okx::Frame& frame) const noexcept;
  Error error(std::string_view what) const;
  std::expected<void, okx::DecodeError> tell_books();
  void tell_books(std::span<const okx::DecodedBook> books);
  std::expected<void, okx::DecodeError> tell_trades();
  void tell_trades(std::span<const TradeEvent> trades);
  std::expected<void, okx::DecodeError> tell_tickers();
  std::expected<void, okx::DecodeError> tell_reference_prices();
  std::expected<void, okx::DecodeError> tell_updates();
  okx::BookSequencer& sequencer(InstrumentId instrument, BookFeed feed);

  // okx::BookSequencerOutput
  void publish_book(const BookUpdate& update) noexcept override;
  void withdraw_book(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                     Timestamp now) noexcept override;
  void resubscribe_book(InstrumentId, BookFeed, Timestamp) noexcept override {}
  void request_book_seed(InstrumentId, BookFeed, Timestamp) noexcept override {}

  RecordingReader reader_;
  const okx::InstrumentCodes& codes_;
  std::vector<backtest::RecordedContent> content_;
  std::vector<std::unique_ptr<okx::BookSequencer>> sequencers_;  // [instrument][feed]
  okx::FrameReader frames_;
  okx::BookDecoder books_;
  okx::TradesDecoder trades_;
  okx::TickerDecoder tickers_;
  okx::ReferencePriceDecoder reference_prices_;
  okx::UpdateList updates_;
  okx::Frame frame_;  // read, not yet told; or else one of these two
  std::optional<std::span<const okx::DecodedBook>> plain_books_;
  std::optional<std::span<const TradeEvent>> plain_trades_;
  bool is_surveying_ = false;  ///< then every message is read as a frame
  Timestamp time_;
  MarketListener* listener_ = nullptr;  // during `tell`
  backtest::SourceCounts counts_;
};

}  // namespace gannet::app
