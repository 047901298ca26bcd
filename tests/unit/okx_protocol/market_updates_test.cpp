#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <variant>

#include "gateway/okx/protocol/candle_bars.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/decode_market_updates.h"
#include "gateway/okx/protocol/decode_trades.h"
#include "gateway/okx/protocol/learn_instruments.h"
#include "support/market_codes.h"
#include "support/padded_text.h"

// Frames written after the documented shapes, beside what they say; and what of them is refused.

namespace gannet::okx {
namespace {

constexpr InstrumentId kOption{3};

InstrumentCodes codes_with_an_option() {
  InstrumentCodes codes = test::market_codes();
  codes.add({kOption, std::string_view("BTC-USD-261225-80000-C"), std::string_view("BTC-USD"),
             std::string_view("BTC-USD"), InstrumentKind::Option, 6, 0, std::nullopt});
  return codes;
}

struct Told {
  std::string_view operator()(const CandleEvent&) const { return "candle"; }
  std::string_view operator()(const FundingEvent&) const { return "funding"; }
  std::string_view operator()(const OpenInterestEvent&) const { return "open_interest"; }
  std::string_view operator()(const PriceLimitEvent&) const { return "price_limit"; }
  std::string_view operator()(const EstimatedPriceEvent&) const { return "estimated_price"; }
  std::string_view operator()(const OptionSummaryEvent&) const { return "option_summary"; }
  std::string_view operator()(const OptionTradeEvent&) const { return "option_trade"; }
  std::string_view operator()(const LiquidationEvent&) const { return "liquidation"; }
  std::string_view operator()(const AdlWarningEvent&) const { return "adl_warning"; }
  std::string_view operator()(const VenueStatusEvent&) const { return "venue_status"; }
};

class MarketUpdates : public testing::Test {
 protected:
  /// "ok" and its events, or the error's name.
  std::string decode(std::string_view frame_text) {
    const test::PaddedText text(frame_text);
    const auto frame = reader_.read(text);
    if (!frame) return std::string(name_of(frame.error()));
    const InstrumentId indexed[] = {test::kBtcSpot, test::kBtcSwap};
    const auto status = decode_market_update({reader_, *frame, codes_, now_, updates_}, indexed);
    if (!status) return std::string(name_of(status.error()));
    std::string all = "ok";
    for (const MarketUpdate& update : updates_.view()) {
      EXPECT_EQ(receive_time_of(update), now_);
      all += ' ';
      all += std::visit(Told{}, update);
      if (instrument_of(update).valid()) all += std::to_string(instrument_of(update).value);
    }
    return all;
  }
  /// The first event of a frame that must be good.
  template <class Event>
  Event first(std::string_view frame) {
    EXPECT_EQ(decode(frame).substr(0, 3), "ok ");
    return std::get<Event>(updates_.view().front());
  }

