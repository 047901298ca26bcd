#include "gateway/okx/protocol/decode_instruments.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/padded_text.h"

namespace gannet::okx {
namespace {

using test::PaddedText;

InstrumentRows decode(std::string_view rows, CurrencyTable& currencies) {
  FrameReader reader;
  const PaddedText text(R"({"code":"0","msg":"","data":[)" + std::string(rows) + "]}");
  const auto frame = reader.read(text);
  EXPECT_TRUE(frame.has_value());
  auto result = decode_instruments(reader, *frame, currencies);
  EXPECT_TRUE(result.has_value());
  return result ? *result : InstrumentRows{};
}

TEST(DecodeInstruments, TakesDigitsFromTickAndLot) {
  CurrencyTable currencies;
  const auto rows = decode(
      R"({"instType":"SWAP","instId":"BTC-USDT-SWAP","instFamily":"BTC-USDT","uly":"BTC-USDT","instIdCode":10459,"ctType":"linear","ctVal":"0.01","ctMult":"1","ctValCcy":"BTC","settleCcy":"USDT","tickSz":"0.10","lotSz":"0.01","minSz":"0.01","maxLmtSz":"100000000","maxMktSz":"35000","maxLmtAmt":"20000000","maxMktAmt":"","lever":"100","listTime":"1573557408000","expTime":"","state":"live","baseCcy":"","quoteCcy":""})",
      currencies);
  ASSERT_EQ(rows.rows.size(), 1u);
  const Instrument& instrument = rows.rows[0].instrument;
  EXPECT_EQ(instrument.price_digits, 3);
  EXPECT_EQ(instrument.quantity_digits, 2);
  EXPECT_EQ(instrument.tick_size.raw, 100);
  EXPECT_EQ(instrument.lot_size.raw, 1);
  EXPECT_EQ(instrument.contract, ContractKind::Linear);
  EXPECT_EQ(instrument.contract_value, (Decimal{1, 2}));
  EXPECT_EQ(instrument.maximum_market_quantity, Quantity{3'500'000});
  EXPECT_EQ(currencies.name(instrument.base), "BTC");
  EXPECT_EQ(currencies.name(instrument.quote), "USDT");
  EXPECT_EQ(currencies.name(instrument.settle), "USDT");
  EXPECT_EQ(instrument.state, InstrumentState::Live);
  EXPECT_EQ(instrument.maximum_leverage, (Decimal{100, 0}));
  EXPECT_FALSE(instrument.expiry_time.has_value());
  EXPECT_EQ(rows.rows[0].code, 10459);
}

TEST(DecodeInstruments, ClampsMaximaAndLeavesOutMarketMaximaStatedInMoney) {
  CurrencyTable currencies;
  const auto rows = decode(
      R"({"instType":"SPOT","instId":"BTC-USDT","baseCcy":"BTC","quoteCcy":"USDT","tickSz":"0.1","lotSz":"0.00000001","minSz":"0.00001","maxLmtSz":"9999999999999999","maxMktSz":"1000000","maxLmtAmt":"20000000","maxMktAmt":"1000000","state":"live","instIdCode":null})",
      currencies);
  ASSERT_EQ(rows.rows.size(), 1u);
  const Instrument& instrument = rows.rows[0].instrument;
  EXPECT_EQ(instrument.maximum_limit_quantity.raw, std::numeric_limits<std::int64_t>::max());
  EXPECT_FALSE(instrument.maximum_market_quantity.has_value());
  EXPECT_TRUE(instrument.maximum_market_notional.has_value());
  EXPECT_EQ(currencies.name(instrument.settle), "USDT");
  EXPECT_FALSE(rows.rows[0].code.has_value());
  EXPECT_EQ(rows.rows[0].index.view(), "BTC-USDT");
}

TEST(DecodeInstruments, ReadsOptionsOfTwentyTwentyTwo) {
  CurrencyTable currencies;
  const auto rows = decode(
      R"({"alias":"","baseCcy":"","category":"1","ctMult":"0.1","ctType":"","ctVal":"1","ctValCcy":"BTC","expTime":"1646035200000","instId":"BTC-USD-220228-40000-C","instType":"OPTION","lever":"","listTime":"1","lotSz":"1","minSz":"1","optType":"C","quoteCcy":"","settleCcy":"BTC","state":"live","stk":"40000","tickSz":"0.0005","uly":"BTC-USD"})",
      currencies);
  ASSERT_EQ(rows.rows.size(), 1u);
  const Instrument& instrument = rows.rows[0].instrument;
  EXPECT_EQ(instrument.option_side, OptionSide::Call);
  EXPECT_EQ(instrument.strike, (Decimal{40'000, 0}));
  EXPECT_EQ(instrument.contract, ContractKind::Inverse);
  EXPECT_EQ(instrument.family.view(), "BTC-USD");
  EXPECT_EQ(currencies.name(instrument.quote), "BTC");
}

TEST(DecodeInstruments, LeavesOutRowsThatAreNotCompleteOrNotTraded) {
  CurrencyTable currencies;
  const auto rows = decode(
      R"({"instType":"SPOT","instId":"NEW-USDT","state":"preopen","tickSz":"","lotSz":""},{"instType":"EVENTS","instId":"WHO-WINS"},{"instType":"SPOT","instId":"ODD-USDT","baseCcy":"ODD","quoteCcy":"USDT","tickSz":"-1","lotSz":"1","state":"live"},{"instType":"SPOT","instId":"OK-USDT","baseCcy":"OK","quoteCcy":"USDT","tickSz":"0.1","lotSz":"1","state":"suspend"})",
      currencies);
  EXPECT_EQ(rows.rows.size(), 1u);
  EXPECT_EQ(rows.incomplete, 1u);
  EXPECT_EQ(rows.ignored, 1u);
  EXPECT_EQ(rows.refused, 1u);
  EXPECT_EQ(rows.first_error, DecodeError::OutOfRange);
}

TEST(InstrumentCodes, FindsByNameAndIdAndKeepsTheFirstRowOfAName) {
  CurrencyTable currencies;
  InstrumentTable table;
  InstrumentCodes codes;
  const auto row = [](std::string_view type) {
    return R"({"instType":")" + std::string(type) +
           R"(","instId":"BTC-USDT","baseCcy":"BTC","quoteCcy":"USDT","tickSz":"0.1","lotSz":"0.1","state":"live","instIdCode":5})";
  };
  add_instruments(decode(row("SPOT") + "," + row("MARGIN"), currencies), table, codes);
  EXPECT_EQ(table.size(), 2u);
  EXPECT_EQ(codes.size(), 1u);
  ASSERT_NE(codes.find("BTC-USDT"), nullptr);
  EXPECT_EQ(codes.find("BTC-USDT")->kind, InstrumentKind::Spot);
  EXPECT_EQ(codes.find("BTC-USDT")->id, table.find("BTC-USDT"));
  EXPECT_EQ(codes.find_by_code(5), codes.find("BTC-USDT"));
  EXPECT_EQ(codes.find("ETH-USDT"), nullptr);
  EXPECT_EQ(codes.find(InstrumentId{}), nullptr);
}

TEST(InstrumentCodes, FindsEachOfManyNames) {
  InstrumentCodes codes;
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    const std::string name = "C" + std::to_string(i);
    codes.add({InstrumentId{i}, std::string_view(name), std::string_view(), std::string_view(),
               InstrumentKind::Spot, 1, 1, i});
  }
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    const auto* code = codes.find("C" + std::to_string(i));
    ASSERT_NE(code, nullptr);
    ASSERT_EQ(code->id.value, i);
  }
}

}  // namespace
}  // namespace gannet::okx
