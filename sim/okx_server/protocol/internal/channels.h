#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gannet::okx_server {

enum class SocketPath : std::uint8_t { Public, Private, Business };
constexpr std::string_view name_of(SocketPath path) noexcept {
  switch (path) {
    case SocketPath::Public:
      return "public";
    case SocketPath::Private:
      return "private";
    case SocketPath::Business:
      return "business";
  }
  return "";
}

/// In the order in which one connection gets the books of one instrument.
enum class Channel : std::uint8_t {
  BestPrice,
  FastBook,
  FastBook50,
  Book,
  Book5,
  Trades,
  AllTrades,
  Tickers,
  MarkPrice,
  IndexTickers,
  FundingRate,
  PriceLimit,
  Instruments,
  Status,
  Orders,
  Fills,
  Account,
  Positions,
  BalanceAndPosition,
};

/// What a subscription must name.
enum class ChannelKey : std::uint8_t { Instrument, Index, InstrumentType, Nothing };

struct ChannelInfo {
  std::string_view name;
  Channel channel;
  SocketPath path;
  ChannelKey key;
  bool login;    ///< only after login
  bool counted;  ///< told how many connections of the user have it
  bool deep;     ///< fee tier needed
};

/// OKX API v5, channels and their paths.
inline constexpr std::array kChannels{
    ChannelInfo{"bbo-tbt", Channel::BestPrice, SocketPath::Public, ChannelKey::Instrument, false,
                false, false},
    ChannelInfo{"books-l2-tbt", Channel::FastBook, SocketPath::Public, ChannelKey::Instrument, true,
                false, true},
    ChannelInfo{"books50-l2-tbt", Channel::FastBook50, SocketPath::Public, ChannelKey::Instrument,
                true, false, true},
    ChannelInfo{"books", Channel::Book, SocketPath::Public, ChannelKey::Instrument, false, false,
                false},
    ChannelInfo{"books5", Channel::Book5, SocketPath::Public, ChannelKey::Instrument, false, false,
                false},
    ChannelInfo{"trades", Channel::Trades, SocketPath::Public, ChannelKey::Instrument, false, false,
                false},
    ChannelInfo{"trades-all", Channel::AllTrades, SocketPath::Business, ChannelKey::Instrument,
                false, false, false},
    ChannelInfo{"tickers", Channel::Tickers, SocketPath::Public, ChannelKey::Instrument, false,
                false, false},
    ChannelInfo{"mark-price", Channel::MarkPrice, SocketPath::Public, ChannelKey::Instrument, false,
                false, false},
    ChannelInfo{"index-tickers", Channel::IndexTickers, SocketPath::Public, ChannelKey::Index,
                false, false, false},
    ChannelInfo{"funding-rate", Channel::FundingRate, SocketPath::Public, ChannelKey::Instrument,
                false, false, false},
    ChannelInfo{"price-limit", Channel::PriceLimit, SocketPath::Public, ChannelKey::Instrument,
                false, false, false},
    ChannelInfo{"instruments", Channel::Instruments, SocketPath::Public, ChannelKey::InstrumentType,
                false, false, false},
    ChannelInfo{"status", Channel::Status, SocketPath::Public, ChannelKey::Nothing, false, false,
                false},
    ChannelInfo{"orders", Channel::Orders, SocketPath::Private, ChannelKey::InstrumentType, true,
                true, false},
    ChannelInfo{"fills", Channel::Fills, SocketPath::Private, ChannelKey::Nothing, true, false,
                true},
    ChannelInfo{"account", Channel::Account, SocketPath::Private, ChannelKey::Nothing, true, true,
                false},
    ChannelInfo{"positions", Channel::Positions, SocketPath::Private, ChannelKey::InstrumentType,
                true, true, false},
    ChannelInfo{"balance_and_position", Channel::BalanceAndPosition, SocketPath::Private,
                ChannelKey::Nothing, true, true, false},
};

constexpr const ChannelInfo* find_channel(std::string_view name) noexcept {
  for (const ChannelInfo& info : kChannels) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

constexpr bool table_is_in_order() noexcept {
  for (std::size_t i = 0; i < kChannels.size(); ++i) {
    if (static_cast<std::size_t>(kChannels[i].channel) != i) return false;
  }
  return true;
}
static_assert(table_is_in_order());

constexpr const ChannelInfo& info_of(Channel channel) noexcept {
  return kChannels[static_cast<std::size_t>(channel)];
}

}  // namespace gannet::okx_server
