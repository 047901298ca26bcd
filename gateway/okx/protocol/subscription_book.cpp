#include "gateway/okx/protocol/subscription_book.h"

#include <algorithm>
#include <iterator>

#include "gateway/okx/protocol/candle_bars.h"
#include "gateway/okx/protocol/decode_book.h"

namespace gannet::okx {
namespace {

using State = SubscriptionArgument::State;

Channel channel_for(MarketStream stream) noexcept {
  switch (stream) {
    case MarketStream::BestBidOffer:
      return Channel::BboTbt;
    case MarketStream::Top5:
      return Channel::Books5;
    case MarketStream::Depth400:
      return Channel::Books;
    case MarketStream::Depth400Fast:
      return Channel::BooksL2Tbt;
    case MarketStream::Depth50Fast:
      return Channel::Books50L2Tbt;
    case MarketStream::Depth400Retail:
      return Channel::BooksRpi;
    case MarketStream::Trades:
      return Channel::Trades;
    case MarketStream::Ticker:
      return Channel::Tickers;
    case MarketStream::MarkPrice:
      return Channel::MarkPrice;
    case MarketStream::IndexPrice:
      return Channel::IndexTickers;
    case MarketStream::FundingRate:
      return Channel::FundingRate;
    case MarketStream::PriceLimit:
      return Channel::PriceLimit;
    case MarketStream::OpenInterest:
      return Channel::OpenInterest;
    case MarketStream::EstimatedPrice:
      return Channel::EstimatedPrice;
    case MarketStream::OptionSummary:
      return Channel::OptionSummary;
    case MarketStream::OptionTrades:
      return Channel::OptionTrades;
    case MarketStream::Liquidations:
      return Channel::LiquidationOrders;
    case MarketStream::AdlWarning:
      return Channel::AdlWarning;
    case MarketStream::SingleTrades:
      return Channel::TradesAll;
    case MarketStream::Candles:
      return Channel::Candles;
    case MarketStream::MarkCandles:
      return Channel::MarkCandles;
    case MarketStream::IndexCandles:
      return Channel::IndexCandles;
  }
  return Channel::Other;
}

using Key = SubscriptionArgument::Key;

Key key_of(Channel channel) noexcept {
  switch (channel) {
    case Channel::Instruments:
    case Channel::LiquidationOrders:
    case Channel::AdlWarning:
      return Key::Type;
    case Channel::OptionSummary:
      return Key::Family;
    case Channel::EstimatedPrice:
    case Channel::OptionTrades:
      return Key::TypeAndInstrument;
    case Channel::Status:
      return Key::Nothing;
    default:
      return Key::Instrument;
  }
}

// What an argument has beside its name.
constexpr std::size_t kLongestArgument = 96;

bool is_of_index(Channel channel) noexcept {
  return channel == Channel::IndexTickers || channel == Channel::IndexCandles;
}

std::string_view name_for(Channel channel, const InstrumentCode& code) noexcept {
  if (is_of_index(channel)) return code.index.view();
  switch (key_of(channel)) {
    case Key::Type:
      return instrument_type_of(code.kind);
    case Key::Family:
      return code.family.view();
    case Key::Nothing:
      return {};
    case Key::Instrument:
    case Key::TypeAndInstrument:
      break;
  }
  return code.name.view();
}

std::optional<std::size_t> timed_slot(Channel channel) noexcept {
  switch (channel) {
    case Channel::MarkPrice:
      return 0;
    case Channel::IndexTickers:
      return 1;
    case Channel::FundingRate:
      return 2;
    default:
      return std::nullopt;
  }
}

void append_argument(std::string& text, const SubscriptionArgument& argument) {
  const auto append = [&text](std::string_view key, std::string_view value) {
    text += R"(",")";
    text += key;
    text += R"(":")";
    text += value;
  };
  text += R"({"channel":")";
  text += name_of(argument.channel);
  text += argument.bar;
  switch (argument.key) {
    case Key::Instrument:
      append("instId", argument.name);
      break;
    case Key::Type:
      append("instType", argument.name);
      break;
    case Key::Family:
      append("instFamily", argument.name);
      break;
    case Key::TypeAndInstrument:
      append("instType", argument.type);
      append("instId", argument.name);
      break;
    case Key::Nothing:
      break;
  }
  text += "\"}";
}

}  // namespace

SubscriptionBook::SubscriptionBook(const InstrumentCodes& codes,
                                   std::span<const MarketSubscription> wanted,
                                   bool instrument_states, bool venue_status) {
  recent_requests_.reserve(kMaxRequestsPerHour);
  timed_.resize(codes.rows().size());
  for (const MarketSubscription& subscription : wanted) {
    const InstrumentCode* const code = codes.find(subscription.instrument);
    if (code != nullptr) add(subscription, *code);
  }
  resolve_conflicts();
  for (const MarketSubscription& subscription : wanted) {
    const InstrumentCode* const code = codes.find(subscription.instrument);
    if (code == nullptr || !instrument_states) continue;
    SubscriptionArgument argument;
    argument.channel = Channel::Instruments;
    argument.key = Key::Type;
    argument.name = instrument_type_of(code->kind);
    add(std::move(argument));
  }
  if (!venue_status) return;
  SubscriptionArgument argument;
  argument.channel = Channel::Status;
  argument.key = Key::Nothing;
  add(std::move(argument));
}

