#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "app/internal/engine_room_parts.h"

// A person's own orders, which pass the same gate as everybody's, and words to strategies.

namespace gannet::app {
namespace {

/// As StrategyHost makes them: the strategy's number above, a count below.
constexpr int kHandleSequenceBits = 47;

template <std::size_t N>
void put_text(char (&to)[N], std::string_view from) noexcept {
  std::copy_n(from.data(), std::min(from.size(), N - 1), to);
}

/// The first word; `rest` is what follows it.
std::string_view next_word(std::string_view& rest) noexcept {
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  const auto end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

/// What follows the instrument of an order that is placed by hand. Absent: it cannot be read.
std::optional<OrderIntent> read_order(std::string_view words, const Instrument& instrument) {
  OrderIntent intent;
  intent.instrument = instrument.id;
  const std::string_view side = next_word(words);
  const auto quantity = parse_units(next_word(words), instrument.quantity_digits);
  const std::string_view price = next_word(words);
  if ((side != "buy" && side != "sell") || !quantity || price.empty()) return std::nullopt;
  intent.side = side == "buy" ? Side::Buy : Side::Sell;
  intent.quantity = {*quantity};
  if (price == "market") {
    intent.kind = OrderKind::Market;
    intent.time_in_force = TimeInForce::ImmediateOrCancel;
  } else {
    const auto exact = parse_units(price, instrument.price_digits);
    if (!exact) return std::nullopt;
    intent.price = {*exact};
  }
  for (std::string_view word = next_word(words); !word.empty(); word = next_word(words)) {
    if (word == "post_only") {
      intent.post_only = true;
    } else if (word == "ioc") {
      intent.time_in_force = TimeInForce::ImmediateOrCancel;
    } else if (word == "fok") {
      intent.time_in_force = TimeInForce::FillOrKill;
    } else if (word == "reduce_only") {
      intent.reduce_only = true;
    } else if (word == "long") {
      intent.position_side = PositionSide::Long;
    } else if (word == "short") {
      intent.position_side = PositionSide::Short;
    } else {
      return std::nullopt;
    }
  }
  return intent;
}

/// "price=1.5 quantity=3". False: it cannot be read, or says nothing.
bool read_amend(std::string_view words, const Instrument& instrument, AmendIntent& intent) {
  for (std::string_view word = next_word(words); !word.empty(); word = next_word(words)) {
    const auto equals = std::min(word.find('='), word.size());
    const std::string_view key = word.substr(0, equals);
    const std::string_view value = word.substr(std::min(equals + 1, word.size()));
    const bool is_price = key == "price";
    if (!is_price && key != "quantity") return false;
    const auto exact =
        parse_units(value, is_price ? instrument.price_digits : instrument.quantity_digits);
    if (!exact) return false;
    if (is_price) {
      intent.new_price = Price{*exact};
    } else {
      intent.new_quantity = Quantity{*exact};
    }
  }
  return intent.new_price || intent.new_quantity;
}

/// Without the heap.
template <class... Arguments>
AdminAnswer::Text answer_text(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  std::array<char, 255> text;
  const auto end =
      fmt::format_to_n(text.data(), text.size(), format, std::forward<Arguments>(arguments)...);
  return AdminAnswer::Text(
      std::string_view(text.data(), std::min(static_cast<std::size_t>(end.size), text.size())));
}

}  // namespace

void EngineRoom::Parts::note(const AdminCommand& command, Timestamp now) {
  if (command.word == nullptr || !command.word->changes) return;
  engine::OperatorCommandRecord record;
  record.user = command.user;
  record.process = command.process;
  put_text(record.who, command.who.view());
  put_text(record.what, words_of(command).view());
  core->note(record, now);
}

engine::Order* EngineRoom::Parts::order_named(std::string_view number) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{} || end != number.data() + number.size() || value == 0) return nullptr;
  if (engine::Order* const order = core->orders().table().find(ClientOrderId{value});
      order != nullptr)
    return order->is_open() ? order : nullptr;
  return core->orders().find_open({}, VenueOrderId{value});
}

void EngineRoom::Parts::place_order(const AdminCommand& command, AdminAnswer& answer,
                                    Timestamp now) {
  answer.good = false;
  std::string_view words = command.argument.view();
  const InstrumentId id = facts.instruments.find(next_word(words));
  if (!id.valid()) {
    answer.text = AdminAnswer::Text("no such instrument here");
    return;
  }
  const auto intent = read_order(words, facts.instruments[id]);
  if (!intent) {
    answer.text = AdminAnswer::Text(
        "not understood: INSTRUMENT buy|sell QUANTITY PRICE|market [post_only|ioc|fok] "
        "[reduce_only] [long|short]; a price and quantity with no more digits than the "
        "instrument has");
    return;
  }
  engine::LaneCommand wish;
  wish.kind = engine::LaneCommand::Kind::Place;
  wish.strategy = strategy_named(engine::kOperatorStrategy);
  wish.place = *intent;
  wish.place.strategy = wish.strategy;
  wish.place.handle = {
      ((static_cast<std::uint64_t>(wish.strategy.value) + 1) << kHandleSequenceBits) +
      ++manual_orders};
  wish.place.intent_time = now;
  wish.decided_time = now;
  tap->watch();
  core->on_lane_command(wish, now);
  if (const auto event = tap->watched()) return answer_order(answer, "sent", *event);
  answer.text = AdminAnswer::Text("nothing came of it: see the log");
}

