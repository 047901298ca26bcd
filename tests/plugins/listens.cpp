// Wants all that a market tells beside its book, and says each kind once, in the log.
#include <set>
#include <string>

#include "gannet/strategy.hpp"

class Listens : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) {
    d.name = "listens";
    d.instrument("instrument", "what to listen to");
    d.wants_book(gannet::BookFeed::Depth50Fast, 5);
    d.wants_candles(gannet::seconds(60));
    d.wants_candles(gannet::seconds(60), 0, gannet::CandleKind::Index);
    d.wants_mark_price();
    d.wants_funding();
    d.wants_price_limit();
    d.wants(GANNET_WANT_SINGLE_TRADES | GANNET_WANT_OPEN_INTEREST);
  }
  explicit Listens(gannet::Setup& setup) : Strategy(setup) {}

  void on_book(const gannet::Book& book) override { heard("book", book.instrument()); }
  void on_trade(const gannet::Trade& trade) override {
    if (trade.raw().stream == GANNET_TRADES_SINGLE) heard("single trade", trade.instrument());
  }
  void on_candle(const gannet::Candle& candle) override {
    const bool index = candle.kind() == gannet::CandleKind::Index;
    if (candle.low() <= candle.close() && candle.close() <= candle.high())
      heard(index ? "index candle" : "candle", candle.instrument());
  }
  void on_funding(const gannet::Funding& funding) override {
    if (this->funding(funding.instrument())) heard("funding", funding.instrument());
  }
  void on_price_limit(const gannet::PriceLimit& limit) override {
    if (price_limit(limit.instrument())) heard("price limit", limit.instrument());
  }
  void on_open_interest(const gannet_open_interest& interest) override {
    heard("open interest", {interest.instrument});
  }
  void on_mark_price(gannet::InstrumentId id, gannet::Price price) override {
    if (mark_price(id) == price) heard("mark price", id);
  }
  void on_instrument_changed(const gannet::Instrument& changed) override {
    log_info(("tick " + std::to_string(changed.tick().raw)).c_str());
  }

 private:
  void heard(const char* what, gannet::InstrumentId id) {
    if (!told_.insert(what).second) return;
    const std::string name(instrument(id).name());
    log_info(("heard " + std::string(what) + " of " + name).c_str());
  }
  std::set<std::string> told_;
};

GANNET_STRATEGY(Listens)
