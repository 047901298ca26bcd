// Joins the best bid with one small order and follows it: a beginning, to be replaced by your idea.

#include <string_view>

#include "gannet/strategy.hpp"

namespace {

class StrategyName : public gannet::Strategy {
 public:
  /// What the engine checks the configuration against, before anything runs.
  static void describe(gannet::Description& d) {
    d.name = "strategy_name";
    d.version = "0.1";
    d.doc = "Joins the best bid with one order and follows it.";
    d.instrument("instrument", "what to trade");
    d.quantity("quantity", "size of the order").at_least("0");
  }

  explicit StrategyName(gannet::Setup& setup)
      : Strategy(setup),
        instrument_(setup.parameters().instrument("instrument")),
        quantity_(setup.parameters().quantity("quantity")) {
    subscribe_book(instrument_, gannet::BookFeed::Best, 1);
  }

  void on_book(const gannet::Book& book) override {
    if (!book.is_two_sided() || !is_ready(instrument_)) return;
    const gannet::Price bid = book.best_bid().price;
    if (bid == bid_) return;
    bid_ = bid;
    if (order_.is_set()) {
      amend(order_, bid);
      return;
    }
    order_ = place({.instrument = instrument_,
                    .side = gannet::Side::Buy,
                    .price = bid,
                    .quantity = quantity_,
                    .post_only = true})
                 .handle;
  }

  /// A book that cannot be proven is withdrawn: nothing of it may be relied on.
  void on_book_withdrawn(gannet::InstrumentId, std::string_view) override {
    bid_ = {};
    if (order_.is_set()) cancel(order_);
  }

  /// Denied, rejected, filled, cancelled: all of it comes here, after the handler that placed.
  void on_order(const gannet::OrderEvent& event) override {
    if (event.handle() != order_ || !event.is_final()) return;
    order_ = {};
    bid_ = {};
  }

 private:
  gannet::InstrumentId instrument_;
  gannet::Quantity quantity_;
  gannet::Price bid_;
  gannet::OrderHandle order_;
};

}  // namespace

GANNET_STRATEGY(StrategyName)
