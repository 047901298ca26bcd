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
  BookRpi,
  Book5,
  Trades,
  AllTrades,
  Tickers,
  MarkPrice,
  IndexTickers,
  FundingRate,
  PriceLimit,
  OpenInterest,
  EstimatedPrice,
  OptionSummary,
  Liquidations,
  AdlWarning,
  OptionTrades,
  CallAuction,
  Candles,
  MarkCandles,
  IndexCandles,
  Instruments,
  Status,
  Orders,
  Fills,
  Account,
  Positions,
  BalanceAndPosition,
  LiquidationWarning,
  AccountGreeks,
  AlgoOrders,
  AdvancedAlgos,
  DepositInfo,
  WithdrawalInfo,
};

/// What a subscription must name.
enum class ChannelKey : std::uint8_t {
  Instrument,
  Index,
  InstrumentType,
  Nothing,
  Bar,         ///< an instrument; the bar is the rest of the channel's name
  IndexBar,    ///< an index, likewise
  Family,      ///< a family
  TypeFilter,  ///< an instrument type, and perhaps a family or an instrument of it
};

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
    ChannelInfo{"books-rpi", Channel::BookRpi, SocketPath::Public, ChannelKey::Instrument, false,
                false, false},
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
    ChannelInfo{"open-interest", Channel::OpenInterest, SocketPath::Public, ChannelKey::Instrument,
                false, false, false},
    ChannelInfo{"estimated-price", Channel::EstimatedPrice, SocketPath::Public,
                ChannelKey::TypeFilter, false, false, false},
    ChannelInfo{"opt-summary", Channel::OptionSummary, SocketPath::Public, ChannelKey::Family,
                false, false, false},
    ChannelInfo{"liquidation-orders", Channel::Liquidations, SocketPath::Public,
                ChannelKey::TypeFilter, false, false, false},
    ChannelInfo{"adl-warning", Channel::AdlWarning, SocketPath::Public, ChannelKey::TypeFilter,
                false, false, false},
    ChannelInfo{"option-trades", Channel::OptionTrades, SocketPath::Public, ChannelKey::TypeFilter,
                false, false, false},
    ChannelInfo{"call-auction-details", Channel::CallAuction, SocketPath::Public,
                ChannelKey::Instrument, false, false, false},
    ChannelInfo{"candle", Channel::Candles, SocketPath::Business, ChannelKey::Bar, false, false,
                false},
    ChannelInfo{"mark-price-candle", Channel::MarkCandles, SocketPath::Business, ChannelKey::Bar,
                false, false, false},
    ChannelInfo{"index-candle", Channel::IndexCandles, SocketPath::Business, ChannelKey::IndexBar,
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
    ChannelInfo{"liquidation-warning", Channel::LiquidationWarning, SocketPath::Private,
                ChannelKey::InstrumentType, true, true, false},
    ChannelInfo{"account-greeks", Channel::AccountGreeks, SocketPath::Private, ChannelKey::Nothing,
                true, true, false},
    ChannelInfo{"orders-algo", Channel::AlgoOrders, SocketPath::Business,
                ChannelKey::InstrumentType, true, false, false},
    ChannelInfo{"algo-advance", Channel::AdvancedAlgos, SocketPath::Business,
                ChannelKey::InstrumentType, true, false, false},
    // Nothing comes from a chain here or goes to one: they stay silent.
    ChannelInfo{"deposit-info", Channel::DepositInfo, SocketPath::Business, ChannelKey::Nothing,
                true, false, false},
    ChannelInfo{"withdrawal-info", Channel::WithdrawalInfo, SocketPath::Business,
                ChannelKey::Nothing, true, false, false},
};

/// Tells a user of their own affairs, whatever its path: filtered by what a subscription names.
constexpr bool is_private(const ChannelInfo& info) noexcept {
  return info.path == SocketPath::Private || info.channel == Channel::AlgoOrders ||
         info.channel == Channel::AdvancedAlgos;
}

/// Of "candle1m" the row of "candle"; whether there is such a bar is another question.
constexpr const ChannelInfo* find_channel(std::string_view name) noexcept {
  for (const ChannelInfo& info : kChannels) {
    const bool has_bar = info.key == ChannelKey::Bar || info.key == ChannelKey::IndexBar;
    const bool longer = name.size() > info.name.size();
    if (has_bar ? longer && name.starts_with(info.name) : info.name == name) return &info;
  }
  return nullptr;
}

constexpr bool channels_are_in_order() noexcept {
  for (std::size_t i = 0; i < kChannels.size(); ++i) {
    if (static_cast<std::size_t>(kChannels[i].channel) != i) return false;
  }
  return true;
}
static_assert(channels_are_in_order());

constexpr const ChannelInfo& info_of(Channel channel) noexcept {
  return kChannels[static_cast<std::size_t>(channel)];
}

}  // namespace gannet::okx_server
