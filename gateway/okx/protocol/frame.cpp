#include "gateway/okx/protocol/frame.h"

#include <array>
#include <utility>

#include "gateway/okx/protocol/candle_bars.h"
#include "gateway/okx/protocol/decode_common.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::okx {
namespace {

static_assert(kTextPadding >= simdjson::SIMDJSON_PADDING);

constexpr std::array<std::pair<std::string_view, Channel>, 29> kChannels{{
    {"bbo-tbt", Channel::BboTbt},
    {"books5", Channel::Books5},
    {"books", Channel::Books},
    {"books-l2-tbt", Channel::BooksL2Tbt},
    {"books50-l2-tbt", Channel::Books50L2Tbt},
    {"books-rpi", Channel::BooksRpi},
    {"trades", Channel::Trades},
    {"trades-all", Channel::TradesAll},
    {"tickers", Channel::Tickers},
    {"mark-price", Channel::MarkPrice},
    {"index-tickers", Channel::IndexTickers},
    {"instruments", Channel::Instruments},
    {"orders", Channel::Orders},
    {"account", Channel::Account},
    {"positions", Channel::Positions},
    {"balance_and_position", Channel::BalanceAndPosition},
    {"funding-rate", Channel::FundingRate},
    {"price-limit", Channel::PriceLimit},
    {"open-interest", Channel::OpenInterest},
    {"estimated-price", Channel::EstimatedPrice},
    {"opt-summary", Channel::OptionSummary},
    {"option-trades", Channel::OptionTrades},
    {"liquidation-orders", Channel::LiquidationOrders},
    {"adl-warning", Channel::AdlWarning},
    {"status", Channel::Status},
    {"fills", Channel::Fills},
    {"liquidation-warning", Channel::LiquidationWarning},
    {"orders-algo", Channel::OrdersAlgo},
    {"algo-advance", Channel::AlgoAdvance},
}};

// A bar follows each.
constexpr std::array<std::pair<std::string_view, Channel>, 3> kCandleChannels{{
    {"candle", Channel::Candles},
    {"mark-price-candle", Channel::MarkCandles},
    {"index-candle", Channel::IndexCandles},
}};

FrameKind kind_of_event(std::string_view event) noexcept {
  if (event == "subscribe") return FrameKind::Subscribed;
  if (event == "unsubscribe") return FrameKind::Unsubscribed;
  if (event == "login") return FrameKind::Login;
  if (event == "error") return FrameKind::Error;
  if (event == "notice") return FrameKind::Notice;
  if (event == "channel-conn-count") return FrameKind::ConnectionCount;
  if (event == "channel-conn-count-error") return FrameKind::ConnectionCountError;
  return FrameKind::UnknownEvent;
}

DecodeStatus take_argument(JsonValue value, Frame& frame) noexcept {
  return for_each_field(value, [&](std::string_view key, JsonValue member) -> DecodeStatus {
    if (key == "channel") return take_text(member, frame.channel_name);
    if (key == "instId") return take_text(member, frame.instrument);
    if (key == "instType") return take_text(member, frame.instrument_type);
    if (key == "instFamily") return take_text(member, frame.family);
    return {};
  });
}

DecodeStatus take_member(std::string_view key, JsonValue value, Frame& frame) noexcept {
  if (key == "arg") return take_argument(value, frame);
  if (key == "action") return take_text(value, frame.action);
  if (key == "event") return take_text(value, frame.event);
  if (key == "op") return take_text(value, frame.operation);
  if (key == "id") return take_text(value, frame.id);
  if (key == "code") return take_text(value, frame.code);
  if (key == "eventType") return take_text(value, frame.event_type);
  if (key == "connCount") return take_text(value, frame.connection_count);
  if (key == "channel") return take_text(value, frame.channel_name);  // connection counts
  if (key == "inTime") return take_text(value, frame.in_time);
  if (key == "outTime") return take_text(value, frame.out_time);
  if (key == "msg") {
    // For people: escapes are undone, into the parser's own buffer.
    if (value.get_string().get(frame.message) == simdjson::SUCCESS) return {};
    return std::unexpected(DecodeError::WrongShape);
  }
  if (key == "curPage") {
    std::optional<std::int64_t> page;
    if (const DecodeStatus status = take_integer(value, page); !status) return status;
    frame.page = page && *page > 0 && *page < 1'000'000 ? static_cast<std::int32_t>(*page) : 0;
    return {};
  }
  if (key == "lastPage") {
    std::string_view text;
    if (const DecodeStatus status = take_text(value, text); !status) return status;
    frame.last_page = text != "false";
  }
  return {};
}

/// The decoder may start at `data` at once when nothing it needs can still follow.
bool knows_enough(const Frame& frame) noexcept {
  if (frame.channel_name.empty()) return false;
  switch (channel_of(frame.channel_name)) {
    case Channel::Books:
    case Channel::BooksL2Tbt:
    case Channel::Books50L2Tbt:
    case Channel::BooksRpi:
      return !frame.action.empty();
    case Channel::Account:
    case Channel::Positions:
      return false;  // paging fields may follow
    default:
      return true;
  }
}

/// The whole text was read and nothing went wrong on the way: this version's iterators swallow some
/// errors, but a document that met one never says "out of bounds" here.
bool at_end(FrameDocument& document) noexcept {
  return document.document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

FrameKind kind_of(const Frame& frame) noexcept {
  if (!frame.event.empty()) return kind_of_event(frame.event);
  if (!frame.operation.empty()) return FrameKind::OperationReply;
  if (!frame.channel_name.empty() && frame.has_data) return FrameKind::Push;
  return FrameKind::Unknown;
}

}  // namespace

Channel channel_of(std::string_view name) noexcept {
  for (const auto& [text, channel] : kChannels) {
    if (text == name) return channel;
  }
  for (const auto& [text, channel] : kCandleChannels) {
    if (name.starts_with(text) && candle_period_of(name.substr(text.size()))) return channel;
  }
  return Channel::Other;
}

std::string_view candle_bar(std::string_view channel_name) noexcept {
  for (const auto& [text, channel] : kCandleChannels) {
    if (channel_name.starts_with(text)) return channel_name.substr(text.size());
  }
  return {};
}

std::string_view name_of(Channel channel) noexcept {
  for (const auto& [text, candidate] : kChannels) {
    if (candidate == channel) return text;
  }
  for (const auto& [text, candidate] : kCandleChannels) {
    if (candidate == channel) return text;
  }
  return "";
}

FrameReader::FrameReader(std::size_t capacity) : document_(std::make_unique<FrameDocument>()) {
  // Out of memory here is out of memory at the first frame too, which reports it.
  [[maybe_unused]] const auto error = document_->parser.allocate(capacity);
}

FrameReader::~FrameReader() = default;

std::expected<Frame, DecodeError> FrameReader::read(std::string_view text) noexcept {
  FrameDocument& document = *document_;
  document.data_waiting = false;
  document.data_behind = false;
  Frame frame;
  if (text == "pong") {
    frame.kind = FrameKind::Pong;
    return frame;
  }
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + kTextPadding);
  if (document.parser.iterate(padded).get(document.document) != simdjson::SUCCESS) {
    return std::unexpected(DecodeError::NotJson);
  }
  simdjson::ondemand::object root;
  if (const auto error = document.document.get_object().get(root); error != simdjson::SUCCESS) {
    return std::unexpected(error == simdjson::INCORRECT_TYPE ? DecodeError::WrongShape
                                                             : DecodeError::NotJson);
  }
  simdjson::ondemand::object_iterator end;
  if (root.begin().get(document.position) != simdjson::SUCCESS ||
      root.end().get(end) != simdjson::SUCCESS) {
    return std::unexpected(DecodeError::NotJson);
  }
  for (; document.position != end; ++document.position) {
    simdjson::ondemand::field field;
    if ((*document.position).get(field) != simdjson::SUCCESS) {
      return std::unexpected(DecodeError::NotJson);
    }
    const std::string_view key = key_text(field.key());
    if (key == "data") {
      frame.has_data = true;
      if (knows_enough(frame)) {
        document.data = field.value();
        document.data_waiting = true;
        break;
      }
      continue;
    }
    if (const DecodeStatus status = take_member(key, field.value(), frame); !status) {
      return std::unexpected(status.error());
    }
  }
  if (!document.data_waiting && !at_end(document)) {
    return std::unexpected(DecodeError::NotJson);
  }
  document.data_behind = frame.has_data && !document.data_waiting;
  frame.channel = channel_of(frame.channel_name);
  frame.kind = kind_of(frame);
  return frame;
}