void SubscriptionBook::add(const MarketSubscription& subscription, const InstrumentCode& code) {
  SubscriptionArgument argument;
  argument.channel = channel_for(subscription.stream);
  argument.key = key_of(argument.channel);
  argument.name = name_for(argument.channel, code);
  argument.type = instrument_type_of(code.kind);
  if (is_candle(argument.channel)) {
    argument.bar = candle_bar_of(subscription.period);
    if (argument.bar.empty()) return;  // the venue has no such bar
  }
  // What has no such name has no such channel: spot has no family.
  if (argument.name.empty()) return;
  if (is_of_index(argument.channel)) add_to_index(code.index.view(), code.id);
  const Channel channel = argument.channel;
  const std::string_view bar = argument.bar;
  add(std::move(argument));
  if (const auto slot = timed_slot(channel)) {
    const auto at = find(channel, name_for(channel, code), bar) - arguments_.data();
    timed_[code.id.value][*slot] = static_cast<std::uint32_t>(at) + 1;
  }
}

void SubscriptionBook::add(SubscriptionArgument argument) {
  if (find(argument.channel, argument.name, argument.bar) == nullptr) {
    arguments_.push_back(std::move(argument));
  }
}

void SubscriptionBook::add_to_index(std::string_view index, InstrumentId instrument) {
  auto found = std::find_if(indexes_.begin(), indexes_.end(),
                            [&](const Index& candidate) { return candidate.name == index; });
  if (found == indexes_.end()) {
    indexes_.push_back({std::string(index), {}});
    found = std::prev(indexes_.end());
  }
  auto& instruments = found->instruments;
  if (std::find(instruments.begin(), instruments.end(), instrument) == instruments.end()) {
    instruments.push_back(instrument);
  }
}

/// The venue refuses the fast deep book beside another deep book of the same instrument on one
/// connection (64004): it stands for them.
void SubscriptionBook::resolve_conflicts() {
  for (const SubscriptionArgument& fast : arguments_) {
    if (fast.channel != Channel::BooksL2Tbt) continue;
    for (const Channel other : {Channel::Books, Channel::Books50L2Tbt}) {
      if (auto* argument = find(other, fast.name)) argument->state = State::Replaced;
    }
  }
}

void SubscriptionBook::replace(const SubscriptionArgument& argument, Channel instead) {
  SubscriptionArgument other;
  other.channel = instead;
  other.name = argument.name;
  other.type = argument.type;
  const std::size_t at = static_cast<std::size_t>(&argument - arguments_.data());
  add(std::move(other));
  arguments_[at].state = State::Replaced;
  if (auto* stands = find(instead, arguments_[at].name); stands->state == State::Replaced) {
    stands->state = State::Wanted;
    stands->not_before = {};
  }
}

void SubscriptionBook::heard(Channel channel, InstrumentId instrument, Timestamp now) noexcept {
  const auto slot = timed_slot(channel);
  if (!slot || instrument.value >= timed_.size()) return;
  const std::uint32_t at = timed_[instrument.value][*slot];
  if (at != 0) arguments_[at - 1].heard = now;
}

SubscriptionArgument* SubscriptionBook::find_silent(Timestamp now) noexcept {
  for (SubscriptionArgument& argument : arguments_) {
    if (argument.state != State::Acknowledged) continue;
    const auto allowed = silence_allowed(argument.channel);
    if (allowed && now - argument.heard > *allowed) return &argument;
  }
  return nullptr;
}

bool SubscriptionBook::any_needs_tier() const noexcept {
  return std::any_of(arguments_.begin(), arguments_.end(), [](const auto& argument) {
    return needs_tier(argument.channel) && argument.state != State::Replaced;
  });
}

void SubscriptionBook::on_open() noexcept {
  for (SubscriptionArgument& argument : arguments_) {
    if (argument.state == State::Replaced) continue;
    argument.state = State::Wanted;
    argument.not_before = {};
    argument.pause = {};
  }
  recent_requests_.clear();
  oldest_request_ = 0;
  starved_since_.reset();
}

