#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/recording.h"
#include "domain/order_book.h"
#include "gateway/okx/protocol/book_checksum.h"
#include "gateway/okx/protocol/decode_book.h"
#include "gateway/okx/protocol/sequence_chain.h"

namespace gannet::app {

/// One book of a recording and what its messages proved.
class RebuiltBook {
 public:
  RebuiltBook(InstrumentId instrument, BookFeed feed);

  void apply(const okx::DecodedBook& message);
  /// A REST snapshot of this instrument: seeds a book whose updates came first. [PROTOCOL 4.4]
  void seed(const okx::DecodedBook& snapshot);
  /// A message of this book that could not be decoded.
  void on_malformed() noexcept { proven_ = false; }

  InstrumentId instrument() const noexcept { return instrument_; }
  BookFeed feed() const noexcept { return feed_; }
  std::uint64_t gaps() const noexcept { return gaps_; }
  std::uint64_t checksums_bad() const noexcept { return checksums_bad_; }
  std::uint64_t checksums_ok() const noexcept { return checksums_ok_; }
  /// One JSON object with the fields that DESIGN names.
  std::string to_json(const Instrument& instrument) const;

 private:
  struct RawText {
    std::string price;
    std::string quantity;
  };
  struct Kept {  // an update that came before any snapshot
    okx::DecodedBook book;
    std::vector<Level> bids, asks;
  };
  using RawSide = std::unordered_map<std::int64_t, RawText>;

  void follow(const okx::DecodedBook& message);
  void put(const okx::DecodedBook& message);

  InstrumentId instrument_;
  BookFeed feed_;
  OrderBook book_;
  okx::SequenceChain chain_;
  okx::BookChecksum checksum_;
  RawSide raw_bids_;  // numbers as received, for printing
  RawSide raw_asks_;
  std::vector<Kept> kept_;
  std::uint64_t snapshots_ = 0;
  std::uint64_t updates_ = 0;
  std::uint64_t empty_ = 0;
  std::uint64_t checksums_ok_ = 0;
  std::uint64_t checksums_bad_ = 0;
  std::uint64_t gaps_ = 0;
  std::optional<std::int32_t> last_checksum_;
  std::optional<std::int64_t> last_sequence_;
  bool started_ = false;         // a snapshot was applied
  bool chain_unbroken_ = false;  // since the last snapshot, with ids all the way
  bool proven_ = false;          // the last message was
};

/// Rebuilds every book of a recording. Unlike the live session it goes on after a gap (there is
/// nobody to ask for a snapshot), counts it and says `valid: false` until proof comes back.
class BookRebuild {
 public:
  explicit BookRebuild(const RecordingTables& tables) : tables_(tables) {}

  void see(const RecordingLine& line);
  /// By instrument name; where several feeds of one instrument were recorded, the deepest one that
  /// tells updates.
  std::vector<const RebuiltBook*> books() const;
  std::uint64_t refused() const noexcept { return refused_; }

 private:
  RebuiltBook& book_of(InstrumentId instrument, BookFeed feed);
  void see_rest(const okx::Frame& frame, const RecordingLine& line);

  const RecordingTables& tables_;
  okx::FrameReader reader_;
  okx::BookDecoder decoder_;
  std::map<std::pair<std::uint32_t, BookFeed>, std::unique_ptr<RebuiltBook>> books_;
  std::uint64_t refused_ = 0;
};

}  // namespace gannet::app
