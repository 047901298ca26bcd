#include "app/commands/strategy_commands.h"

#include <fmt/format.h>

#include <memory>
#include <string>

#include "app/commands/operator.h"

namespace gannet::app {
namespace {

struct Wish {
  OperatorTarget target;
  std::string name, text, more;
};

/// A subcommand with a strategy's name.
CLI::App* add(CLI::App& parent, const std::shared_ptr<Wish>& wish, const std::string& name,
              const std::string& what) {
  CLI::App* const command = parent.add_subcommand(name, what);
  add_target_options(*command, std::shared_ptr<OperatorTarget>(wish, &wish->target));
  return command;
}

CLI::App* add_of_strategy(CLI::App& parent, const std::shared_ptr<Wish>& wish,
                          const std::string& name, const std::string& what) {
  CLI::App* const command = add(parent, wish, name, what);
  command->add_option("name", wish->name, "the strategy's name")->required();
  return command;
}

struct OrderWish {
  OperatorTarget target;
  std::string number, instrument, side, quantity, price, resolution;
  bool post_only = false, ioc = false, fok = false, reduce_only = false;
  std::string leg;
};

std::string place_words(const OrderWish& wish) {
  std::string words =
      fmt::format("order-place {} {} {} {}", wish.instrument, wish.side, wish.quantity, wish.price);
  if (wish.post_only) words += " post_only";
  if (wish.ioc) words += " ioc";
  if (wish.fok) words += " fok";
  if (wish.reduce_only) words += " reduce_only";
  if (!wish.leg.empty()) words += " " + wish.leg;
  return words;
}

CLI::App* add_of_order(CLI::App& parent, const std::shared_ptr<OrderWish>& wish,
                       const std::string& name, const std::string& what) {
  CLI::App* const command = parent.add_subcommand(name, what);
  add_target_options(*command, std::shared_ptr<OperatorTarget>(wish, &wish->target));
  return command;
}

void add_place(CLI::App& parent, const std::shared_ptr<OrderWish>& wish) {
  CLI::App* const place = add_of_order(
      parent, wish, "place",
      "place an order by hand; it passes the same gate as a strategy's, and is the strategy "
      "\"operator\"'s");
  place->add_option("instrument", wish->instrument, "its name")->required();
  place->add_option("side", wish->side)->required()->check(CLI::IsMember({"buy", "sell"}));
  place->add_option("quantity", wish->quantity, "contracts; on spot, of the base currency")
      ->required();
  place->add_option("price", wish->price, "or: market")->required();
  place->add_flag("--post-only", wish->post_only, "rest, or be cancelled");
  place->add_flag("--ioc", wish->ioc, "trade at once what can be, the rest goes");
  place->add_flag("--fok", wish->fok, "all at once, or nothing");
  place->add_flag("--reduce-only", wish->reduce_only, "never more than closes the position");
  place->add_option("--leg", wish->leg, "of an account in long/short mode")
      ->check(CLI::IsMember({"long", "short"}));
  place->callback([wish] { give_order(wish->target, place_words(*wish)); });
}

}  // namespace

void add_strategy_commands(CLI::App& app) {
  CLI::App* const strategy = app.add_subcommand("strategy", "the strategies of a running gannetd");
  strategy->require_subcommand(1);
  const auto wish = std::make_shared<Wish>();
  add(*strategy, wish, "list", "each strategy, whether it trades, and its parameters as they are")
      ->callback([wish] { show_answer(wish->target, "strategies", "strategies-page"); });
  add_of_strategy(*strategy, wish, "start", "let a stopped or disabled strategy trade again")
      ->callback([wish] { give_order(wish->target, "strategy-start " + wish->name); });
  add_of_strategy(*strategy, wish, "stop",
                  "its orders go and new ones are denied until it is started, after a restart too")
      ->callback([wish] { give_order(wish->target, "strategy-stop " + wish->name); });
  CLI::App* const set = add_of_strategy(
      *strategy, wish, "set", "another value for one parameter, until the next start of gannetd");
  set->add_option("setting", wish->text,
                  "KEY=VALUE, as in the configuration: \"quantity=2 contracts\"")
      ->required();
  set->callback([wish] {
    give_order(wish->target, fmt::format("strategy-set {} {}", wish->name, wish->text));
  });
  CLI::App* const tell =
      add_of_strategy(*strategy, wish, "tell", "a word to the strategy's own command handler");
  tell->add_option("word", wish->text, "as the strategy's README names it")->required();
  tell->add_option("argument", wish->more, "what it takes");
  tell->callback([wish] {
    give_order(wish->target, fmt::format("strategy-tell {} {}{}{}", wish->name, wish->text,
                                         wish->more.empty() ? "" : " ", wish->more));
  });
}

void add_order_commands(CLI::App& app) {
  CLI::App* const parent = app.add_subcommand("order", "one order, by hand");
  parent->require_subcommand(1);
  const auto wish = std::make_shared<OrderWish>();
  add_place(*parent, wish);
  CLI::App* const amend =
      add_of_order(*parent, wish, "amend", "another price or total quantity for an open order");
  amend->add_option("order", wish->number, "its number, ours or the venue's")->required();
  amend->add_option("--price", wish->price, "the new price");
  amend->add_option("--quantity", wish->quantity, "the new total, what is filled included");
  amend->callback([wish] {
    if (wish->price.empty() && wish->quantity.empty())
      fail("--price, --quantity or both", kBadWords);
    std::string words = "order-amend " + wish->number;
    if (!wish->price.empty()) words += " price=" + wish->price;
    if (!wish->quantity.empty()) words += " quantity=" + wish->quantity;
    give_order(wish->target, words);
  });
  CLI::App* const resolve = add_of_order(
      *parent, wish, "resolve",
      "say what became of an order whose outcome is not known and stays so; it is on record");
  resolve->add_option("order", wish->number, "its number, ours or the venue's")->required();
  resolve
      ->add_option("outcome", wish->resolution,
                   "not_placed: it never was; live: it rests as it was sent; ended: it is gone")
      ->required()
      ->check(CLI::IsMember({"not_placed", "live", "ended"}));
  resolve->callback([wish] {
    give_order(wish->target, fmt::format("order-resolve {} {}", wish->number, wish->resolution));
  });
}

}  // namespace gannet::app
