// Several users throw random orders, amends, cancels and batches at the venue over its sockets,
// faster than it allows: no window ever holds more than its limit, and the exchange behind stays
// consistent. The same seed gives the same bytes.

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "sim/random.h"
#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

constexpr std::size_t kUsers = 3;

Settings with_users(Settings settings) {
  for (std::uint64_t i = 1; i < kUsers; ++i) {
    User user = settings.users[0];
    user.account.name = "user" + std::to_string(i);
    user.account.long_short_mode = i == 2;
    user.uid.clear();
    settings.users.push_back(user);
    ApiKey key = settings.keys[0];
    key.credentials = make_default_credentials(100 + i);
    key.user = user.account.name;
    settings.keys.push_back(key);
  }
  return settings;
}

class WireCampaign {
 public:
  explicit WireCampaign(std::uint64_t seed) : random_(seed) {
    const std::vector<Credentials> others = {make_default_credentials(101),
                                             make_default_credentials(102)};
    for (std::size_t i = 0; i < kUsers; ++i) {
      if (i > 0) venue_.credentials = others[i - 1];
      connections_.push_back(venue_.open_private());
      venue_.advance(seconds(1));
      venue_.text(connections_[i],
                  R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})");
    }
  }

  void step() {
    if (random_.below(4) == 0) venue_.advance(milliseconds(10));
    if (random_.below(10) == 0) trade_of_the_market();
    user_ = random_.below(kUsers);
    const std::uint64_t what = random_.below(100);
    const std::size_t items = random_.below(3) == 0 ? random_.below(20) + 1 : 1;
    const bool batch = items > 1 || random_.below(4) == 0;
    if (what < 50) {
      ask(batch ? "batch-orders" : "order", 'p', items, [this] { return new_order(); });
    } else if (what < 75) {
      ask(batch ? "batch-cancel-orders" : "cancel-order", 'c', items, [this] { return named(""); });
    } else {
      ask(batch ? "batch-amend-orders" : "amend-order", 'a', items, [this] {
        return named(fmt::format(R"(,"newPx":"{}","reqId":"r{}")", price(), random_.below(1'000)));
      });
    }
  }

  /// What ought to hold in the end; "" or a sentence.
  std::string check() {
    sim::Exchange& exchange = venue_.server->exchange();
    if (std::string wrong = exchange.check_money(); !wrong.empty()) return wrong;
    for (const InstrumentId id : {venue_.swap, venue_.spot}) {
      const auto bid = exchange.best(id, Side::Buy);
      const auto ask = exchange.best(id, Side::Sell);
      if (bid && ask && *bid >= *ask) return "a book is crossed";
    }
    for (sim::UserId user = 1; user <= kUsers; ++user) {
      std::map<PositionSide, std::int64_t> sums;
      for (const sim::Exchange::UserFill& fill : exchange.fills(user)) {
        if (fill.instrument != venue_.swap) continue;
        sums[fill.position_side] +=
            fill.side == Side::Buy ? fill.fill.quantity.raw : -fill.fill.quantity.raw;
      }
      for (const sim::PositionView& position : exchange.positions(user)) {
        if (position.quantity.raw != sums[position.side]) return "a position is not its fills";
      }
    }
    return wrong_;
  }

  std::uint64_t hash = 1469598103934665603ull;
  std::uint64_t accepted = 0;
  std::uint64_t throttled = 0;

 private:
  struct Item {
    std::string text;
    std::int64_t code = 0;  ///< instrument
  };

  std::string price() {
    const std::int64_t tenths = 612'500 + static_cast<std::int64_t>(random_.below(61)) - 30;
    return fmt::format("{}.{}", tenths / 10, tenths % 10);
  }

  Item new_order() {
    const bool spot = random_.below(4) == 0;
    const std::int64_t code = spot ? venue_.spot_code : venue_.swap_code;
    static constexpr std::string_view kTypes[] = {"limit", "limit", "limit", "post_only",
                                                  "ioc",   "fok",   "market"};
    std::string text = fmt::format(
        R"("instIdCode":{},"tdMode":"{}","side":"{}","ordType":"{}","px":"{}","sz":"{}","clOrdId":"{}")",
        code, spot ? "cash" : "cross", random_.below(2) == 0 ? "buy" : "sell",
        kTypes[random_.below(std::size(kTypes))], price(),
        spot ? "0.01" : fmt::format("0.{:02}", random_.below(99) + 1), random_.below(300));
    if (user_ == 2 && !spot)
      text += fmt::format(R"(,"posSide":"{}")", random_.below(2) == 0 ? "long" : "short");
    return {"{" + text + "}", code};
  }
  Item named(const std::string& more) {
    const std::int64_t code = random_.below(4) == 0 ? venue_.spot_code : venue_.swap_code;
    return {fmt::format(R"({{"instIdCode":{},"clOrdId":"{}"{}}})", code, random_.below(300), more),
            code};
  }

  template <class Make>
  void ask(std::string_view op, char kind, std::size_t count, Make&& make) {
    std::string items;
    std::vector<std::int64_t> codes;
    for (std::size_t i = 0; i < count; ++i) {
      const Item item = make();
      items += (i == 0 ? "" : ",") + item.text;
      codes.push_back(item.code);
    }
    venue_.text(connections_[user_],
                fmt::format(R"({{"id":"{}","op":"{}","args":[{}]}})", ++asked_, op, items));
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      for (const std::string& frame : venue_.take(connections_[i])) {
        for (const char c : frame) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
        if (i == user_ && frame.find(R"("op":)") != std::string::npos)
          count_answer(frame, kind, codes);
      }
    }
  }

  /// Counts what was let through, by our own reading of the limits: 60 a window of two seconds for
  /// single requests, 300 orders for batches, by user, operation and instrument; 1,000 new and
  /// amended derivative orders by user.
  void count_answer(const std::string& frame, char kind, const std::vector<std::int64_t>& codes) {
    const Json answer(frame);
    const std::size_t items = answer.size("/data");
    if (items == 0) {
      if (answer.at("/code") == "50011" || answer.at("/code") == "50061") ++throttled;
      return;
    }
    for (std::size_t i = 0; i < items; ++i) {
      const std::string code = answer.at(fmt::format("/data/{}/sCode", i));
      if (code == "0") ++accepted;
      if (code == "50011" || code == "50061") {
        ++throttled;
        continue;
      }
      const bool batch = codes.size() > 1;
      take(fmt::format("{}{}{} {}", user_, kind, batch ? 'b' : 's', codes[i]), batch ? 300 : 60);
      if (kind != 'c' && codes[i] == venue_.swap_code) take(fmt::format("{}", user_), 1'000);
    }
  }
  void take(const std::string& bucket, std::size_t limit) {
    std::deque<Timestamp>& times = windows_[bucket];
    while (!times.empty() && venue_.now - times.front() >= seconds(2)) times.pop_front();
    times.push_back(venue_.now);
    if (times.size() > limit && wrong_.empty()) wrong_ = "a window over its limit: " + bucket;
  }

  void trade_of_the_market() {
    const Side side = random_.below(2) == 0 ? Side::Buy : Side::Sell;
    venue_.market_order(
        side, price(), "0.5",
        random_.below(2) == 0 ? sim::OrderType::Limit : sim::OrderType::ImmediateOrCancel);
  }

  sim::Random random_;
  Venue venue_{with_users};
  std::vector<ConnectionId> connections_;
  std::size_t user_ = 0;
  std::uint64_t asked_ = 0;
  std::map<std::string, std::deque<Timestamp>> windows_;
  std::string wrong_;
};

TEST(VenueWireCampaign, NoWindowIsEverOverItsLimitAndTheBooksAreRight) {
  WireCampaign campaign(3);
  for (int i = 0; i < 6'000; ++i) campaign.step();
  EXPECT_EQ(campaign.check(), "");
  EXPECT_GT(campaign.accepted, 1'000u);
  EXPECT_GT(campaign.throttled, 1'000u);
}

TEST(VenueWireCampaign, TheSameSeedGivesTheSameBytes) {
  const auto hash = [](std::uint64_t seed) {
    WireCampaign campaign(seed);
    for (int i = 0; i < 1'000; ++i) campaign.step();
    return campaign.hash;
  };
  EXPECT_EQ(hash(4), hash(4));
  EXPECT_NE(hash(4), hash(5));
}

}  // namespace
}  // namespace gannet::okx_server
