#pragma once

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "support/engine_bench.h"

namespace gannet::test {

/// Plays a table of events against the production engine and a venue that does only what the table
/// says (lists and single queries it answers by itself, from its truth):
///
///   time_ms  who     event
///   0        engine  new     C1 buy 3 @ 100.0
///   5        engine  amend   C1 4 @ 99.9          cancel C1 | kill | resume | hold
///   10       venue   accept  C1                   the reply; reject C1 REASON; lost C1 place
///   11       venue   live    C1                   the order is there, and a push says so
///   12       venue   fill    C1 1 @ 100.0         "silently": no push (also live, cancelled)
///   13       venue   cancelled C1                 cancel_ok C1, cancel_gone C1, cancel_limited C1
///   14       venue   amended C1                   amend_ok C1, amend_reject C1
///   15       venue   repeat                       the last push again; repeat_first
///   16       net     down | up
///   17       wait
///   expect   position 1   open_orders 0   state ready   C1 filled
///
/// Prices are decimal, quantities whole. `expect` looks after everything due has been delivered.
class OrderScript {
 public:
  EngineBench bench;

  void run(const std::string& text) {
    if (bench.core == nullptr) bench.make_ready();
    origin_ = bench.now;
    std::istringstream lines(text);
    std::string line;
    while (std::getline(lines, line)) {
      line = line.substr(0, line.find('#'));
      std::istringstream words(line);
      std::vector<std::string> w;
      for (std::string word; words >> word;) w.push_back(word);
      if (w.empty() || w[0] == "time_ms") continue;
      SCOPED_TRACE(line);
      if (w[0] == "expect") {
        expect(w);
        continue;
      }
      const Timestamp at = origin_ + milliseconds(std::stoll(w[0]));
      if (at > bench.now) bench.run_for(at - bench.now);
      if (w[1] == "engine") {
        engine_does({w.begin() + 2, w.end()});
      } else if (w[1] == "venue") {
        venue_does({w.begin() + 2, w.end()});
      } else if (w[1] == "net") {
        w[2] == "down" ? bench.venue.disconnect(bench.now) : bench.venue.connect(bench.now);
      } else if (w[1] != "wait") {
        ADD_FAILURE() << "who is " << w[1];
      }
    }
  }

  Handle handle(const std::string& name) { return handles_[name]; }
  const engine::Order& order(const std::string& name) { return *bench.order(handles_[name]); }

 private:
  static std::int64_t price_of(const std::string& text) {
    return parse_units(text, 3).value_or(-1);
  }

  void engine_does(const std::vector<std::string>& w) {
    using std::stoll;
    if (w[0] == "new") {
      handles_[w[1]] =
          bench.place(w[2] == "buy" ? Side::Buy : Side::Sell, stoll(w[3]), price_of(w[5]));
    } else if (w[0] == "cancel") {
      bench.cancel(handles_[w[1]]);
    } else if (w[0] == "amend") {
      bench.amend(handles_[w[1]], Price{price_of(w[4])}, Quantity{stoll(w[2])});
    } else if (w[0] == "kill") {
      bench.core->kill("script", "test", bench.now);
    } else if (w[0] == "resume") {
      bench.core->resume("test", bench.now);
    } else if (w[0] == "hold") {
      bench.core->hold("script", "test", bench.now);
    } else {
      ADD_FAILURE() << "engine cannot " << w[0];
    }
  }

