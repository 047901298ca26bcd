// Throws where its parameter says.
#include <stdexcept>
#include <string>

#include "gannet/strategy.hpp"

class Throwing : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) {
    d.name = "throwing";
    d.instrument("instrument", "what to trade");
    d.text("where", "which handler throws").one_of("create|start|book|order|stop|nothing");
    d.wants_book(gannet::BookFeed::Best);
  }
  explicit Throwing(gannet::Setup& setup)
      : Strategy(setup), where_(setup.parameters().text("where")) {
    throw_in("create");
  }
  void on_start() override { throw_in("start"); }
  void on_book(const gannet::Book& book) override {
    place({.instrument = book.instrument(),
           .price = book.best_bid().price,
           .quantity = {1},
           .cookie = 7});
    throw_in("book");
  }
  void on_order(const gannet::OrderEvent&) override { throw_in("order"); }
  void on_stop() override { throw_in("stop"); }

 private:
  void throw_in(std::string_view here) const {
    if (here == where_) throw std::runtime_error("thrown in " + where_);
  }
  std::string where_;
};

GANNET_STRATEGY(Throwing)