  FrameReader reader_;
  InstrumentCodes codes_ = codes_with_an_option();
  UpdateList updates_;
  Timestamp now_ = from_unix_millis(1'795'430'400'000);
};

struct Case {
  std::string_view frame;
  std::string_view says;
};

TEST_F(MarketUpdates, EveryChannelSaysWhatItsFrameSays) {
  const Case cases[] = {
      {R"({"arg":{"channel":"candle1m","instId":"BTC-USDT-SWAP"},"data":[["1795430400000","61250","61251.5","61249","61250.1","120.5","1.2","73500","0"]]})",
       "ok candle1"},
      {R"({"arg":{"channel":"mark-price-candle1Dutc","instId":"ETH-USD-SWAP"},"data":[["1795430400000","3.1","3.2","3.0","3.15","1"],["1795344000000","3","3.2","3","3.1","1"]]})",
       "ok candle2 candle2"},
      // One index, two instruments.
      {R"({"arg":{"channel":"index-candle5m","instId":"BTC-USDT"},"data":[["1795430400000","61250.123456","61251","61249","61250","0"]]})",
       "ok candle0 candle1"},
      {R"({"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","fundingRate":"0.0001","fundingTime":"1795449600000","nextFundingTime":"1795478400000","ts":"1795430400000"}]})",
       "ok funding1"},
      // Seen in 2021: a time and no rate.
      {R"({"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"fundingTime":"1640851200000","instId":"BTC-USDT-SWAP","nextFundingRate":"0.0003"}]})",
       "ok"},
      {R"({"arg":{"channel":"open-interest","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","oi":"2125419.67","oiCcy":"21254","oiUsd":"1301000000.5","ts":"1795430400000"}]})",
       "ok open_interest1"},
      {R"({"arg":{"channel":"price-limit","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","buyLmt":"64000","sellLmt":"58000","enabled":true,"ts":"1795430400000"}]})",
       "ok price_limit1"},
      {R"({"arg":{"channel":"estimated-price","instType":"SWAP","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","settlePx":"61250.33333333","settleType":"settlement","ts":"1795430400000"},{"instId":"LTC-USD-261225","settlePx":"1","ts":"1"}]})",
       "ok estimated_price1"},
      {R"({"arg":{"channel":"opt-summary","instFamily":"BTC-USD"},"data":[{"instType":"OPTION","instId":"BTC-USD-261225-80000-C","uly":"BTC-USD","delta":"0.1","gamma":"4.7","theta":"-0.004","vega":"0.0002","deltaBS":"0.2","gammaBS":"0.001","thetaBS":"-16.4","vegaBS":"0.76","lever":"162","markVol":"0.77","bidVol":"","askVol":"0.82","realVol":"","volLv":"0","fwdPx":"39016.8143629068452065","ts":"1795430400000"},{"instId":"BTC-USD-261225-90000-C","delta":"0"}]})",
       "ok option_summary3"},
      {R"({"arg":{"channel":"option-trades","instType":"OPTION","instFamily":"BTC-USD"},"data":[{"fillVol":"0.5066","fwdPx":"16469.6","idxPx":"16537.2","instFamily":"BTC-USD","instId":"BTC-USD-261225-80000-C","markPx":"0.0469","optType":"C","px":"0.045","side":"sell","sz":"2","tradeId":"38","ts":"1795430400000"}]})",
       "ok option_trade3"},
      // The instrument may be named behind the details; others of the type are not ours.
      {R"({"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[{"bkLoss":"0","bkPx":"61000.5","ccy":"","posSide":"long","side":"sell","sz":"13","ts":"1795430400000"},{"bkLoss":"1.5","bkPx":"61000.6","side":"buy","sz":"1","ts":"1"}],"instFamily":"BTC-USDT","instId":"BTC-USDT-SWAP","instType":"SWAP"},{"details":[],"instId":"IOST-USDT-SWAP"}]})",
       "ok liquidation1 liquidation1"},
      {R"({"arg":{"channel":"adl-warning","instType":"SWAP"},"data":[{"instType":"SWAP","instFamily":"BTC-USDT","state":"warning","bal":"1200.5","ccy":"","ts":"1795430400000"}]})",
       "ok adl_warning1"},
      {R"({"arg":{"channel":"status"},"data":[{"begin":"1764666600000","end":"1764667800000","env":"1","maintType":"1","preOpenBegin":"","serviceType":"5","state":"ongoing","system":"unified","title":"Trading system upgrade","ts":"1764667948527"}]})",
       "ok venue_status"},
  };
  for (const Case& c : cases) EXPECT_EQ(decode(c.frame), c.says) << c.frame;
}

