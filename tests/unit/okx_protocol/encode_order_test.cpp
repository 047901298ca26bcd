#include "gateway/okx/protocol/encode_order.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "test_paths.h"
#include "tests/unit/okx_protocol/account_side.h"

namespace gannet::okx {
namespace {

struct EncodeOrder : ::testing::Test {
  testing::AccountSide side;
  OrderText text;
  PlaceRequest request = side.place_request(900000000017);
  OrderTerms terms = *side.terms.find(side.swap);
};

TEST_F(EncodeOrder, PlacesByInstrumentCodeOnTheSocket) {
  EXPECT_EQ(encode_place(text, Target{17}, request, terms, OrderTag("mm1")).value(),
            R"({"id":"17","op":"order","args":[{"instIdCode":10458,"tdMode":"cross",)"
            R"("clOrdId":"900000000017","tag":"mm1","side":"buy","ordType":"post_only",)"
            R"("sz":"0.05","px":"61250.1"}],"expTime":"1795430400900"})");
}

TEST_F(EncodeOrder, PlacesByNameOverRestWithTheTimeLeftToTheHeader) {
  EXPECT_EQ(encode_place(text, kRest, request, terms, OrderTag("mm1")).value(),
            R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","clOrdId":"900000000017","tag":"mm1",)"
            R"("side":"buy","ordType":"post_only","sz":"0.05","px":"61250.1"})");
}

TEST_F(EncodeOrder, SpotMarketOrdersAreSizedInBaseCurrency) {
  const OrderTerms& spot = *side.terms.find(side.spot);
  request.kind = OrderKind::Market;
  request.post_only = false;
  request.margin_mode = MarginMode::Cash;
  request.quantity = {1};
  request.reduce_only = true;  // means nothing for spot: not sent
  EXPECT_EQ(encode_place(text, kRest, request, spot, {}).value(),
            R"({"instId":"BTC-USDT","tdMode":"cash","clOrdId":"900000000017","side":"buy",)"
            R"("ordType":"market","sz":"0.00000001","tgtCcy":"base_ccy"})");
}

TEST_F(EncodeOrder, SendsPositionSideMarginCurrencyAndQuoteCurrencyWhereTheyBelong) {
  terms.long_short_mode = true;
  terms.margin_currency = CurrencyName("USDT");
  request.position_side = PositionSide::Short;
  request.reduce_only = true;
  const std::string derivative(encode_place(text, kRest, request, terms, {}).value());
  EXPECT_NE(derivative.find(R"("ccy":"USDT")"), std::string::npos);
  EXPECT_NE(derivative.find(R"("posSide":"short")"), std::string::npos);
  EXPECT_NE(derivative.find(R"("reduceOnly":true)"), std::string::npos);

  OrderTerms spot = *side.terms.find(side.spot);
  spot.trade_quote_currency = CurrencyName("USD");
  const std::string cash(encode_place(text, kRest, request, spot, {}).value());
  EXPECT_NE(cash.find(R"("tradeQuoteCcy":"USD")"), std::string::npos);
  EXPECT_EQ(cash.find("posSide"), std::string::npos);  // 51000 if sent for spot
}

TEST_F(EncodeOrder, EveryKindHasItsWordAndWhatTheVenueLacksIsRefused) {
  request.post_only = false;
  const auto word_of = [&](TimeInForce time_in_force) {
    request.time_in_force = time_in_force;
    return std::string(encode_place(text, kRest, request, terms, {}).value());
  };
  EXPECT_NE(word_of(TimeInForce::GoodTillCancel).find(R"("limit")"), std::string::npos);
  EXPECT_NE(word_of(TimeInForce::ImmediateOrCancel).find(R"("ioc")"), std::string::npos);
  EXPECT_NE(word_of(TimeInForce::FillOrKill).find(R"("fok")"), std::string::npos);
  request.post_only = true;
  EXPECT_EQ(encode_place(text, kRest, request, terms, {}).error(), EncodeError::Unsupported);
  request.post_only = false;
  request.kind = OrderKind::Market;
  EXPECT_EQ(encode_place(text, kRest, request, terms, {}).error(), EncodeError::Unsupported);
  request.time_in_force = TimeInForce::GoodTillCancel;
  EXPECT_TRUE(encode_place(text, kRest, request, terms, {}).has_value());
  terms.kind = InstrumentKind::Option;
  EXPECT_EQ(encode_place(text, kRest, request, terms, {}).error(), EncodeError::Unsupported);
}

TEST_F(EncodeOrder, WithoutACodeTheSocketIsNoWay) {
  terms.code.reset();
  EXPECT_EQ(encode_place(text, Target{1}, request, terms, {}).error(),
            EncodeError::NoInstrumentCode);
  EXPECT_TRUE(encode_place(text, kRest, request, terms, {}).has_value());
}

TEST_F(EncodeOrder, AmendsNameTheVenueIdWhereKnownAndCarryTheirOwnId) {
  AmendRequest amend;
  amend.client_id = {17};
  amend.instrument = side.swap;
  amend.amend_id = 99;
  EXPECT_EQ(encode_amend(text, Target{18}, amend, terms).error(), EncodeError::NothingToAmend);
  amend.new_price = Price{61'249'900};
  EXPECT_EQ(encode_amend(text, Target{18}, amend, terms).value(),
            R"({"id":"18","op":"amend-order","args":[{"instIdCode":10458,"clOrdId":"17",)"
            R"("reqId":"99","newPx":"61249.9"}]})");
  amend.venue_id = {3811122233344455566};
  amend.new_quantity = Quantity{100};
  amend.expire_time = from_unix_millis(5);
  EXPECT_EQ(encode_amend(text, Target{18}, amend, terms).value(),
            R"({"id":"18","op":"amend-order","args":[{"instIdCode":10458,)"
            R"("ordId":"3811122233344455566","reqId":"99","newSz":"1","newPx":"61249.9"}],)"
            R"("expTime":"5"})");
}

TEST_F(EncodeOrder, CancelsOneOrTwenty) {
  const CancelRequest cancel = side.cancel_request(17);
  EXPECT_EQ(encode_cancel(text, Target{19}, cancel, terms).value(),
            R"({"id":"19","op":"cancel-order","args":[{"instIdCode":10458,"clOrdId":"17"}]})");
  EXPECT_EQ(encode_cancel(text, kRest, cancel, terms).value(),
            R"({"instId":"BTC-USDT-SWAP","clOrdId":"17"})");
  EXPECT_EQ(encode_cancel(text, kRest, CancelRequest{}, terms).error(), EncodeError::NoOrderId);

  const CancelRequest two[] = {cancel, side.cancel_request(0, 5)};
  const OrderTerms* const rows[] = {&terms, side.terms.find(side.spot)};
  EXPECT_EQ(encode_cancel_batch(text, Target{20}, two, rows).value(),
            R"({"id":"20","op":"batch-cancel-orders","args":[{"instIdCode":10458,"clOrdId":"17"},)"
            R"({"instIdCode":7,"ordId":"5"}]})");
  EXPECT_EQ(encode_cancel_batch(text, kRest, two, rows).value(),
            R"([{"instId":"BTC-USDT-SWAP","clOrdId":"17"},{"instId":"BTC-USDT","ordId":"5"}])");
  EXPECT_EQ(encode_cancel_batch(text, kRest, {}, {}).error(), EncodeError::TooMany);
}

TEST_F(EncodeOrder, TheLongestValuesFit) {
  const auto max = std::numeric_limits<std::int64_t>::max();
  terms.name = InstrumentName(std::string(47, 'X'));
  terms.code = max;
  terms.margin_currency = CurrencyName(std::string(15, 'C'));
  request.client_id = {static_cast<std::uint64_t>(max)};
  request.price = {max};
  request.quantity = {max};
  request.expire_time = {max};
  EXPECT_TRUE(encode_place(text, Target{~0ull}, request, terms, OrderTag("0123456789abcdef")));
  std::vector<CancelRequest> many(kMaxBatch, side.cancel_request(0, ~0ull));
  std::vector<const OrderTerms*> rows(kMaxBatch, &terms);
  EXPECT_TRUE(encode_cancel_batch(text, kRest, many, rows).has_value());
  EXPECT_TRUE(encode_cancel_batch(text, Target{~0ull}, many, rows).has_value());
}

// PRE-21: there is one way for a new order to become bytes.
TEST(OrderPath, NewOrdersAreEncodedInOnePlace) {
  namespace fs = std::filesystem;
  std::size_t calls = 0;
  for (const char* folder : {"gateway", "engine", "app", "risk"}) {
    const fs::path root = fs::path(GANNET_SOURCE_DIR) / folder;
    if (!fs::exists(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h") continue;
      if (entry.path().stem() == "encode_order") continue;
      std::ifstream file(entry.path());
      const std::string source{std::istreambuf_iterator<char>(file), {}};
      for (std::size_t at = source.find("encode_place("); at != std::string::npos;
           at = source.find("encode_place(", at + 1)) {
        ++calls;
        EXPECT_EQ(entry.path().filename(), "account_venue.cpp");
      }
    }
  }
  EXPECT_EQ(calls, 1u);
}

}  // namespace
}  // namespace gannet::okx
