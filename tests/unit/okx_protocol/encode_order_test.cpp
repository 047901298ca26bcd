#include "gateway/okx/protocol/encode_order.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

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
  std::string derivative(encode_place(text, kRest, request, terms, {}).value());
  EXPECT_NE(derivative.find(R"("ccy":"USDT")"), std::string::npos);
  EXPECT_NE(derivative.find(R"("posSide":"short")"), std::string::npos);
  EXPECT_EQ(derivative.find("reduceOnly"), std::string::npos);  // the sides say what closes
  terms.long_short_mode = false;
  EXPECT_EQ(encode_place(text, kRest, request, terms, {}).error(), EncodeError::Unsupported);
  request.position_side = PositionSide::Net;
  derivative = encode_place(text, kRest, request, terms, {}).value();
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
  EXPECT_NE(word_of(TimeInForce::GoodTillCancel).find(R"("market")"), std::string::npos);
  EXPECT_NE(word_of(TimeInForce::ImmediateOrCancel).find(R"("optimal_limit_ioc")"),
            std::string::npos);
  terms.kind = InstrumentKind::Option;
  EXPECT_EQ(encode_place(text, kRest, request, terms, {}).error(), EncodeError::Unsupported);
}

TEST_F(EncodeOrder, EveryOptionHasItsWordWhereTheVenueHasIt) {
  request.post_only = false;
  const auto has = [&](const OrderTerms& of, std::string_view word) {
    const Encoded made = encode_place(text, kRest, request, of, {});
    return made.has_value() && made->find(word) != std::string_view::npos;
  };
  request.options.clamp_price = true;
  request.options.self_trade = SelfTradePrevention::CancelBoth;
  EXPECT_TRUE(has(terms, R"("px":"61250.1","pxAmendType":"1","stpMode":"cancel_both")"));
  request.options = {};
  request.options.program = QuoteProgram::RetailPriceImprovement;
  EXPECT_TRUE(has(terms, R"("ordType":"rpi")"));
  OrderTerms option = terms;
  option.kind = InstrumentKind::Option;
  option.account_mode = AccountMode::Portfolio;
  request.options.program = QuoteProgram::MarketMakerProtection;
  EXPECT_TRUE(has(option, R"("ordType":"mmp")"));
  request.post_only = true;
  EXPECT_TRUE(has(option, R"("ordType":"mmp_and_post_only")"));
  EXPECT_FALSE(has(terms, "mmp"));

  OrderTerms spot = *side.terms.find(side.spot);
  request = side.place_request(17);
  request.post_only = false;
  request.kind = OrderKind::Market;
  request.side = Side::Sell;
  request.margin_mode = MarginMode::Cash;
  request.quantity = {};
  request.quote_quantity = {1'250'000'000};
  request.options.exact_size = true;
  request.options.slippage_max_bps = 50;
  EXPECT_TRUE(
      has(spot, R"("sz":"12.5","tgtCcy":"quote_ccy","banAmend":true,"slippagePct":"0.005")"));
  request.side = Side::Buy;  // sized in what it pays: the venue takes no slippage limit
  EXPECT_FALSE(has(spot, "slippagePct"));
}

TEST_F(EncodeOrder, TheMarginModeIsTheAccountsWord) {
  OrderTerms spot = *side.terms.find(side.spot);
  request.margin_mode = MarginMode::Cash;
  spot.account_mode = AccountMode::MultiCurrency;
  EXPECT_NE(encode_place(text, kRest, request, spot, {})->find(R"("tdMode":"cross")"),
            std::string_view::npos);
  spot.account_mode = AccountMode::Spot;
  EXPECT_NE(encode_place(text, kRest, request, spot, {})->find(R"("tdMode":"cash")"),
            std::string_view::npos);
  terms.account_mode = AccountMode::Portfolio;
  request.margin_mode = MarginMode::Isolated;
  EXPECT_EQ(encode_place(text, kRest, request, terms, {}).error(), EncodeError::Unsupported);
}

TEST_F(EncodeOrder, PlacesTwentyInOneMessageWithTheEarliestExpiry) {
  std::vector<PlaceRequest> many(kMaxBatch, request);
  const std::vector<const OrderTerms*> rows(kMaxBatch, &terms);
  many[3].expire_time = from_unix_millis(1'795'430'400'500);
  many[4].expire_time = {};
  for (std::size_t i = 0; i < many.size(); ++i) many[i].client_id = {100 + i};
  const std::string made(encode_place_batch(text, Target{20}, many, rows, OrderTag("mm1")).value());
  EXPECT_TRUE(made.starts_with(R"({"id":"20","op":"batch-orders","args":[{"instIdCode":10458,)"));
  EXPECT_TRUE(made.ends_with(R"(}],"expTime":"1795430400500"})"));
  EXPECT_NE(made.find(R"("clOrdId":"119")"), std::string::npos);
  many.push_back(request);
  EXPECT_EQ(encode_place_batch(text, Target{20}, many, rows, {}).error(), EncodeError::TooMany);
  // The longest that there can be fits the buffer.
  OrderTerms longest = *side.terms.find(side.spot);
  longest.name = InstrumentName("ABCDEFGHIJKLMNO-ABCDEFGHIJKLMNO-999999-99999");
  longest.trade_quote_currency = longest.margin_currency = CurrencyName("ABCDEFGHIJKLMNO");
  PlaceRequest wide = request;
  wide.post_only = false;
  wide.client_id = {~0ull};
  wide.price = {std::numeric_limits<std::int64_t>::max()};
  wide.quantity = {std::numeric_limits<std::int64_t>::max()};
  wide.options.clamp_price = true;
  wide.options.self_trade = SelfTradePrevention::CancelTaker;
  const std::vector<PlaceRequest> widest(kMaxBatch, wide);
  const std::vector<const OrderTerms*> wide_rows(kMaxBatch, &longest);
  EXPECT_TRUE(
      encode_place_batch(text, Target{~0ull}, widest, wide_rows, OrderTag("ABCDEFGHIJKLMNOP"))
          .has_value());
  EXPECT_TRUE(
      encode_place_batch(text, kRest, widest, wide_rows, OrderTag("ABCDEFGHIJKLMNOP")).has_value());
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

// PRE-21: there is one way for a new order to become bytes: from AccountVenue, which the gate's
// approval reaches, through the templates, which the encoder makes.
TEST(OrderPath, NewOrdersAreEncodedInOnePlace) {
  namespace fs = std::filesystem;
  std::size_t encoded = 0;
  std::size_t written = 0;
  for (const char* folder : {"gateway", "engine", "app", "risk"}) {
    const fs::path root = fs::path(GANNET_SOURCE_DIR) / folder;
    if (!fs::exists(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h") continue;
      if (entry.path().stem() == "encode_order") continue;
      std::ifstream file(entry.path());
      const std::string source{std::istreambuf_iterator<char>(file), {}};
      const auto count = [&](std::string_view call, std::string_view only_in) {
        std::size_t calls = 0;
        for (std::size_t at = source.find(call); at != std::string::npos;
             at = source.find(call, at + 1)) {
          ++calls;
          EXPECT_EQ(entry.path().filename(), only_in);
        }
        return calls;
      };
      encoded += count(" encode_place(", "place_templates.cpp");
      written += count("templates_.encode(", "account_venue.cpp");
    }
  }
  EXPECT_EQ(encoded, 2u);  // a template's frame, and orders that have none
  EXPECT_EQ(written, 1u);
}

}  // namespace
}  // namespace gannet::okx