void EngineRoom::Parts::amend_order(const AdminCommand& command, AdminAnswer& answer,
                                    Timestamp now) {
  answer.good = false;
  const engine::Order* const order = order_named(command.target.view());
  if (order == nullptr) {
    answer.text = AdminAnswer::Text("no order of ours is open under that number");
    return;
  }
  engine::LaneCommand wish;
  wish.kind = engine::LaneCommand::Kind::Amend;
  wish.strategy = order->strategy;
  wish.amend = {order->strategy, order->handle, {}, {}, now};
  if (!read_amend(command.argument.view(), facts.instruments[order->instrument], wish.amend)) {
    answer.text = AdminAnswer::Text(
        "not understood: price=P, quantity=Q or both, with no more digits than the instrument has");
    return;
  }
  wish.decided_time = now;
  const std::uint64_t before = core->orders().counters().amended;
  tap->watch();
  core->on_lane_command(wish, now);
  if (const auto event = tap->watched()) return answer_order(answer, "amended", *event);
  // No event says that it was sent: the next one is the venue's word.
  answer.good = true;
  answer.text = AdminAnswer::Text(core->orders().counters().amended > before
                                      ? "amend sent"
                                      : "amend taken: it waits for its turn at the rate limit");
}

void EngineRoom::Parts::answer_order(AdminAnswer& answer, std::string_view done,
                                     const engine::OrderEvent& event) {
  using Kind = engine::OrderEventKind;
  answer.good = event.kind != Kind::Denied && event.kind != Kind::AmendDenied;
  answer.text = answer.good ? answer_text("{}: order {}", done, event.client_id.value)
                            : answer_text("denied: {}. {}", gannet::name_of(event.denial.reason),
                                          what_passes(event.denial.reason));
}

void EngineRoom::Parts::resolve_order(const AdminCommand& command, AdminAnswer& answer,
                                      Timestamp now) {
  const std::string_view word = command.argument.view();
  std::optional<engine::OrderResolution> resolution;
  if (word == "not_placed") resolution = engine::OrderResolution::NotPlaced;
  if (word == "live") resolution = engine::OrderResolution::Live;
  if (word == "ended") resolution = engine::OrderResolution::Ended;
  const engine::Order* const order = order_named(command.target.view());
  answer.good = false;
  if (!resolution) {
    answer.text = AdminAnswer::Text("what became of it? not_placed, live or ended");
  } else if (order == nullptr) {
    answer.text = AdminAnswer::Text("no order of ours is open under that number");
  } else {
    answer.good = core->resolve(order->client_id, *resolution, command.who.view(), now);
    answer.text = AdminAnswer::Text(
        answer.good ? "resolved by your word; the venue's, should it come, outweighs it"
                    : "nothing about that order is in doubt");
  }
}

void EngineRoom::Parts::instruct_strategy(const AdminCommand& command, AdminAnswer& answer,
                                          Timestamp now) {
  const StrategyId strategy = strategy_named(command.target.view());
  const std::string_view who = command.who.view();
  answer.good = false;
  if (!strategy.valid()) {
    answer.text = AdminAnswer::Text("no such strategy here");
  } else if (command.kind == AdminCommand::Kind::EnableStrategy) {
    answer.good = core->enable(strategy, who, now);
    answer.text = AdminAnswer::Text(
        answer.good
            ? "enabled"
            : "it is not stopped, and no rule disabled it: gannet status says what it does");
  } else if (command.kind == AdminCommand::Kind::StopStrategy) {
    answer.good = core->disable(strategy, who, now);
    answer.text = AdminAnswer::Text(
        answer.good ? "stopped: its orders go, and new ones are denied until it is started, after "
                      "a restart too"
                    : "it is stopped already, or a rule disabled it");
  } else {
    std::string_view words = command.argument.view();
    const std::string_view word = next_word(words);
    if (words.starts_with(' ')) words.remove_prefix(1);
    answer.good = publisher->operator_command(strategy, word, words, now);
    answer.text = AdminAnswer::Text(answer.good ? "told" : "its lane is busy: try again");
  }
}

}  // namespace gannet::app
