#include "gateway/okx/protocol/subscription_book.h"

#include <algorithm>
#include <iterator>

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
  }
  return Channel::Other;
}

void append_argument(std::string& text, const SubscriptionArgument& argument) {
  text += R"({"channel":")";
  text += name_of(argument.channel);
  text += argument.by_type ? R"(","instType":")" : R"(","instId":")";
  text += argument.name;
  text += "\"}";
}

}  // namespace

SubscriptionBook::SubscriptionBook(const InstrumentCodes& codes,
                                   std::span<const MarketSubscription> wanted,
                                   bool instrument_states) {
  recent_requests_.reserve(kMaxRequestsPerHour);
  for (const MarketSubscription& subscription : wanted) {
    const InstrumentCode* const code = codes.find(subscription.instrument);
    if (code == nullptr) continue;
    const Channel channel = channel_for(subscription.stream);
    if (subscription.stream != MarketStream::IndexPrice) {
      add(channel, code->name.view(), false);
      continue;
    }
    add(channel, code->index.view(), false);
    auto index = std::find_if(indexes_.begin(), indexes_.end(), [&](const Index& candidate) {
      return candidate.name == code->index.view();
    });
    if (index == indexes_.end()) {
      indexes_.push_back({std::string(code->index.view()), {}});
      index = std::prev(indexes_.end());
    }
    index->instruments.push_back(code->id);
  }
  if (!instrument_states) return;
  for (const MarketSubscription& subscription : wanted) {
    const InstrumentCode* const code = codes.find(subscription.instrument);
    if (code != nullptr) add(Channel::Instruments, instrument_type_of(code->kind), true);
  }
}

void SubscriptionBook::add(Channel channel, std::string_view name, bool by_type) {
  if (find(channel, name) != nullptr) return;
  SubscriptionArgument argument;
  argument.channel = channel;
  argument.name = name;
  argument.by_type = by_type;
  arguments_.push_back(std::move(argument));
}

void SubscriptionBook::on_open() noexcept {
  for (SubscriptionArgument& argument : arguments_) {
    argument.state = State::Wanted;
    argument.not_before = {};
    argument.pause = {};
  }
  recent_requests_.clear();
  oldest_request_ = 0;
}

std::string_view SubscriptionBook::next_request(Timestamp now) {
  const auto due = [now](const SubscriptionArgument& argument, State state) {
    return argument.state == state && argument.not_before <= now;
  };
  const auto any_due = [&](State state) {
    return std::any_of(arguments_.begin(), arguments_.end(),
                       [&](const SubscriptionArgument& argument) { return due(argument, state); });
  };
  const bool unsubscribe = any_due(State::UnsubscribeWanted);
  const State from = unsubscribe ? State::UnsubscribeWanted : State::Wanted;
  if (!unsubscribe && !any_due(State::Wanted)) return {};
  if (!take_budget(now)) return {};

  ++requests_made_;
  text_ = R"({"id":"s)";
  text_ += std::to_string(requests_made_);
  text_ += unsubscribe ? R"(","op":"unsubscribe","args":[)" : R"(","op":"subscribe","args":[)";
  bool first = true;
  for (SubscriptionArgument& argument : arguments_) {
    if (!due(argument, from)) continue;
    if (text_.size() + argument.name.size() + 64 > kMaxRequestBytes) break;
    if (!first) text_ += ',';
    first = false;
    append_argument(text_, argument);
    argument.state = unsubscribe ? State::UnsubscribeSent : State::Sent;
    argument.sent = now;
    argument.request = requests_made_;
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

SubscriptionArgument* SubscriptionBook::find(Channel channel, std::string_view name) noexcept {
  for (SubscriptionArgument& argument : arguments_) {
    if (argument.channel == channel && argument.name == name) return &argument;
  }
  return nullptr;
}

void SubscriptionBook::acknowledged(SubscriptionArgument& argument) noexcept {
  if (argument.state == State::Sent) argument.state = State::Acknowledged;
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

bool SubscriptionBook::all_acknowledged() const noexcept {
  return std::all_of(
      arguments_.begin(), arguments_.end(),
      [](const SubscriptionArgument& argument) { return argument.state == State::Acknowledged; });
}

std::span<const InstrumentId> SubscriptionBook::subscribers_of_index(
    std::string_view index) const noexcept {
  for (const Index& candidate : indexes_) {
    if (candidate.name == index) return candidate.instruments;
  }
  return {};
}

}  // namespace gannet::okx
