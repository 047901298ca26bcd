#include "app/book_rebuild.h"

#include <algorithm>

#include "app/json_line.h"

namespace gannet::app {
namespace {

constexpr std::size_t kMaxKeptMessages = 100'000;

bool is_whole(BookFeed feed) noexcept {
  return feed == BookFeed::BestBidOffer || feed == BookFeed::Top5;
}

std::string plain(std::int64_t raw, int digits) {
  char text[kMaxUnitsText];
  return {text, format_units(text, raw, digits)};
}

}  // namespace

RebuiltBook::RebuiltBook(InstrumentId instrument, BookFeed feed)
    : instrument_(instrument), feed_(feed), book_(static_cast<std::size_t>(depth_of(feed))) {}

void RebuiltBook::apply(const okx::DecodedBook& message) {
  const bool update = message.kind == BookUpdate::Kind::Update;
  if (update) {
    ++updates_;
    if (message.bids.empty() && message.asks.empty()) ++empty_;
    if (!started_ && message.sequence && message.previous_sequence &&
        kept_.size() < kMaxKeptMessages) {
      Kept kept{message,
                {message.bids.begin(), message.bids.end()},
                {message.asks.begin(), message.asks.end()}};
      kept_.push_back(std::move(kept));
    }
  } else {
    ++snapshots_;
    kept_.clear();
    started_ = true;
  }
  follow(message);
}

void RebuiltBook::follow(const okx::DecodedBook& message) {
  const okx::SequenceLink link =
      chain_.accept(message.kind, message.sequence, message.previous_sequence);
  if (message.sequence) last_sequence_ = message.sequence;
  switch (link) {
    case okx::SequenceLink::Snapshot:
      chain_unbroken_ = message.sequence.has_value();
      break;
    case okx::SequenceLink::Linked:
    case okx::SequenceLink::KeepAlive:
    case okx::SequenceLink::Reset:
      break;
    case okx::SequenceLink::Gap:
      ++gaps_;
      chain_unbroken_ = false;
      chain_.restart_at(*message.sequence);
      break;
    case okx::SequenceLink::Unnumbered:
      chain_unbroken_ = false;
      break;
  }
  put(message);

  bool checksum_holds = false;
  const bool supplied = message.checksum.value_or(0) != 0;
  if (supplied) last_checksum_ = message.checksum;
  if (link == okx::SequenceLink::Snapshot) {
    supplied ? checksum_.start(message) : checksum_.stop();
  } else if (checksum_.running()) {
    checksum_.apply(message);
  }
  if (supplied && checksum_.running()) {
    checksum_holds = checksum_.compute() == *message.checksum;
    ++(checksum_holds ? checksums_ok_ : checksums_bad_);
    if (!checksum_holds) chain_unbroken_ = false;
  }
  proven_ = checksum_holds || chain_unbroken_;
}

void RebuiltBook::put(const okx::DecodedBook& message) {
  const auto remember = [&](RawSide& side, std::span<const Level> levels,
                            std::span<const okx::RawLevel> raw) {
    if (message.kind == BookUpdate::Kind::Snapshot) side.clear();
    for (std::size_t i = 0; i < std::min(levels.size(), raw.size()); ++i) {
      if (levels[i].quantity == 0) {
        side.erase(levels[i].price);
      } else {
        side[levels[i].price] = {std::string(raw[i].price), std::string(raw[i].quantity)};
      }
    }
  };
  remember(raw_bids_, message.bids, message.raw_bids);
  remember(raw_asks_, message.asks, message.raw_asks);
  const BookChange change = book_.apply({instrument_,
                                         feed_,
                                         message.kind,
                                         message.bids,
                                         message.asks,
                                         message.sequence.value_or(-1),
                                         message.exchange_time,
                                         {}});
  if (change.overflow) chain_unbroken_ = false;
}

void RebuiltBook::seed(const okx::DecodedBook& snapshot) {
  if (started_ || kept_.empty() || !snapshot.sequence) return;
  const std::int64_t seed = *snapshot.sequence;
  if (seed < kept_.front().book.previous_sequence.value_or(0)) return;  // too old: 4.4, step 3
  std::size_t first = 0;
  while (first < kept_.size() && *kept_[first].book.sequence <= seed) ++first;
  if (first < kept_.size() && *kept_[first].book.previous_sequence > seed) return;

  // What was applied to nothing is taken back: the seed and what follows it is the book.
  started_ = true;
  ++snapshots_;
  gaps_ = 0;
  follow(snapshot);
  for (std::size_t i = first; i < kept_.size(); ++i) {
    Kept& kept = kept_[i];
    kept.book.bids = kept.bids;
    kept.book.asks = kept.asks;
    kept.book.raw_bids = {};
    kept.book.raw_asks = {};
    if (i == first) chain_.restart_at(*kept.book.previous_sequence);
    follow(kept.book);
  }
  kept_.clear();
}

std::string RebuiltBook::to_json(const Instrument& instrument) const {
  JsonLine line;
  line.begin_object();
  line.field("instrument", instrument.name.view());
  line.field("snapshots", snapshots_);
  line.field("updates", updates_);
  line.field("empty", empty_);
  line.field("checksums_ok", checksums_ok_);
  line.field("checksums_bad", checksums_bad_);
  line.field("gaps", gaps_);
  line.field("unknown_deletes", book_.unknown_deletes());
  line.field("bid_levels", book_.bid_levels());
  line.field("ask_levels", book_.ask_levels());
  const auto best = [&](std::string_view price_key, std::string_view quantity_key,
                        const Level* level, const RawSide& raw) {
    if (level == nullptr) {
      line.null(price_key).null(quantity_key);
      return;
    }
    const auto text = raw.find(level->price);
    if (text != raw.end()) {
      line.field(price_key, text->second.price).field(quantity_key, text->second.quantity);
    } else {
      line.field(price_key, plain(level->price, instrument.price_digits));
      line.field(quantity_key, plain(level->quantity, instrument.quantity_digits));
    }
  };
  best("best_bid", "best_bid_quantity", book_.best_bid(), raw_bids_);
  best("best_ask", "best_ask_quantity", book_.best_ask(), raw_asks_);
  line.field("last_checksum", last_checksum_);
  line.field("last_sequence", last_sequence_);
  line.field("valid", proven_);
  line.end_object();
  return line.text();
}

void BookRebuild::see(const RecordingLine& line) {
  if (line.recorded.direction == "out") return;
  const auto frame = reader_.read(line.recorded.message);
  if (!frame) {
    ++refused_;
    return;
  }
  if (frame->kind == okx::FrameKind::Unknown && frame->has_data) {
    see_rest(*frame, line);
    return;
  }
  if (frame->kind != okx::FrameKind::Push || !okx::is_book(frame->channel)) return;
  const auto books = decoder_.decode(reader_, *frame, tables_.codes);
  if (books) {
    for (const okx::DecodedBook& book : *books) book_of(book.instrument, book.feed).apply(book);
    return;
  }
  ++refused_;
  if (const okx::InstrumentCode* code = tables_.codes.find(frame->instrument)) {
    book_of(code->id, *okx::book_feed_of(frame->channel)).on_malformed();
  }
}

void BookRebuild::see_rest(const okx::Frame& frame, const RecordingLine& line) {
  // The answer does not name its instrument: the request does, where it was recorded.
  const std::string_view head = line.recorded.head;
  std::string_view name = recorded_field(head, "instId");
  for (const std::string_view key : {"query_inferred", "path", "target", "url"}) {
    const std::string_view query = recorded_field(head, key);
    const std::size_t at = query.find("instId=");
    if (name.empty() && at != std::string_view::npos) {
      name = query.substr(at + 7, query.find_first_of("&#", at) - at - 7);
    }
  }
  for (const auto& [key, book] : books_) {
    if (is_whole(book->feed())) continue;
    const okx::InstrumentCode* const code = tables_.codes.find(book->instrument());
    if (code == nullptr || (!name.empty() && code->name.view() != name)) continue;
    if (name.empty() && books_.size() > 1) continue;  // could be anyone's
    const auto snapshots = decoder_.decode_rest(reader_, frame, *code, book->feed());
    if (snapshots && !snapshots->empty()) book->seed(snapshots->front());
    return;
  }
}

RebuiltBook& BookRebuild::book_of(InstrumentId instrument, BookFeed feed) {
  auto& book = books_[{instrument.value, feed}];
  if (book == nullptr) book = std::make_unique<RebuiltBook>(instrument, feed);
  return *book;
}

std::vector<const RebuiltBook*> BookRebuild::books() const {
  const auto rank = [](BookFeed feed) { return is_whole(feed) ? -1 : depth_of(feed); };
  std::map<std::string_view, const RebuiltBook*> by_name;
  for (const auto& [key, book] : books_) {
    const auto name = tables_.instruments[book->instrument()].name.view();
    const RebuiltBook*& chosen = by_name[name];
    if (chosen == nullptr || rank(chosen->feed()) < rank(book->feed())) chosen = book.get();
  }
  std::vector<const RebuiltBook*> result;
  result.reserve(by_name.size());
  for (const auto& [name, book] : by_name) result.push_back(book);
  return result;
}

}  // namespace gannet::app
