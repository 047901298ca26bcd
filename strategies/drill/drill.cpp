// Resting orders for a kill to cancel. README.md says why.

#include "gannet/strategy.hpp"

class Drill : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) {
    d.name = "drill";
    d.version = "1.0";
    d.doc = "Keeps orders resting far below the market, for a kill to cancel.";
    d.instrument("instrument", "where they rest");
    d.quantity("quantity", "size of each order").at_least("0");
    d.integer("orders", "how many").by_default("50").at_least("1").at_most("400");
    d.number("distance_bps", "below the best bid")
        .by_default("200")
        .at_least("1")
        .at_most("5000")
        .in("bps");
  }

  explicit Drill(gannet::Setup& setup)
      : Strategy(setup),
        instrument_(instrument(setup.parameters().instrument("instrument"))),
        quantity_(setup.parameters().quantity("quantity")),
        orders_(static_cast<std::uint32_t>(setup.parameters().integer("orders"))),
        distance_(setup.parameters().number("distance_bps") * 1e-4) {
    subscribe_book(instrument_.id(), gannet::BookFeed::Best, 1);
  }

  void on_book(const gannet::Book& book) override {
    if (!is_ready(instrument_.id()) || book.bids().empty()) return;
    const double bid = instrument_.to_double(book.best_bid().price);
    const gannet::Price price =
        instrument_.round_to_tick(bid * (1 - distance_), gannet::Rounding::Down);
    // A few with each change: the venue's limit is for all of them.
    for (int i = 0; i < kAtOnce && open_orders(nullptr, 0) < orders_; ++i) {
      if (!place({.instrument = instrument_.id(),
                  .price = price,
                  .quantity = quantity_,
                  .post_only = true}))
        return;
    }
  }

 private:
  static constexpr int kAtOnce = 5;

  gannet::Instrument instrument_;
  gannet::Quantity quantity_;
  std::uint32_t orders_;
  double distance_;
};

GANNET_STRATEGY(Drill)
