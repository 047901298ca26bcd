// Leaves orders at the venue, far from the market, and some books later throws, or never returns.
#include <stdexcept>

#include "gannet/strategy.hpp"

class ThrowsLater : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) {
    d.name = "throws_later";
    d.instrument("instrument", "what to trade");
    d.integer("orders", "how many to leave").by_default("3");
    d.integer("books", "how many more books to bear").by_default("20");
    d.integer("spins", "1: never returns, in place of throwing").by_default("0");
    d.wants_book(gannet::BookFeed::Best);
  }
  explicit ThrowsLater(gannet::Setup& setup)
      : Strategy(setup),
        orders_(setup.parameters().integer("orders")),
        books_(setup.parameters().integer("books")),
        spins_(setup.parameters().integer("spins") != 0) {}

  void on_book(const gannet::Book& book) override {
    if (!book.is_two_sided() || !is_ready(book.instrument())) return;
    if (orders_ > 0) {
      const gannet::Instrument at = instrument(book.instrument());
      const gannet::Price below{book.best_bid().price.raw - 300 * at.tick().raw};
      place({.instrument = at.id(), .price = below, .quantity = at.minimum_quantity()});
      --orders_;
    } else if (books_-- == 0) {
      for (volatile std::uint64_t turns = 0; spins_;) turns = turns + 1;
      throw std::runtime_error("thrown after all its orders");
    }
  }

 private:
  std::int64_t orders_, books_;
  bool spins_;
};

GANNET_STRATEGY(ThrowsLater)
