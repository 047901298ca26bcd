#include <fstream>

#include "support/recordings.h"
#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

/// What is needed to bring about a position that somebody really had.
struct RecordedPosition {
  std::string_view source;  ///< part of the sample's `src`
  std::string_view instrument;
  ContractKind contract;
  std::string_view settle;
  Decimal contract_value;
  std::string_view tick;
  int price_digits;
  std::int64_t leverage;
  std::int64_t maintenance_rate;  ///< 10^-9, of its tier
  std::string_view dollar_price;  ///< of the settle currency; "": by the index
};

constexpr RecordedPosition kLitecoin{"fetchPositions/linear swap position",
                                     "LTC-USDT-SWAP",
                                     ContractKind::Linear,
                                     "USDT",
                                     {1, 3},
                                     "0.01",
                                     4,
                                     3,
                                     6'500'000,
                                     "0.99983"};
constexpr RecordedPosition kBitcoin{"fetchPosition/Inverse swap cross fetch position",
                                    "BTC-USD-SWAP",
                                    ContractKind::Inverse,
                                    "BTC",
                                    {100, 0},
                                    "0.1",
                                    3,
                                    20,
                                    4'000'000,
                                    ""};

class RecordedPositions : public testing::TestWithParam<RecordedPosition> {
 public:
  static simdjson::dom::element sample(simdjson::dom::parser& parser, const std::string& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      if (line.find(GetParam().source) == std::string::npos) continue;
      return parser.parse(line).at_pointer("/m/data/0");
    }
    throw std::runtime_error("no such sample");
  }
};

/// A venue with that one instrument and one user of long/short mode, who buys one contract at the
/// recorded average; then the recorded prices are set.
class Rebuilt {
 public:
  Rebuilt(const RecordedPosition& wanted, simdjson::dom::element recorded)
      : wanted_(wanted), recorded_(recorded) {
    Instrument instrument;
    instrument.name = InstrumentName(wanted.instrument);
    instrument.family = InstrumentName(wanted.instrument.substr(0, wanted.instrument.size() - 5));
    instrument.kind = InstrumentKind::Swap;
    instrument.state = InstrumentState::Live;
    instrument.contract = wanted.contract;
    instrument.settle = currencies.intern(wanted.settle);
    instrument.base = currencies.intern(wanted.instrument.substr(0, 3));
    instrument.quote = currencies.intern(wanted.contract == ContractKind::Inverse ? "USD" : "USDT");
    instrument.contract_value = wanted.contract_value;
    instrument.price_digits = static_cast<std::uint8_t>(wanted.price_digits);
    instrument.quantity_digits = 0;
    instrument.tick_size = {*parse_units(wanted.tick, wanted.price_digits)};
    instrument.lot_size = instrument.minimum_quantity = {1};
    instrument.maximum_limit_quantity = {1'000'000};
    id = instruments.add(instrument);
    Settings settings = make_default_settings(7, instruments, currencies);
    settings.regular_push_ms = 0;
    settings.initial_leverage = wanted.leverage;
    settings.users[0].account.long_short_mode = true;
    settings.users[0].account.deposits = {{deposit(instrument), instrument.settle}};
    server = std::make_unique<Server>(settings, instruments, currencies, output, Venue::kStart);
    request_key_ = settings.keys[0].credentials;
    sim::Exchange& exchange = server->exchange();
    exchange.set_risk_tiers(id, {{1, {}, {1'000'000}, 10'000'000, wanted.maintenance_rate, 100}});
    if (!wanted.dollar_price.empty())
      exchange.set_dollar_price(instrument.settle,
                                *parse_amount(wanted.dollar_price, instrument.settle));
    trade(exchange, 0, Side::Sell, text("avgPx"));
    trade(exchange, 1, Side::Buy, text("avgPx"));
    exchange.set_reference_prices(id, price(text("markPx")), price(text("idxPx")), Venue::kStart);
    trade(exchange, 0, Side::Sell, text("last"));  // the market with itself
    trade(exchange, 0, Side::Buy, text("last"));
  }

  std::string_view text(std::string_view name) const {
    return recorded_[name].get_string().value();
  }
  Price price(std::string_view decimal) const {
    return {*parse_units(decimal, wanted_.price_digits)};
  }
  Json position() {
    HttpRequest request{"GET", "/api/v5/account/positions", {}, ""};
    const std::string time = iso_time(Venue::kStart);
    request.headers = {{"OK-ACCESS-KEY", request_key_.key},
                       {"OK-ACCESS-PASSPHRASE", request_key_.passphrase},
                       {"OK-ACCESS-TIMESTAMP", time},
                       {"OK-ACCESS-SIGN", test_signature(request_key_.secret,
                                                         time + "GET/api/v5/account/positions")}};
    return Json(server->on_http(request, "127.0.0.1:5001", Venue::kStart).body);
  }

