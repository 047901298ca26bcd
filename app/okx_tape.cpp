#include "app/okx_tape.h"

#include <variant>

namespace gannet::app {

std::expected<std::optional<sim::TapeEvent>, Error> OkxTape::next() {
  while (told_ == ready_.size()) {
    ready_.clear();
    told_ = 0;
    const auto line = lines_.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return std::nullopt;
    ++counts_.lines;
    if (auto read = read_line(**line); !read) return std::unexpected(std::move(read.error()));
    if (ready_.empty()) ++counts_.ignored;
  }
  return ready_[told_++];
}

std::expected<void, Error> OkxTape::rewind() {
  ready_.clear();
  told_ = 0;
  last_ = {};
  for (okx::SequenceChain& chain : chains_) chain.clear();
  return lines_.rewind();
}

std::expected<void, Error> OkxTape::read_line(const RecordingLine& line) {
  const RecordedMessage& recorded = line.recorded;
  if (recorded.direction == "out" || recorded.channel == "private" || recorded.channel == "rest" ||
      recorded.message.starts_with('"')) {
    return {};
  }
  std::optional<Timestamp> received;
  if (recorded.nanos) received = Timestamp{*recorded.nanos};
  if (const auto plain = books_.decode_plain(recorded.message, codes_)) {
    take_books(plain->books, received);
    return {};
  }
  const auto frame = reader_.read(recorded.message);
  if (!frame) return std::unexpected(lines_.malformed(okx::name_of(frame.error())));
  const auto decoded = decode(*frame, received);
  if (!decoded && decoded.error() != okx::DecodeError::UnknownInstrument) {
    return std::unexpected(lines_.malformed(okx::name_of(decoded.error())));
  }
  return {};
}

void OkxTape::take_books(std::span<const okx::DecodedBook> books,
                         std::optional<Timestamp> received) {
  for (const okx::DecodedBook& book : books) {
    count_gap(book);
    BookUpdate update{book.instrument,    book.feed, book.kind,
                      book.bids,          book.asks, book.sequence.value_or(-1),
                      book.exchange_time, {}};
    stamp(update.receive_time, update.exchange_time, received);
    ready_.emplace_back(update);
  }
}

std::expected<void, okx::DecodeError> OkxTape::decode(const okx::Frame& frame,
                                                      std::optional<Timestamp> received) {
  if (frame.kind != okx::FrameKind::Push) return reader_.finish();
  if (okx::is_book(frame.channel)) {
    const auto books = books_.decode(reader_, frame, codes_);
    if (!books) return std::unexpected(books.error());
    take_books(*books, received);
    return {};
  }
  switch (frame.channel) {
    case okx::Channel::Trades:
    case okx::Channel::TradesAll: {
      const auto trades = trades_.decode(reader_, frame, codes_, received.value_or(Timestamp{}));
      if (!trades) return std::unexpected(trades.error());
      for (TradeEvent trade : *trades) {
        stamp(trade.receive_time, trade.exchange_time, received);
        ready_.emplace_back(trade);
      }
      return {};
    }
    case okx::Channel::MarkPrice:
    case okx::Channel::IndexTickers:
      return decode_prices(frame, received);
    case okx::Channel::FundingRate:
      return decode_funding(frame, received);
    default:
      return reader_.finish();
  }
}

std::expected<void, okx::DecodeError> OkxTape::decode_prices(const okx::Frame& frame,
                                                             std::optional<Timestamp> received) {
  const auto prices = prices_.decode(reader_, frame);
  if (!prices) return std::unexpected(prices.error());
  for (const okx::DecodedReferencePrice& price : *prices) {
    const bool mark = price.kind == ReferencePriceEvent::Kind::Mark;
    for (const okx::InstrumentCode& row : codes_.rows()) {
      if (!row.id.valid() || (mark ? row.name : row.index).view() != price.name) continue;
      auto event = okx::reference_price_for(row, price, received.value_or(Timestamp{}));
      if (!event) continue;  // an average that this grid cannot show
      stamp(event->receive_time, event->exchange_time, received);
      ready_.emplace_back(*event);
    }
  }
  return {};
}

std::expected<void, okx::DecodeError> OkxTape::decode_funding(const okx::Frame& frame,
                                                              std::optional<Timestamp> received) {
  updates_.clear();
  const auto decoded = okx::decode_funding({reader_, frame, codes_, {}, updates_});
  if (!decoded) return decoded;
  for (const MarketUpdate& update : updates_.view()) {
    FundingEvent event = std::get<FundingEvent>(update);
    stamp(event.receive_time, event.exchange_time, received);
    if (const auto notice = sim::notice_of(event)) ready_.emplace_back(*notice);
  }
  return {};
}

void OkxTape::count_gap(const okx::DecodedBook& book) {
  const std::size_t at =
      std::size_t{book.instrument.value} * kBookFeeds + static_cast<std::size_t>(book.feed);
  if (at >= chains_.size()) chains_.resize(at + 1);
  if (chains_[at].accept(book.kind, book.sequence, book.previous_sequence) ==
      okx::SequenceLink::Gap) {
    ++counts_.gaps;
    chains_[at].restart_at(*book.sequence);
  }
}

void OkxTape::stamp(Timestamp& receive_time, Timestamp& exchange_time,
                    std::optional<Timestamp> received) {
  receive_time = received.value_or(exchange_time.nanos != 0 ? exchange_time : last_);
  if (exchange_time.nanos == 0) exchange_time = receive_time;
  last_ = receive_time;
}

}  // namespace gannet::app
