#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <vector>

#include "app/market_recording.h"
#include "backtest/event_source.h"

namespace gannet::app {

/// A market's tape as a backtest's recording: for formats that no live session of ours decodes.
/// Lines without a time of receipt have the venue's own. After a gap a book stays withdrawn until
/// its next snapshot. Thread: one; cold.
class TapeSource final : public backtest::EventSource {
 public:
  /// Plays the recording once to learn what is in it. Errors name file and line.
  static std::expected<std::unique_ptr<TapeSource>, Error> open(
      std::unique_ptr<MarketRecording> recording);

  const std::vector<backtest::RecordedContent>& content() const noexcept override {
    return content_;
  }
  std::expected<std::optional<Timestamp>, Error> next() override;
  std::expected<void, Error> tell(MarketListener& listener) override;
  const backtest::SourceCounts& counts() const noexcept override { return counts_; }
  int progress() const noexcept override;

 private:
  explicit TapeSource(std::unique_ptr<MarketRecording> recording);
  std::expected<void, Error> survey();
  void tell_book(BookUpdate update, MarketListener& listener);

  std::unique_ptr<MarketRecording> recording_;
  std::vector<backtest::RecordedContent> content_;
  std::optional<sim::TapeEvent> event_;  ///< read, not yet told
  Timestamp time_;
  std::uint64_t lines_ = 0;      ///< of the whole recording
  std::uint64_t gaps_seen_ = 0;  ///< of the tape's count
  bool gap_ahead_ = false;       ///< the event read last does not link to what was told
  std::vector<bool> withdrawn_;  ///< by instrument and feed
  backtest::SourceCounts counts_;
};

}  // namespace gannet::app