  InstrumentTable instruments;
  CurrencyTable currencies;
  FakeOutput output;
  std::unique_ptr<Server> server;
  InstrumentId id;

 private:
  /// The money that was there follows from the recorded margin ratio: it is (cash + profit) over
  /// (value at the mark) x (maintenance rate + 0.05 % liquidation fee).
  __int128 deposit(const Instrument& instrument) const {
    const long double mark = std::stold(std::string(text("markPx")));
    const long double average = std::stold(std::string(text("avgPx")));
    const long double face = static_cast<long double>(instrument.contract_value.mantissa) /
                             std::pow(10.0L, instrument.contract_value.digits);
    const bool inverse = instrument.contract == ContractKind::Inverse;
    const long double value = inverse ? face / mark : face * mark;
    const long double profit = inverse ? face / average - face / mark : face * (mark - average);
    const long double fee = (inverse ? face / average : face * average) * 0.0005L;
    const long double rate = static_cast<long double>(wanted_.maintenance_rate) / 1e9L + 0.0005L;
    const long double ratio = std::stold(std::string(text("mgnRatio")));
    return static_cast<__int128>((ratio * value * rate - profit + fee) * 1e18L);
  }
  void trade(sim::Exchange& exchange, sim::UserId user, Side side, std::string_view at) {
    sim::NewOrder order;
    order.user = user;
    order.instrument = id;
    order.side = side;
    order.position_side = user == 0 ? PositionSide::Net : PositionSide::Long;
    order.price = price(at);
    order.quantity = {1};
    ASSERT_EQ(exchange.place(order, Venue::kStart).refusal, sim::Refusal::None);
  }

  const RecordedPosition& wanted_;
  simdjson::dom::element recorded_;
  Credentials request_key_;
};

TEST_P(RecordedPositions, AreReproducedFigureByFigure) {
  GANNET_RECORDING(path, "okx/samples/rest-samples.jsonl");
  simdjson::dom::parser parser;
  const simdjson::dom::element recorded = sample(parser, path);
  Rebuilt venue(GetParam(), recorded);
  const Json ours = venue.position();
  ASSERT_EQ(ours.at("/code"), "0");
  // To the last digit of the text.
  for (const char* name : {"instId",     "instType",   "mgnMode",     "posSide",
                           "pos",        "availPos",   "avgPx",       "markPx",
                           "idxPx",      "last",       "lever",       "ccy",
                           "upl",        "uplRatio",   "uplLastPx",   "uplRatioLastPx",
                           "imr",        "margin",     "mmr",         "bePx",
                           "fee",        "pnl",        "realizedPnl", "fundingFee",
                           "liqPenalty", "notionalUsd"}) {
    EXPECT_EQ(ours.at(std::string("/data/0/") + name), venue.text(name)) << name;
  }
  // These two hang on the money of the account, which the record tells through them alone.
  for (const char* name : {"mgnRatio", "liqPx"}) {
    const std::string text = ours.at(std::string("/data/0/") + name);
    if (venue.text(name).empty()) {
      EXPECT_EQ(text, "") << name;
      continue;
    }
    const double wanted = std::stod(std::string(venue.text(name)));
    EXPECT_NEAR(std::stod(text) / wanted, 1, 1e-15) << name << " " << text;
  }
}

TEST_P(RecordedPositions, HaveNoFieldThatOursLack) {
  GANNET_RECORDING(path, "okx/samples/rest-samples.jsonl");
  simdjson::dom::parser parser;
  const simdjson::dom::element recorded = sample(parser, path);
  Rebuilt venue(GetParam(), recorded);
  const Json ours = venue.position();
  const simdjson::dom::object fields = recorded.get_object();
  for (const auto field : fields) {
    EXPECT_NE(ours.at("/data/0/" + std::string(field.key)), "<none>") << field.key;
  }
}

INSTANTIATE_TEST_SUITE_P(Recorded, RecordedPositions, testing::Values(kLitecoin, kBitcoin),
                         [](const auto& of) {
                           return of.param.contract == ContractKind::Linear
                                      ? std::string("Litecoin")
                                      : std::string("Bitcoin");
                         });

}  // namespace
}  // namespace gannet::okx_server
