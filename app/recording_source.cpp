#include "app/recording_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace gannet::app {
namespace {

constexpr std::uint64_t kSurveyed = 20'000;

/// The venue's own time of a message, milliseconds; the last one stands for a row of rows.
std::optional<Timestamp> venue_time(std::string_view message) noexcept {
  constexpr std::string_view kKey = "\"ts\":\"";
  const std::size_t at = message.rfind(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  const char* const begin = message.data() + at + kKey.size();
  std::int64_t millis = 0;
  const auto [end, problem] = std::from_chars(begin, message.data() + message.size(), millis);
  constexpr std::int64_t kYear3000 = 32'503'680'000'000;
  if (problem != std::errc{} || end == begin || millis <= 0 || millis > kYear3000) {
    return std::nullopt;
  }
  return from_unix_millis(millis);
}

}  // namespace

std::expected<std::unique_ptr<RecordingSource>, Error> RecordingSource::open(
    const std::string& path, const okx::InstrumentCodes& codes, std::size_t instruments) {
  auto reader = RecordingReader::open(path);
  if (!reader) return std::unexpected(std::move(reader.error()));
  std::unique_ptr<RecordingSource> source(
      new RecordingSource(std::move(*reader), codes, instruments));
  if (auto surveyed = source->survey(); !surveyed) {
    return std::unexpected(std::move(surveyed.error()));
  }
  return source;
}

RecordingSource::RecordingSource(RecordingReader reader, const okx::InstrumentCodes& codes,
                                 std::size_t instruments)
    : reader_(std::move(reader)),
      codes_(codes),
      content_(instruments),
      sequencers_(instruments * kBookFeeds) {}

std::expected<void, Error> RecordingSource::survey() {
  const auto is_enough = [this] {
    return counts_.messages >= kSurveyed &&
           std::ranges::all_of(content_, &backtest::RecordedContent::has_book);
  };
  is_surveying_ = true;
  while (!is_enough()) {
    const auto message = next();
    if (!message) return std::unexpected(message.error());
    if (!*message) break;
    note_content(frame_);
  }
  is_surveying_ = false;
  auto again = RecordingReader::open(reader_.source());
  if (!again) return std::unexpected(std::move(again.error()));
  reader_ = std::move(*again);
  counts_ = {};
  time_ = {};
  return {};
}

void RecordingSource::note_content(const okx::Frame& frame) {
  if (frame.channel == okx::Channel::IndexTickers) {
    for (const okx::InstrumentCode& code : codes_.rows()) {
      if (code.id.valid() && code.index.view() == frame.instrument) {
        content_[code.id.value].index_price = true;
      }
    }
    return;
  }
  const okx::InstrumentCode* code = codes_.find(frame.instrument);
  if (code == nullptr) return;
  backtest::RecordedContent& content = content_[code->id.value];
  if (const auto feed = okx::book_feed_of(frame.channel)) {
    content.books[static_cast<std::size_t>(*feed)] = true;
  }
  content.trades |= frame.channel == okx::Channel::Trades;
  content.trades |= frame.channel == okx::Channel::TradesAll;
  content.tickers |= frame.channel == okx::Channel::Tickers;
  content.mark_price |= frame.channel == okx::Channel::MarkPrice;
}

Error RecordingSource::error(std::string_view what) const {
  return {fmt::format("{}:{}: {}", reader_.path(), reader_.line_number(), what)};
}

bool RecordingSource::is_wanted(const okx::Frame& frame) const noexcept {
  if (frame.kind != okx::FrameKind::Push) return false;
  switch (frame.channel) {
    case okx::Channel::IndexTickers:
      return true;
    case okx::Channel::BboTbt:
    case okx::Channel::Books5:
    case okx::Channel::Books:
    case okx::Channel::BooksL2Tbt:
    case okx::Channel::Books50L2Tbt:
    case okx::Channel::BooksRpi:
    case okx::Channel::Trades:
    case okx::Channel::TradesAll:
    case okx::Channel::Tickers:
    case okx::Channel::MarkPrice:
    case okx::Channel::FundingRate:
    case okx::Channel::PriceLimit:
    case okx::Channel::OpenInterest:
    case okx::Channel::EstimatedPrice:
    case okx::Channel::Candles:
    case okx::Channel::MarkCandles:
      return codes_.find(frame.instrument) != nullptr;
    default:
      return false;
  }
}

std::expected<std::optional<Timestamp>, Error> RecordingSource::next() {
  for (;;) {
    const auto line = reader_.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return std::optional<Timestamp>{};
    if ((*line)->empty()) continue;
    ++counts_.messages;
    RecordedMessage recorded;
    if (const auto parsed = parse_recorded_message(**line)) {
      recorded = *parsed;
      reader_.blank_behind(recorded.message);
    } else {
      recorded.message = **line;  // no envelope: the line itself is the message
    }
    if (recorded.direction == "out" || recorded.channel == "rest" ||
        recorded.channel == "private" || recorded.message.starts_with('"')) {
      ++counts_.ignored;
      continue;
    }
    std::optional<Timestamp> received;
    if (recorded.nanos) received = Timestamp{*recorded.nanos};
    if (!received) received = venue_time(recorded.message);
    // A clock that stepped back does not take the market back.
    const Timestamp time = std::max(time_, received.value_or(time_));
    if (!is_surveying_ && time.nanos != 0 && read_plain(recorded.message, time)) {
      time_ = time;
      return std::optional(time_);
    }
    const auto frame = frames_.read(recorded.message);
    if (!frame) {
      return std::unexpected(
          error(fmt::format("the message cannot be read: {}", okx::name_of(frame.error()))));
    }
    if (!is_wanted(*frame)) {
      ++counts_.ignored;
      continue;
    }
    frame_ = *frame;
    if (time.nanos == 0) {
      return std::unexpected(error("neither a time of receipt nor the venue's"));
    }
    time_ = time;
    return std::optional(time_);
  }
}

bool RecordingSource::read_plain(std::string_view message, Timestamp time) {
  plain_books_.reset();
  plain_trades_.reset();
  if (const auto books = books_.decode_plain(message, codes_)) {
    plain_books_ = books->books;
    return true;
  }
  plain_trades_ = trades_.decode_plain(message, codes_, time);
  return plain_trades_.has_value();
}

std::expected<void, Error> RecordingSource::tell(MarketListener& listener) {
  listener_ = &listener;
  std::expected<void, okx::DecodeError> told;
  if (plain_books_) {
    tell_books(*plain_books_);
  } else if (plain_trades_) {
    tell_trades(*plain_trades_);
  } else if (okx::is_book(frame_.channel)) {
    told = tell_books();
  } else if (frame_.channel == okx::Channel::Trades || frame_.channel == okx::Channel::TradesAll) {
    told = tell_trades();
  } else if (frame_.channel == okx::Channel::Tickers) {
    told = tell_tickers();
  } else if (frame_.channel == okx::Channel::MarkPrice ||
             frame_.channel == okx::Channel::IndexTickers) {
    told = tell_reference_prices();
  } else {
    told = tell_updates();
  }
  listener_ = nullptr;
  if (!told) {
    return std::unexpected(error(fmt::format("{} of {}: {}", frame_.channel_name, frame_.instrument,
                                             okx::name_of(told.error()))));
  }
  ++counts_.used;
  return {};
}

std::expected<void, okx::DecodeError> RecordingSource::tell_books() {
  const auto books = books_.decode(frames_, frame_, codes_);
  if (!books) return std::unexpected(books.error());
  tell_books(*books);
  return {};
}

void RecordingSource::tell_books(std::span<const okx::DecodedBook> books) {
  for (const okx::DecodedBook& book : books) {
    sequencer(book.instrument, book.feed).on_book(book, time_);
  }
}

std::expected<void, okx::DecodeError> RecordingSource::tell_trades() {
  const auto trades = trades_.decode(frames_, frame_, codes_, time_);
  if (!trades) return std::unexpected(trades.error());
  tell_trades(*trades);
  return {};
}

void RecordingSource::tell_trades(std::span<const TradeEvent> trades) {
  for (TradeEvent trade : trades) {
    // A recording has one stream of trades, whichever it is: strategies that want trades get it.
    trade.stream = TradeEvent::Stream::Aggregated;
    listener_->on_trade(trade);
  }
}

std::expected<void, okx::DecodeError> RecordingSource::tell_tickers() {
  const auto tickers = tickers_.decode(frames_, frame_, codes_, time_);
  if (!tickers) return std::unexpected(tickers.error());
  for (const TickerEvent& ticker : *tickers) listener_->on_ticker(ticker);
  return {};
}

std::expected<void, okx::DecodeError> RecordingSource::tell_reference_prices() {
  const auto prices = reference_prices_.decode(frames_, frame_);
  if (!prices) return std::unexpected(prices.error());
  for (const okx::DecodedReferencePrice& price : *prices) {
    for (const okx::InstrumentCode& code : codes_.rows()) {
      const bool is_its = price.kind == ReferencePriceEvent::Kind::Mark
                              ? code.name.view() == price.name
                              : code.index.view() == price.name;
      if (!code.id.valid() || !is_its) continue;
      const auto event = okx::reference_price_for(code, price, time_);
      if (!event) return std::unexpected(event.error());
      listener_->on_reference_price(*event);
    }
  }
  return {};
}

std::expected<void, okx::DecodeError> RecordingSource::tell_updates() {
  const auto decoded = okx::decode_market_update({frames_, frame_, codes_, time_, updates_}, {});
  if (!decoded) return decoded;
  for (const MarketUpdate& update : updates_.view()) listener_->on_market_update(update);
  return {};
}

okx::BookSequencer& RecordingSource::sequencer(InstrumentId instrument, BookFeed feed) {
  auto& slot = sequencers_[instrument.value * kBookFeeds + static_cast<std::size_t>(feed)];
  if (slot == nullptr) {
    slot = std::make_unique<okx::BookSequencer>(instrument, feed,
                                                static_cast<okx::BookSequencerOutput&>(*this));
  }
  return *slot;
}

void RecordingSource::publish_book(const BookUpdate& update) noexcept {
  listener_->on_book_update(update);
}

void RecordingSource::withdraw_book(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                                    Timestamp now) noexcept {
  ++counts_.gaps;
  listener_->on_book_withdrawn(instrument, feed, why, now);
}

}  // namespace gannet::app
