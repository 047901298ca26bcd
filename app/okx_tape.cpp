#include "app/okx_tape.h"

#include <string>

#include "domain/units.h"

namespace gannet::app {
namespace {

constexpr int kRateDigits = 16;

std::string_view text(simdjson::dom::object object, std::string_view key) {
  std::string_view value;
  return object[key].get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

/// "0.00010000012345678901": what is finer than 16 digits is left off.
std::optional<std::int64_t> rate_of(std::string_view text) noexcept {
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) text = text.substr(0, point + 1 + kRateDigits);
  const auto rate = parse_units(text, kRateDigits);
  return rate ? std::optional(*rate) : std::nullopt;
}

std::optional<Timestamp> time_of(std::string_view millis) noexcept {
  const auto value = parse_units(millis, 0);
  constexpr std::int64_t kYear3000 = 32'503'680'000'000;
  if (!value || *value <= 0 || *value > kYear3000) return std::nullopt;
  return from_unix_millis(*value);
}

}  // namespace

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
  const auto frame = reader_.read(recorded.message);
  if (!frame) return std::unexpected(lines_.malformed(okx::name_of(frame.error())));
  if (frame->kind == okx::FrameKind::Push && frame->channel_name == "funding-rate") {
    if (read_funding(recorded.message, received)) return {};
    return std::unexpected(lines_.malformed("a funding rate that can not be read"));
  }
  const auto decoded = decode(*frame, received);
  if (!decoded && decoded.error() != okx::DecodeError::UnknownInstrument) {
    return std::unexpected(lines_.malformed(okx::name_of(decoded.error())));
  }
  return {};
}

std::expected<void, okx::DecodeError> OkxTape::decode(const okx::Frame& frame,
                                                      std::optional<Timestamp> received) {
  if (frame.kind != okx::FrameKind::Push) return reader_.finish();
  if (okx::is_book(frame.channel)) {
    const auto books = books_.decode(reader_, frame, codes_);
    if (!books) return std::unexpected(books.error());
    for (const okx::DecodedBook& book : *books) {
      count_gap(book);
      BookUpdate update{book.instrument,    book.feed, book.kind,
                        book.bids,          book.asks, book.sequence.value_or(-1),
                        book.exchange_time, {}};
      stamp(update.receive_time, update.exchange_time, received);
      ready_.emplace_back(update);
    }
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

bool OkxTape::read_funding(std::string_view message, std::optional<Timestamp> received) {
  simdjson::dom::element root;
  simdjson::dom::array rows;
  if (seldom_.parse(message.data(), message.size(), true).get(root) != simdjson::SUCCESS ||
      root["data"].get(rows) != simdjson::SUCCESS) {
    return false;
  }
  for (const simdjson::dom::element element : rows) {
    simdjson::dom::object row;
    if (element.get(row) != simdjson::SUCCESS) return false;
    const okx::InstrumentCode* const code = codes_.find(text(row, "instId"));
    if (code == nullptr || code->kind != InstrumentKind::Swap) continue;
    const std::string_view told = text(row, "fundingRate");
    if (told.empty()) continue;  // there were times when only the next rate was told
    const auto rate = rate_of(told);
    const auto time = time_of(text(row, "fundingTime"));
    if (!rate || !time) return false;
    const auto next = time_of(text(row, "nextFundingTime"));
    sim::FundingNotice notice;
    notice.instrument = code->id;
    notice.rate = *rate;
    notice.time = *time;
    if (next && *next > *time) notice.interval = *next - *time;
    notice.exchange_time = time_of(text(row, "ts")).value_or(Timestamp{});
    stamp(notice.receive_time, notice.exchange_time, received);
    if (notice.receive_time.nanos > 0) ready_.emplace_back(notice);  // else: ahead of what?
  }
  return true;
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