TEST_F(MarketUpdates, WhatIsMalformedIsRefusedByName) {
  const Case cases[] = {
      {R"({"arg":{"channel":"candle1m","instId":"BTC-USDT-SWAP"},"data":[["1795430400000","61250","61251","61249"]]})",
       "missing_field"},
      {R"({"arg":{"channel":"candle1m","instId":"BTC-USDT-SWAP"},"data":[["1","61250","61240","61249","61250","1","1","1","0"]]})",
       "out_of_range"},  // high below low
      {R"({"arg":{"channel":"candle1m","instId":"BTC-USDT-SWAP"},"data":[["1","-5","61251","61249","61250","1","1","1","0"]]})",
       "out_of_range"},
      {R"({"arg":{"channel":"candle1m","instId":"BTC-USDT-SWAP"},"data":[["1","61250","61251","61249","61250","1","1","1","2"]]})",
       "unknown_value"},
      {R"({"arg":{"channel":"candle1m","instId":"BTC-USDT-SWAP"},"data":[{"o":"1"}]})",
       "wrong_shape"},
      {R"({"arg":{"channel":"candle7m","instId":"BTC-USDT-SWAP"},"data":[]})", "unknown_value"},
      {R"({"arg":{"channel":"candle1m","instId":"XRP-USDT"},"data":[]})", "unknown_instrument"},
      {R"({"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","ts":"1"}]})",
       "missing_field"},
      {R"({"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","fundingRate":"x"}]})",
       "bad_number"},
      {R"({"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"fundingRate":"99999999999999999999"}]})",
       "out_of_range"},
      {R"({"arg":{"channel":"open-interest","instId":"BTC-USDT-SWAP"},"data":[{"oi":"-1"}]})",
       "out_of_range"},
      {R"({"arg":{"channel":"open-interest","instId":"BTC-USDT-SWAP"},"data":[{"oi":"1","oiUsd":"nan"}]})",
       "bad_number"},
      {R"({"arg":{"channel":"price-limit","instId":"BTC-USDT-SWAP"},"data":[{"buyLmt":"-1"}]})",
       "out_of_range"},
      {R"({"arg":{"channel":"price-limit","instId":"BTC-USDT-SWAP"},"data":[{"buyLmt":["1"]}]})",
       "wrong_shape"},
      {R"({"arg":{"channel":"estimated-price","instType":"FUTURES"},"data":[{"instId":"BTC-USDT-SWAP"}]})",
       "missing_field"},
      {R"({"arg":{"channel":"opt-summary","instFamily":"BTC-USD"},"data":[{"instId":"BTC-USD-261225-80000-C","delta":"inf"}]})",
       "bad_number"},
      {R"({"arg":{"channel":"option-trades","instType":"OPTION"},"data":[{"instId":"BTC-USD-261225-80000-C","px":"0.045","side":"up","sz":"2","tradeId":"38"}]})",
       "unknown_value"},
      {R"({"arg":{"channel":"option-trades","instType":"OPTION"},"data":[{"instId":"BTC-USD-261225-80000-C","px":"0","side":"buy","sz":"2","tradeId":"38"}]})",
       "out_of_range"},
      {R"({"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[{"bkPx":"1","side":"x","sz":"1"}],"instId":"BTC-USDT-SWAP"}]})",
       "unknown_value"},
      {R"({"arg":{"channel":"adl-warning","instType":"SWAP"},"data":[{"state":"warning"}]})",
       "missing_field"},
      {R"({"arg":{"channel":"status"},"data":[{"state":"ongoing","begin":"soon"}]})", "bad_number"},
      {R"({"arg":{"channel":"status"},"data":[{"state":"ongoing"}]} x)", "not_json"},
  };
  for (const Case& c : cases) EXPECT_EQ(decode(c.frame), c.says) << c.frame;
}

