#include "sim/okx_server/protocol/internal/public_topics.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/candle_bars.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/names.h"

namespace gannet::okx_server {
namespace {

constexpr std::uint32_t kInstruments = 1u << 24;  ///< more than any table has

/// "channel:tickers, instId:BTC-USDT", as in OKX's own errors.
std::string described(simdjson::dom::object arg) {
  std::string text;
  for (const auto field : arg) {
    std::string_view value;
    if (field.value.get(value) != simdjson::SUCCESS) continue;
    if (!text.empty()) text += ", ";
    text += field.key;
    text += ':';
    text += value;
    if (text.size() > 200) break;
  }
  // The cut must not split a character of several bytes: what is beyond ASCII is left out.
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  text.resize(std::min<std::size_t>(text.size(), 200));
  return text;
}

InstrumentId index_instrument(const ServerState& state, std::string_view name) {
  const auto found = state.indexes.find(name);
  return found == state.indexes.end() ? InstrumentId{} : found->second;
}

std::optional<Refused> name_bar(const ServerState& state, const ChannelInfo& info,
                                simdjson::dom::object arg, Subscription& subscription) {
  const std::string_view channel = text_or_empty(arg, "channel");
  const auto bar = find_bar(channel.substr(std::min(info.name.size(), channel.size())));
  const std::string_view name = text_or_empty(arg, "instId");
  const InstrumentId id = info.key == ChannelKey::IndexBar ? index_instrument(state, name)
                                                           : state.find_instrument(name);
  // Mark and index prices have no bars of a second.
  const bool fits = bar && (info.channel == Channel::Candles || bar_at(*bar).seconds != 1);
  if (!fits || !id.valid() || id.value >= kInstruments) return no_such_channel(arg);
  subscription.topic = candle_topic(*bar, id);
  return std::nullopt;
}

std::optional<Refused> name_filter(const ServerState& state, const ChannelInfo& info,
                                   simdjson::dom::object arg, Subscription& subscription) {
  const auto kind = parse_instrument_kind(text_or_empty(arg, "instType"));
  subscription.instrument_family = text_or_empty(arg, "instFamily");
  subscription.instrument_name = text_or_empty(arg, "instId");
  const bool named =
      !subscription.instrument_family.empty() || !subscription.instrument_name.empty();
  if (!kind || *kind == InstrumentKind::Spot) return no_such_channel(arg);
  const bool needs_name =
      info.channel == Channel::EstimatedPrice || info.channel == Channel::OptionTrades;
  if (needs_name && (!named || *kind == InstrumentKind::Margin)) return no_such_channel(arg);
  if (info.channel == Channel::OptionTrades && *kind != InstrumentKind::Option)
    return no_such_channel(arg);
  if (!subscription.instrument_name.empty() &&
      !state.find_instrument(subscription.instrument_name).valid())
    return no_such_channel(arg);
  subscription.instrument_type = text_or_empty(arg, "instType");
  subscription.topic = static_cast<std::uint32_t>(*kind);
  return std::nullopt;
}

}  // namespace

Refused no_such_channel(simdjson::dom::object arg) {
  return {"60018", "Wrong URL or " + described(arg) +
                       " doesn't exist. Please use the correct URL, channel and parameters "
                       "referring to API document."};
}

Refused wrong_path(const ChannelInfo* info, SocketPath path, simdjson::dom::object arg) {
  if (info == nullptr) return no_such_channel(arg);
  if (info->path == SocketPath::Business)
    return {"64001",
            "This channel has been migrated to the '/business' URL. Please subscribe "
            "using the new URL. " +
                described(arg)};
  if (path == SocketPath::Business)
    return {"64002", "This channel is not supported by '/business' URL. " + described(arg)};
  return no_such_channel(arg);
}

std::optional<Refused> name_public_topic(const ServerState& state, const ChannelInfo& info,
                                         simdjson::dom::object arg, Subscription& subscription) {
  if (!text_or_empty(arg, "uly").empty() && text_or_empty(arg, "instFamily").empty())
    return Refused{"64000",
                   "Subscription parameter uly is unavailable anymore, please replace "
                   "uly with instFamily."};
  switch (info.key) {
    case ChannelKey::Instrument: {
      const InstrumentId id = state.find_instrument(text_or_empty(arg, "instId"));
      if (!id.valid()) return no_such_channel(arg);
      const bool is_swap = state.instruments[id].kind == InstrumentKind::Swap;
      if (info.channel == Channel::FundingRate && !is_swap) return no_such_channel(arg);
      if (info.channel == Channel::OpenInterest && !is_derivative(state.instruments[id].kind))
        return no_such_channel(arg);
      subscription.topic = id.value;
      return std::nullopt;
    }
    case ChannelKey::Index: {
      const InstrumentId id = index_instrument(state, text_or_empty(arg, "instId"));
      if (!id.valid()) return no_such_channel(arg);
      subscription.topic = id.value;
      return std::nullopt;
    }
    case ChannelKey::InstrumentType: {
      const std::string_view type = text_or_empty(arg, "instType");
      const auto kind = parse_instrument_kind(type);
      if (!kind) return no_such_channel(arg);
      subscription.topic = static_cast<std::uint32_t>(*kind);
      return std::nullopt;
    }
    case ChannelKey::Family: {
      subscription.instrument_family = text_or_empty(arg, "instFamily");
      if (subscription.instrument_family.empty()) return no_such_channel(arg);
      return std::nullopt;
    }
    case ChannelKey::Bar:
    case ChannelKey::IndexBar:
      return name_bar(state, info, arg, subscription);
    case ChannelKey::TypeFilter:
      return name_filter(state, info, arg, subscription);
    case ChannelKey::Nothing:
      return std::nullopt;
  }
  return no_such_channel(arg);
}

std::uint32_t candle_topic(std::size_t bar, InstrumentId instrument) noexcept {
  return static_cast<std::uint32_t>(bar) * kInstruments + instrument.value;
}
std::size_t bar_of_topic(std::uint32_t topic) noexcept { return topic / kInstruments; }
InstrumentId instrument_of_topic(std::uint32_t topic) noexcept {
  return InstrumentId{topic % kInstruments};
}

}  // namespace gannet::okx_server