DecodeStatus FrameReader::finish() noexcept {
  if (!std::exchange(document_->data_waiting, false)) return {};
  return end_of_frame(*this);
}

std::expected<JsonValue, DecodeError> data_of(FrameReader& reader) noexcept {
  FrameDocument& document = reader.document();
  if (std::exchange(document.data_waiting, false)) return document.data;
  if (!std::exchange(document.data_behind, false)) {
    return std::unexpected(DecodeError::MissingField);
  }
  // Something that the decoder needs stood behind `data`: the whole frame has been read, go back.
  document.document.rewind();
  simdjson::ondemand::object root;
  if (document.document.get_object().get(root) != simdjson::SUCCESS) {
    return std::unexpected(DecodeError::WrongShape);
  }
  simdjson::ondemand::object_iterator end;
  if (root.begin().get(document.position) != simdjson::SUCCESS ||
      root.end().get(end) != simdjson::SUCCESS) {
    return std::unexpected(DecodeError::NotJson);
  }
  for (; document.position != end; ++document.position) {
    simdjson::ondemand::field field;
    if ((*document.position).get(field) != simdjson::SUCCESS) {
      return std::unexpected(DecodeError::NotJson);
    }
    if (key_text(field.key()) != "data") continue;
    document.data = field.value();
    return document.data;
  }
  return std::unexpected(DecodeError::MissingField);
}

DecodeStatus end_of_frame(FrameReader& reader) noexcept {
  FrameDocument& document = reader.document();
  const simdjson::ondemand::object_iterator end = document.position;  // any one: compares by depth
  for (++document.position; document.position != end; ++document.position) {
    simdjson::ondemand::field field;
    if ((*document.position).get(field) != simdjson::SUCCESS) {
      return std::unexpected(DecodeError::NotJson);
    }
  }
  if (!at_end(document)) return std::unexpected(DecodeError::NotJson);
  return {};
}

}  // namespace gannet::okx