TEST_F(MarketUpdates, ACandleHasItsPeriodItsVolumeAndWhetherItHasEnded) {
  const auto candle = first<CandleEvent>(
      R"({"arg":{"channel":"candle1D","instId":"BTC-USDT-SWAP"},"data":[["1795430400000","61250","61251.5","61249","61250.1","120.559","1.2","73500","1"]]})");
  EXPECT_EQ(candle.kind, CandleEvent::Kind::Trade);
  EXPECT_EQ(candle.period, (CandlePeriod{seconds(86'400), true}));
  EXPECT_EQ(candle.open_time, from_unix_millis(1'795'430'400'000));
  EXPECT_EQ(candle.open, Price{61'250'000});
  EXPECT_EQ(candle.high, Price{61'251'500});
  EXPECT_EQ(candle.low, Price{61'249'000});
  EXPECT_EQ(candle.close, Price{61'250'100});
  EXPECT_EQ(candle.volume, Quantity{12'055});  // rounded down
  EXPECT_TRUE(candle.complete);
  // Rows of 2022 do not say whether they have ended.
  EXPECT_FALSE(
      first<CandleEvent>(
          R"({"arg":{"channel":"candle1m","instId":"BTC-USDT-SWAP"},"data":[["1","61250","61251","61249","61250","166","0.554"]]})")
          .complete);
}

TEST_F(MarketUpdates, ARateFinerThan18DecimalsIsRounded) {
  const auto funding = first<FundingEvent>(
      R"({"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","fundingRate":"0.00000000000000000149","fundingTime":"1795449600000","nextFundingTime":"","maxFundingRate":"0.015","minFundingRate":"-0.015","settFundingRate":"0.0000697725497563","settState":"settled","ts":"1"}]})");
  EXPECT_EQ(funding.rate, (Decimal{1, 18}));
  EXPECT_EQ(funding.maximum_rate, (Decimal{15, 3}));
  EXPECT_EQ(funding.minimum_rate, (Decimal{-15, 3}));
  EXPECT_EQ(funding.settled_rate, (Decimal{697'725'497'563, 16}));
  EXPECT_EQ(funding.funding_time, from_unix_millis(1'795'449'600'000));
  EXPECT_EQ(funding.next_funding_time, Timestamp{});
}

TEST_F(MarketUpdates, PriceLimitsAreRoundedInwardsAndMayBeOff) {
  const auto limit = first<PriceLimitEvent>(
      R"({"arg":{"channel":"price-limit","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","buyLmt":"64000.00009","sellLmt":"58000.00001","ts":"1"}]})");
  EXPECT_EQ(limit.highest_buy, Price{64'000'000});
  EXPECT_EQ(limit.lowest_sell, Price{58'000'001});
  const auto off = first<PriceLimitEvent>(
      R"({"arg":{"channel":"price-limit","instId":"BTC-USDT-SWAP"},"data":[{"buyLmt":"64000","sellLmt":"58000","enabled":false}]})");
  EXPECT_FALSE(off.highest_buy);
  EXPECT_FALSE(off.lowest_sell);
}

TEST_F(MarketUpdates, UnknownWordsOfTheVenueAreUnknownAndNotRefused) {
  using Estimated = EstimatedPriceEvent;
  EXPECT_EQ(
      first<Estimated>(
          R"({"arg":{"channel":"estimated-price","instType":"SWAP"},"data":[{"instId":"BTC-USDT-SWAP","settlePx":"1","settleType":"novation"}]})")
          .kind,
      Estimated::Kind::Unknown);
  EXPECT_EQ(
      first<AdlWarningEvent>(
          R"({"arg":{"channel":"adl-warning"},"data":[{"instFamily":"BTC-USDT","state":"odd","new":{"a":[1]}}]})")
          .state,
      AdlWarningEvent::State::Unknown);
  const auto status = first<VenueStatusEvent>(
      R"({"arg":{"channel":"status"},"data":[{"state":"paused","serviceType":"77","env":"2"}]})");
  EXPECT_EQ(status.state, VenueStatusEvent::State::Unknown);
  EXPECT_EQ(status.service, VenueStatusEvent::Service::Other);
  EXPECT_TRUE(status.of_demo);
}

TEST_F(MarketUpdates, AnOptionsAbsentVolatilityIsNotANumber) {
  const auto summary = first<OptionSummaryEvent>(
      R"({"arg":{"channel":"opt-summary","instFamily":"BTC-USD"},"data":[{"instId":"BTC-USD-261225-80000-C","deltaBS":"0.25","bidVol":""}]})");
  EXPECT_EQ(summary.dollar.delta, 0.25);
  EXPECT_TRUE(std::isnan(summary.bid_volatility));
}

TEST_F(MarketUpdates, ATradeTellsItsStreamAndItsSource) {
  TradesDecoder trades;
  const auto decode_trade = [&](std::string_view frame_text) {
    const test::PaddedText text(frame_text);
    const auto frame = reader_.read(text);
    return trades.decode(reader_, *frame, codes_, now_).value().front();
  };
  const TradeEvent single = decode_trade(
      R"({"arg":{"channel":"trades-all","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"8","px":"42.52","sz":"3.75","side":"sell","ts":"1","source":"1"}]})");
  EXPECT_EQ(single.stream, TradeEvent::Stream::Single);
  EXPECT_EQ(single.source, TradeEvent::Source::RetailPriceImprovement);
  const TradeEvent odd = decode_trade(
      R"({"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"tradeId":"8","px":"42.52","sz":"3.75","side":"sell","source":"5"}]})");
  EXPECT_EQ(odd.stream, TradeEvent::Stream::Aggregated);
  EXPECT_EQ(odd.source, TradeEvent::Source::Unknown);
}

TEST_F(MarketUpdates, ARecordingTeachesTheDecimalsOfWhatItHolds) {
  InstrumentLearner learner;
  for (
      const std::string_view frame :
      {R"({"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[{"bkPx":"0.55205","side":"buy","sz":"39.5"}],"instId":"XRP-USD-SWAP","instType":"SWAP"}]})",
       R"({"arg":{"channel":"candle1m","instId":"ETH-USDT"},"data":[["1","3811.31","3811.3","3811","3811","0.125","1","1","0"]]})"}) {
    learner.see(test::PaddedText(frame));
  }
  InstrumentTable table;
  InstrumentCodes codes;
  CurrencyTable currencies;
  learner.add_to(table, codes, currencies);
  const Instrument& swap = table[table.find("XRP-USD-SWAP")];
  EXPECT_EQ(swap.price_digits, 5);
  EXPECT_EQ(swap.quantity_digits, 1);
  const Instrument& spot = table[table.find("ETH-USDT")];
  EXPECT_EQ(spot.price_digits, 2);
  EXPECT_EQ(spot.quantity_digits, 3);
}

