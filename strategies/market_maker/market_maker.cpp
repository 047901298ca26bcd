// Two-sided post-only quotes around the mid, moved against the position. README.md has the idea.

#include <cstdlib>

#include "gannet/strategy.hpp"

#include "strategies/market_maker/quote.h"

namespace market_maker {

using gannet::OrderEventKind;
using gannet::Side;

class MarketMaker : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) {
    d.name = "market_maker";
    d.version = "1.0";
    d.doc = "Two-sided post-only quotes around the mid, moved against the position.";
    d.instrument("instrument", "what to quote");
    d.quantity("quantity", "size of each quote").at_least("0");
    d.quantity("max_position", "no quote that could take the position over it, either way")
        .at_least("0");
    d.number("half_spread_bps", "distance of a quote from the mid; the larger of the two counts")
        .by_default("2")
        .at_least("0")
        .at_most("1000")
        .in("bps");
    d.number("half_spread_ticks", "the same in ticks")
        .by_default("1")
        .at_least("0")
        .at_most("100000")
        .in("ticks");
    d.number("skew", "at max_position both quotes move by so many half spreads against it")
        .by_default("1")
        .at_least("0")
        .at_most("10")
        .in("half spreads");
    d.integer("requote_threshold_ticks", "a quote moves when it is at least so far from its place")
        .by_default("1")
        .at_least("1")
        .at_most("100000")
        .in("ticks");
    d.duration("requote_interval", "the least time between two actions on one side")
        .by_default("100ms")
        .at_least("0ms")
        .at_most("1h");
    d.duration("denied_pause", "how long a side waits after a refusal that names no time")
        .by_default("1s")
        .at_least("1ms")
        .at_most("1h");
    d.text("book", "which book to quote from")
        .by_default("best")
        .one_of("best|top5|depth400|depth400_fast|depth50_fast");
    d.text("move_by", "amend keeps the order's id; cancel ends it and places a new one")
        .by_default("amend")
        .one_of("amend|cancel");
  }

  explicit MarketMaker(gannet::Setup& setup)
      : Strategy(setup),
        instrument_(instrument(setup.parameters().instrument("instrument"))),
        feed_(feed_of(setup.parameters().text("book"))) {
    take(setup.parameters());
    subscribe_book(instrument_.id(), feed_, 1);
  }

  void on_book(const gannet::Book& book) override {
    if (book.feed() == feed_) requote(book);
  }

  /// What cannot be proven is not to be quoted from.
  void on_book_withdrawn(gannet::InstrumentId, std::string_view) override { pull(); }

  void on_order(const gannet::OrderEvent& event) override {
    Quote& quote = event.side() == Side::Buy ? bid_ : ask_;
    if (event.kind() == OrderEventKind::Adopted) take_over(quote, event);
    if (event.handle() != quote.handle) return;
    follow(quote, event);
    if (event.is_final()) quote.handle = {};
  }

  /// A pause is over: quote from the book as it is, the market may be quiet.
  void on_timer(std::uint64_t) override {
    with_book(instrument_.id(), feed_, [this](const gannet::Book& book) { requote(book); });
  }

  void on_parameters_changed(const gannet::Parameters& parameters) override { take(parameters); }

 private:
  static gannet::BookFeed feed_of(std::string_view book) {
    if (book == "top5") return gannet::BookFeed::Top5;
    if (book == "depth400") return gannet::BookFeed::Depth400;
    if (book == "depth400_fast") return gannet::BookFeed::Depth400Fast;
    if (book == "depth50_fast") return gannet::BookFeed::Depth50Fast;
    return gannet::BookFeed::Best;
  }

  void take(const gannet::Parameters& parameters) {
    terms_.quantity = parameters.quantity("quantity");
    terms_.max_position = parameters.quantity("max_position");
    terms_.half_spread_bps = parameters.number("half_spread_bps");
    terms_.half_spread_ticks = parameters.number("half_spread_ticks");
    terms_.skew = parameters.number("skew");
    threshold_ = instrument_.tick() * parameters.integer("requote_threshold_ticks");
    interval_ = parameters.duration("requote_interval");
    denied_pause_ = parameters.duration("denied_pause");
    amends_ = parameters.text("move_by") == "amend";
  }

  void requote(const gannet::Book& book) {
    if (!is_ready(instrument_.id())) return;  // the engine has pulled the quotes already
    if (!book.is_two_sided()) return pull();
    const Targets targets = find_targets(instrument_, book, position(instrument_.id()), terms_);
    move(bid_, Side::Buy, targets.bid);
    move(ask_, Side::Sell, targets.ask);
  }

  void move(Quote& quote, Side side, const std::optional<Target>& target) {
    if (quote.pending || now() < quote.not_before) return;
    if (!quote.handle.is_set()) {
      if (target) open(quote, side, *target);
    } else if (!target) {
      end(quote);
    } else if (std::abs((quote.price - target->price).raw) >= threshold_.raw && quote.resting) {
      if (amends_) {
        amend_to(quote, target->price);
      } else {
        end(quote);  // its successor is placed once it has ended
      }
    }
  }

  void open(Quote& quote, Side side, const Target& target) {
    const auto placed = place({.instrument = instrument_.id(),
                               .side = side,
                               .price = target.price,
                               .quantity = target.quantity,
                               .post_only = true});
    quote.not_before = now() + interval_;
    if (!placed) return;
    quote.handle = placed.handle;
    quote.price = target.price;
    quote.resting = false;
  }

  void amend_to(Quote& quote, gannet::Price price) {
    quote.not_before = now() + interval_;
    if (amend(quote.handle, price) != gannet::Answer::Ok) return;
    quote.pending = true;
    quote.price = price;
  }

  void end(Quote& quote) {
    if (!quote.handle.is_set() || quote.pending) return;
    quote.pending = cancel(quote.handle) == gannet::Answer::Ok;
  }

  /// Both sides away, whatever else is on its way: a cancel may overtake an amend.
  void pull() {
    for (Quote* quote : {&bid_, &ask_}) {
      quote->pending = false;
      end(*quote);
    }
  }

  /// An order of the run before becomes the quote of its side, if it could be one of this run's.
  void take_over(Quote& quote, const gannet::OrderEvent& event) {
    const bool fits = event.instrument() == instrument_.id() && event.quantity() == terms_.quantity;
    if (!fits || quote.handle.is_set()) {
      cancel(event.handle());
      return;
    }
    quote = {};
    quote.handle = event.handle();
    quote.price = event.price();
    quote.resting = true;
  }

  void follow(Quote& quote, const gannet::OrderEvent& event) {
    switch (event.kind()) {
      case OrderEventKind::Live:
      case OrderEventKind::PartiallyFilled:
        quote.resting = true;
        // Until an amend is answered, pushes still carry the price before it.
        if (!quote.pending) quote.price = event.price();
        return;
      case OrderEventKind::Amended:
        quote.pending = false;
        quote.price = event.price();
        return;
      case OrderEventKind::AmendDenied:
      case OrderEventKind::AmendRejected:
        quote.pending = false;
        quote.price = event.price();
        return pause(quote, event);
      case OrderEventKind::CancelDenied:
      case OrderEventKind::CancelRejected:
        quote.pending = false;
        return pause(quote, event);
      case OrderEventKind::Denied:
      case OrderEventKind::Rejected:
        quote.pending = false;
        return pause(quote, event);
      case OrderEventKind::Unknown:
        quote.resting = false;  // hands off until the venue has said what it is
        return;
      case OrderEventKind::Filled:
      case OrderEventKind::Cancelled:
      case OrderEventKind::Expired:
        quote.pending = false;
        quote.resting = false;
        return;
      case OrderEventKind::PendingNew:
      case OrderEventKind::Accepted:
      case OrderEventKind::Adopted:
      case OrderEventKind::Triggered:
        return;
    }
  }

  /// After a refusal: until the time it names, or a while.
  void pause(Quote& quote, const gannet::OrderEvent& event) {
    quote.not_before = event.retry_at().is_set() ? event.retry_at() : now() + denied_pause_;
    set_timer(event.side() == Side::Buy ? kBidTimer : kAskTimer, quote.not_before);
  }

  static constexpr std::uint64_t kBidTimer = 1;
  static constexpr std::uint64_t kAskTimer = 2;

  gannet::Instrument instrument_;
  gannet::BookFeed feed_;
  Terms terms_;
  gannet::Price threshold_;
  gannet::Duration interval_;
  gannet::Duration denied_pause_;
  bool amends_ = true;
  Quote bid_;
  Quote ask_;
};

}  // namespace market_maker

GANNET_STRATEGY(market_maker::MarketMaker)