std::string_view SubscriptionBook::next_request(Timestamp now, bool logged_in) {
  const auto due = [now, logged_in](const SubscriptionArgument& argument, State state) {
    return argument.state == state && argument.not_before <= now &&
           (logged_in || !needs_tier(argument.channel));
  };
  const auto first_due = [&](State state) {
    return std::find_if(arguments_.begin(), arguments_.end(),
                        [&](const SubscriptionArgument& argument) { return due(argument, state); });
  };
  State from = State::UnsubscribeWanted;
  auto first = first_due(from);
  const bool unsubscribe = first != arguments_.end();
  if (!unsubscribe) {
    from = State::Wanted;
    first = first_due(from);
  }
  if (first == arguments_.end()) {
    starved_since_.reset();
    return {};
  }
  if (!take_budget(now)) {
    const bool is_missed = std::ranges::any_of(arguments_, [&](const auto& argument) {
      return is_essential(argument.channel) &&
             (due(argument, State::Wanted) || due(argument, State::UnsubscribeWanted));
    });
    if (!is_missed) {
      starved_since_.reset();
    } else if (!starved_since_) {
      starved_since_ = now;
    }
    return {};
  }
  starved_since_.reset();
  ++requests_made_;
  text_ = R"({"id":"s)";
  text_ += std::to_string(requests_made_);
  text_ += unsubscribe ? R"(","op":"unsubscribe","args":[)" : R"(","op":"subscribe","args":[)";
  const bool alone = !unsubscribe && needs_tier(first->channel);
  for (auto argument = first; argument != arguments_.end(); ++argument) {
    if (!due(*argument, from)) continue;
    if (argument != first) {
      const std::size_t size = text_.size() + argument->name.size() + kLongestArgument;
      if (alone || size > kMaxRequestBytes) break;
      if (!unsubscribe && needs_tier(argument->channel)) continue;
      text_ += ',';
    }
    append_argument(text_, *argument);
    argument->state = unsubscribe ? State::UnsubscribeSent : State::Sent;
    argument->sent = now;
    argument->request = requests_made_;
  }
  text_ += "]}";
  return text_;
}

bool SubscriptionBook::take_budget(Timestamp now) noexcept {
  if (recent_requests_.size() < kMaxRequestsPerHour) {
    recent_requests_.push_back(now);
    return true;
  }
  if (now - recent_requests_[oldest_request_] < seconds(3'600)) return false;
  recent_requests_[oldest_request_] = now;
  oldest_request_ = (oldest_request_ + 1) % kMaxRequestsPerHour;
  return true;
}

SubscriptionArgument* SubscriptionBook::find(Channel channel, std::string_view name,
                                             std::string_view bar) noexcept {
  for (SubscriptionArgument& argument : arguments_) {
    if (argument.channel == channel && argument.name == name && argument.bar == bar) {
      return &argument;
    }
  }
  return nullptr;
}

void SubscriptionBook::acknowledged(SubscriptionArgument& argument, Timestamp now) noexcept {
  if (argument.state != State::Sent) return;
  argument.state = State::Acknowledged;
  argument.heard = now;
}

void SubscriptionBook::unsubscribed(SubscriptionArgument& argument) noexcept {
  if (argument.state == State::UnsubscribeSent) argument.state = State::Wanted;
}

void SubscriptionBook::refused(SubscriptionArgument& argument) noexcept {
  argument.state = State::Refused;
}

void SubscriptionBook::renew(SubscriptionArgument& argument, Timestamp now,
                             Nanos first_pause) noexcept {
  if (argument.state != State::Acknowledged && argument.state != State::Sent) return;
  if (now - argument.sent > kForgetPauseAfter) argument.pause = {};
  argument.state = State::UnsubscribeWanted;
  argument.not_before = now + argument.pause;
  argument.pause =
      argument.pause.count == 0 ? first_pause : std::min(argument.pause * 2, kLongestPause);
}

void SubscriptionBook::retry(SubscriptionArgument& argument, Timestamp now,
                             Nanos first_pause) noexcept {
  argument.pause =
      argument.pause.count == 0 ? first_pause : std::min(argument.pause * 2, kLongestPause);
  argument.state = State::Wanted;
  argument.not_before = now + argument.pause;
}

bool SubscriptionBook::any_overdue(Timestamp now, Nanos limit) const noexcept {
  return std::any_of(
      arguments_.begin(), arguments_.end(), [&](const SubscriptionArgument& argument) {
        const bool waiting =
            argument.state == State::Sent || argument.state == State::UnsubscribeSent;
        return waiting && now - argument.sent > limit;
      });
}

bool SubscriptionBook::lacks_essential(Timestamp now, Nanos limit) const noexcept {
  return std::ranges::any_of(arguments_, [&](const SubscriptionArgument& argument) {
    return argument.state == State::Refused && is_essential(argument.channel) &&
           now - argument.sent > limit;
  });
}

bool SubscriptionBook::all_acknowledged() const noexcept {
  return std::all_of(
      arguments_.begin(), arguments_.end(), [](const SubscriptionArgument& argument) {
        return argument.state == State::Acknowledged || argument.state == State::Replaced ||
               (argument.state == State::Refused && !is_essential(argument.channel));
      });
}

std::span<const InstrumentId> SubscriptionBook::subscribers_of_index(
    std::string_view index) const noexcept {
  for (const Index& candidate : indexes_) {
    if (candidate.name == index) return candidate.instruments;
  }
  return {};
}

}  // namespace gannet::okx