TEST_F(MarketUpdates, APushedDefinitionIsInTheUnitsOfTheRun) {
  std::vector<PushedInstrument> pushed;
  const auto push = [&](std::string_view fields) {
    const test::PaddedText text(
        R"({"arg":{"channel":"instruments","instType":"SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP",)" +
        std::string(fields) + R"(},{"instType":"SWAP","instId":"NEW-USDT-SWAP","tickSz":"0.1"}]})");
    const auto frame = reader_.read(text);
    EXPECT_TRUE(frame && decode_instrument_changes(reader_, codes_, pushed));
    EXPECT_EQ(pushed.size(), 1u);
    return pushed.front();
  };
  const PushedInstrument good = push(
      R"("state":"live","instIdCode":77,"tickSz":"0.01","lotSz":"0.1","minSz":"0.1","maxLmtSz":"9999999999999999999","maxMktSz":"35000","ctVal":"0.01","ctMult":"1","expTime":"1795430400000")");
  EXPECT_EQ(good.code, 77);
  EXPECT_EQ(good.change.state, InstrumentState::Live);
  EXPECT_EQ(good.change.tick_size, Price{10});
  EXPECT_EQ(good.change.lot_size, Quantity{10});
  EXPECT_EQ(good.change.minimum_quantity, Quantity{10});
  EXPECT_EQ(good.change.maximum_market_quantity, Quantity{3'500'000});
  EXPECT_EQ(good.change.contract_value, (Decimal{1, 2}));
  EXPECT_FALSE(good.change.unit_too_coarse);
  EXPECT_TRUE(push(R"("state":"live","tickSz":"0.0001")").change.unit_too_coarse);
  EXPECT_TRUE(push(R"("state":"live","lotSz":"0.001")").change.unit_too_coarse);
  // What cannot be understood is not traded.
  EXPECT_EQ(push(R"("state":"live","tickSz":"-1")").change.state, InstrumentState::Unknown);
  EXPECT_EQ(push(R"("state":"odd")").change.state, InstrumentState::Unknown);
}

}  // namespace
}  // namespace gannet::okx
