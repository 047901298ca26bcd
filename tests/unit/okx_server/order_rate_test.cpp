// The limits of order operations. PROTOCOL 11.
#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

struct Rates {
  Venue venue;
  ConnectionId id;
  explicit Rates(Settings (*change)(Settings) = nullptr)
      : venue(change), id(venue.open_private()) {}
  /// The code of the reply as a whole, or of its one item.
  std::string code(const std::string& frame) {
    venue.text(id, frame);
    const Json reply(venue.take(id).at(0));
    return reply.size("/data") == 1 ? reply.at("/data/0/sCode") : reply.at("/code");
  }
  std::string place(std::int64_t code_of_instrument, const std::string& more = "") {
    const bool spot = code_of_instrument == venue.spot_code;
    return code(fmt::format(
        R"({{"id":"1","op":"order","args":[{{"instIdCode":{},"tdMode":"{}","side":"buy","ordType":"limit","px":"61000","sz":"0.01"{}}}]}})",
        code_of_instrument, spot ? "cash" : "cross", more));
  }
  std::string batch(int items) {
    std::string all;
    for (int i = 0; i < items; ++i)
      all += fmt::format(
          R"({}{{"instIdCode":{},"tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"0.01"}})",
          i == 0 ? "" : ",", venue.swap_code);
    venue.text(id, R"({"id":"1","op":"batch-orders","args":[)" + all + "]}");
    std::string codes;
    const Json reply(venue.take(id).at(0));
    for (std::size_t i = 0; i < reply.size("/data"); ++i)
      codes += reply.at(fmt::format("/data/{}/sCode", i)) == "0" ? "." : "x";
    return codes.empty() ? reply.at("/code") : codes;
  }
};

TEST(OrderRates, PlaceAmendAndCancelAreCountedApartByInstrument) {
  Rates rates;
  EXPECT_EQ(rates.place(rates.venue.swap_code, R"(,"clOrdId":"first")"), "0");
  for (int i = 1; i < 60; ++i) ASSERT_EQ(rates.place(rates.venue.swap_code), "0");
  EXPECT_EQ(rates.place(rates.venue.swap_code), "50011");
  EXPECT_EQ(rates.place(rates.venue.spot_code), "0") << "another instrument";
  const auto on_first = [&](const char* op, const char* more) {
    return rates.code(
        fmt::format(R"({{"id":"2","op":"{}","args":[{{"instIdCode":{},"clOrdId":"first"{}}}]}})",
                    op, rates.venue.swap_code, more));
  };
  for (int i = 0; i < 60; ++i)
    ASSERT_EQ(on_first("amend-order", i % 2 == 0 ? R"(,"newSz":"0.02")" : R"(,"newSz":"0.01")"),
              "0");
  EXPECT_EQ(on_first("amend-order", R"(,"newSz":"0.03")"), "50011");
  EXPECT_EQ(on_first("cancel-order", ""), "0");
  for (int i = 1; i < 60; ++i) ASSERT_EQ(on_first("cancel-order", ""), "51400");
  EXPECT_EQ(on_first("cancel-order", ""), "50011");
  rates.venue.advance(milliseconds(2'000));
  EXPECT_EQ(rates.place(rates.venue.swap_code), "0");
}

TEST(OrderRates, RestAndSocketsDrawFromTheSameBuckets) {
  Rates rates;
  for (int i = 0; i < 60; ++i) ASSERT_EQ(rates.place(rates.venue.swap_code), "0");
  const HttpResponse response = rates.venue.http(rates.venue.signed_request(
      "POST", "/api/v5/trade/order",
      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"0.01"})"));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(Json(response.body).at("/code"), "50011");
}

TEST(OrderRates, BatchesAreCountedByItemAndABatchOfOneAsASingleOrder) {
  Rates rates([](Settings settings) {
    settings.limits.account_orders = 0;
    return settings;
  });
  for (int i = 0; i < 14; ++i) ASSERT_EQ(rates.batch(20), std::string(20, '.'));
  EXPECT_EQ(rates.batch(19), std::string(19, '.'));
  EXPECT_EQ(rates.batch(5), ".xxxx") << "the three hundredth and those behind it";
  EXPECT_EQ(rates.batch(1), ".") << "from the bucket of single orders";
  for (int i = 1; i < 60; ++i) ASSERT_EQ(rates.place(rates.venue.swap_code), "0");
  EXPECT_EQ(rates.batch(1), "50011");
}

TEST(OrderRates, ASubAccountsNewAndAmendedDerivativesAreBoundedAndNothingElse) {
  Rates rates([](Settings settings) {
    settings.limits.account_orders = 50;
    return settings;
  });
  for (int i = 0; i < 50; ++i) ASSERT_EQ(rates.place(rates.venue.swap_code), "0");
  EXPECT_EQ(rates.place(rates.venue.swap_code), "50061");
  EXPECT_EQ(rates.place(rates.venue.spot_code), "0") << "spot is exempt";
  EXPECT_EQ(rates.code(fmt::format(
                R"({{"id":"2","op":"cancel-order","args":[{{"instIdCode":{},"ordId":"1"}}]}})",
                rates.venue.swap_code)),
            "51400")
      << "cancels never count";
}

TEST(OrderRates, AreInTheTruth) {
  Rates rates;
  for (int i = 0; i < 7; ++i) rates.place(rates.venue.swap_code);
  rates.batch(5);
  const auto windows = [&] {
    const Json truth = rates.venue.get("/sim/v1/truth");
    std::map<std::string, std::string> found;
    for (std::size_t i = 0; i < truth.size("/windows"); ++i) {
      const std::string row = fmt::format("/windows/{}", i);
      found[truth.at(row + "/operation") + (truth.at(row + "/batch") == "true" ? " batch " : " ") +
            truth.at(row + "/instId")] =
          truth.at(row + "/taken") + " of " + truth.at(row + "/most");
    }
    return found;
  };
  auto found = windows();
  EXPECT_EQ(found["place BTC-USDT-SWAP"], "7 of 7");
  EXPECT_EQ(found["place batch BTC-USDT-SWAP"], "5 of 5");
  EXPECT_EQ(found["place and amend "], "12 of 12");
  rates.venue.advance(seconds(30));
  EXPECT_EQ(windows()["place BTC-USDT-SWAP"], "0 of 7");
}

}  // namespace
}  // namespace gannet::okx_server