  void venue_does(const std::vector<std::string>& w) {
    using Kind = ExecutionReport::Kind;
    using Request = ExecutionReport::Request;
    TinyVenue& venue = bench.venue;
    const Timestamp now = bench.now;
    if (w[0] == "repeat") return venue.repeat_last_push(now);
    if (w[0] == "repeat_first") return venue.repeat_push(0, now);
    const engine::Order* known = bench.order(handles_[w[1]]);
    ASSERT_NE(known, nullptr);
    const ClientOrderId id = known->client_id;
    const InstrumentId instrument = known->instrument;
    const bool push = w.back() != "silently";
    const auto say = [&](Kind kind, Request request, VenueReason reason = VenueReason::None) {
      const std::uint64_t amend = venue.amends.empty() ? 0 : venue.amends.back().amend_id;
      venue.reply(kind, request, id, instrument, request == Request::Amend ? amend : 0, reason,
                  now);
    };
    if (w[0] == "accept") return say(Kind::PlaceAccepted, Request::Place);
    if (w[0] == "reject")
      return say(Kind::PlaceRejected, Request::Place,
                 w.size() > 2 && w[2] == "duplicate" ? VenueReason::DuplicateClientOrderId
                                                     : VenueReason::InsufficientFunds);
    if (w[0] == "lost")
      return say(Kind::OutcomeUnknown,
                 w[2] == "place"   ? Request::Place
                 : w[2] == "amend" ? Request::Amend
                                   : Request::Cancel,
                 VenueReason::OutcomeUnknown);
    if (w[0] == "cancel_ok") return say(Kind::CancelAccepted, Request::Cancel);
    if (w[0] == "cancel_gone")
      return say(Kind::CancelRejected, Request::Cancel, VenueReason::OrderGone);
    if (w[0] == "cancel_limited")
      return say(Kind::CancelRejected, Request::Cancel, VenueReason::RateLimited);
    if (w[0] == "amend_ok") return say(Kind::AmendAccepted, Request::Amend);
    if (w[0] == "amend_reject")
      return say(Kind::AmendRejected, Request::Amend, VenueReason::OrderGone);
    if (w[0] == "live") {
      for (const PlaceRequest& request : venue.places) {
        if (request.client_id == id) venue.execute_place(request, now, push);
      }
      return;
    }
    TinyVenue::Order* there = venue.find(id);
    ASSERT_NE(there, nullptr) << "the venue has no " << w[1];
    if (w[0] == "fill") {
      venue.fill(*there, {std::stoll(w[2])}, {price_of(w[4])}, now, push);
    } else if (w[0] == "cancelled") {
      venue.end(*there, OrderState::Cancelled, VenueReason::UserCancel, now, push);
    } else if (w[0] == "amended") {
      venue.execute_amend(*there, venue.amends.back(), now, push);
    } else {
      ADD_FAILURE() << "venue cannot " << w[0];
    }
  }

  void expect(const std::vector<std::string>& w) {
    const engine::CoreStatus status = bench.core->status();
    for (std::size_t i = 1; i + 1 < w.size(); i += 2) {
      const std::string& what = w[i];
      const std::string& value = w[i + 1];
      SCOPED_TRACE(what + " " + value);
      const auto number = [&] { return std::stoll(value); };
      const InstrumentId a{0};
      if (what == "position") {
        EXPECT_EQ(bench.core->positions().of_account(a).quantity().raw, number());
        EXPECT_EQ(bench.core->positions().of_strategy(StrategyId{0}, a).quantity().raw, number());
        EXPECT_EQ(bench.core->exposure().of_account(a).position.raw, number());
      } else if (what == "open_orders") {
        EXPECT_EQ(static_cast<long long>(status.open_orders), number());
      } else if (what == "unknown") {
        EXPECT_EQ(static_cast<long long>(status.unknown_orders), number());
      } else if (what == "working_buy") {
        EXPECT_EQ(bench.core->exposure().of_account(a).working_buy.raw, number());
      } else if (what == "working_sell") {
        EXPECT_EQ(bench.core->exposure().of_account(a).working_sell.raw, number());
      } else if (what == "places") {
        EXPECT_EQ(static_cast<long long>(bench.venue.places.size()), number());
      } else if (what == "cancels") {
        EXPECT_EQ(static_cast<long long>(bench.venue.cancels.size()), number());
      } else if (what == "fills") {
        EXPECT_EQ(static_cast<long long>(status.fills), number());
      } else if (what == "state") {
        EXPECT_EQ(state_name(status.state), value);
      } else {
        EXPECT_EQ(event_name(bench.ears.last(handles_[what])), value);
      }
    }
  }

  static std::string state_name(engine::EngineState state) {
    switch (state) {
      case engine::EngineState::Cold:
        return "cold";
      case engine::EngineState::Connecting:
        return "connecting";
      case engine::EngineState::Reconciling:
        return "reconciling";
      case engine::EngineState::Ready:
        return "ready";
      case engine::EngineState::Held:
        return "held";
      case engine::EngineState::Killed:
        return "killed";
    }
    return "?";
  }
  static std::string event_name(engine::OrderEventKind kind) {
    static const char* const kNames[] = {
        "denied",        "pending",         "accepted", "live",         "partial",        "filled",
        "cancelled",     "rejected",        "expired",  "amend_denied", "amend_rejected", "amended",
        "cancel_denied", "cancel_rejected", "unknown",  "adopted"};
    return kNames[static_cast<std::size_t>(kind)];
  }

  Timestamp origin_;
  std::map<std::string, Handle> handles_;
};

}  // namespace gannet::test
