// One limit order at the best bid for every change of the best bid's price. README.md says why.

#include <array>

#include "gannet/strategy.hpp"

class Probe : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) {
    d.name = "probe";
    d.version = "1.0";
    d.doc = "One limit order at the best bid for every change of its price: measures the path.";
    d.instrument("instrument", "what to watch and to bid for");
    d.quantity("quantity", "size of each order").at_least("0");
    d.text("channel", "which book to watch")
        .by_default("best")
        .one_of("best|top5|depth400|depth400_fast|depth50_fast");
  }

  explicit Probe(gannet::Setup& setup)
      : Strategy(setup),
        instrument_(setup.parameters().instrument("instrument")),
        quantity_(setup.parameters().quantity("quantity")),
        feed_(feed_of(setup.parameters().text("channel"))) {
    subscribe_book(instrument_, feed_, 1);
  }

  void on_book(const gannet::Book& book) override {
    if (book.feed() != feed_ || book.bids().empty()) return;
    const gannet::Price bid = book.best_bid().price;
    if (bid == last_bid_) return;
    last_bid_ = bid;
    // The order first: what is measured ends with it.
    const auto placed =
        open_orders(nullptr, 0) < kMaxOpen
            ? place({.instrument = instrument_, .price = bid, .quantity = quantity_})
            : gannet::Placed{};
    cancel_all_but(placed.handle);
  }

  void on_book_withdrawn(gannet::InstrumentId, std::string_view) override { last_bid_ = {}; }

 private:
  static constexpr std::uint32_t kMaxOpen = 32;

  static gannet::BookFeed feed_of(std::string_view channel) {
    if (channel == "top5") return gannet::BookFeed::Top5;
    if (channel == "depth400") return gannet::BookFeed::Depth400;
    if (channel == "depth400_fast") return gannet::BookFeed::Depth400Fast;
    if (channel == "depth50_fast") return gannet::BookFeed::Depth50Fast;
    return gannet::BookFeed::Best;
  }

  /// A cancel that was denied is tried again with the next change.
  void cancel_all_but(gannet::OrderHandle newest) {
    std::array<gannet_open_order, kMaxOpen> open;
    const std::uint32_t count = open_orders(open.data(), kMaxOpen);
    for (std::uint32_t i = 0; i < count && i < kMaxOpen; ++i) {
      const bool leaving = (open[i].pending & GANNET_PENDING_CANCEL) != 0;
      if (open[i].handle != newest.value && !leaving) cancel({open[i].handle});
    }
  }

  gannet::InstrumentId instrument_;
  gannet::Quantity quantity_;
  gannet::BookFeed feed_;
  gannet::Price last_bid_;
};

GANNET_STRATEGY(Probe)
