// Recorded REST answers and the requests of a widely used client, where recordings are at hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/jsonl_reader.h"
#include "gateway/okx/protocol/reference_rows.h"
#include "gateway/okx/protocol/rest_frame.h"
#include "gateway/okx/protocol/rest_reader.h"
#include "support/recordings.h"
#include "tests/fuzz/rest_input.h"

namespace gannet::okx::rest_samples_test {
namespace {

/// Endpoints whose rows have a type of their own in reference_rows.h.
const std::map<Endpoint, std::function<std::unique_ptr<PageSink>()>>& typed_rows() {
  const auto rows = []<class Row>(Row*) -> std::unique_ptr<PageSink> {
    return std::make_unique<RowSink<Row>>();
  };
#define GANNET_TYPED(endpoint, Row) \
  {Endpoint::endpoint, [rows] { return rows(static_cast<Row*>(nullptr)); }}
  static const std::map<Endpoint, std::function<std::unique_ptr<PageSink>()>> table{
      GANNET_TYPED(VenueTime, VenueTime),
      GANNET_TYPED(TickBands, TickBands),
      GANNET_TYPED(PriceLimit, PriceLimits),
      GANNET_TYPED(MarkPrice, ReferencePriceRow),
      GANNET_TYPED(FundingRate, FundingRate),
      GANNET_TYPED(FundingHistory, FundingCharge),
      GANNET_TYPED(OpenInterest, OpenInterest),
      GANNET_TYPED(PositionTiers, PositionTier),
      GANNET_TYPED(EstimatedPrice, ReferencePriceRow),
      GANNET_TYPED(DeliveryHistory, DeliveryRound),
      GANNET_TYPED(OptionSummary, OptionSummary),
      GANNET_TYPED(Underlying, UnderlyingList),
      GANNET_TYPED(CollateralDiscount, CollateralDiscount),
      GANNET_TYPED(SystemStatus, MaintenanceNotice),
      GANNET_TYPED(Ticker, TickerRow),
      GANNET_TYPED(Tickers, TickerRow),
      GANNET_TYPED(IndexTickers, ReferencePriceRow),
      GANNET_TYPED(Book, BookRow),
      GANNET_TYPED(FullBook, BookRow),
      GANNET_TYPED(Candles, CandleRow),
      GANNET_TYPED(CandleHistory, CandleRow),
      GANNET_TYPED(IndexCandles, CandleRow),
      GANNET_TYPED(IndexCandleHistory, CandleRow),
      GANNET_TYPED(MarkCandles, CandleRow),
      GANNET_TYPED(MarkCandleHistory, CandleRow),
      GANNET_TYPED(Trades, PublicTrade),
      GANNET_TYPED(TradeHistory, PublicTrade),
      GANNET_TYPED(Balance, AccountBalance),
      GANNET_TYPED(Positions, AccountPosition),
      GANNET_TYPED(PositionsHistory, ClosedPosition),
      GANNET_TYPED(AccountRisk, AccountRisk),
      GANNET_TYPED(RiskState, RiskState),
      GANNET_TYPED(LeverageInfo, Leverage),
      GANNET_TYPED(SetLeverage, Leverage),
      GANNET_TYPED(MaximumSize, LargestQuantity),
      GANNET_TYPED(MaximumAvailable, LargestQuantity),
      GANNET_TYPED(MaximumWithdrawal, AvailableMoney),
      GANNET_TYPED(TradeFee, FeeRates),
      GANNET_TYPED(Bills, Bill),
      GANNET_TYPED(BillsArchive, Bill),
      GANNET_TYPED(Greeks, CurrencyGreeks),
      GANNET_TYPED(AccountPositionTiers, LargestPosition),
      GANNET_TYPED(OpenOrders, OrderRecord),
      GANNET_TYPED(OrderHistory, OrderRecord),
      GANNET_TYPED(OrderArchive, OrderRecord),
      GANNET_TYPED(SingleOrder, OrderRecord),
      GANNET_TYPED(Fills, FillRecord),
      GANNET_TYPED(FillHistory, FillRecord),
      GANNET_TYPED(CancelAllAfter, DeadManTimer),
      GANNET_TYPED(OrderRateLimit, OrderRateLimit),
      GANNET_TYPED(FundingBalances, FundingBalance),
      GANNET_TYPED(FundingBills, FundingBill),
      GANNET_TYPED(DepositHistory, MoneyMovement),
      GANNET_TYPED(WithdrawalHistory, MoneyMovement),
      GANNET_TYPED(Valuation, AccountValuation),
  };
#undef GANNET_TYPED
  return table;
}

const EndpointRule* find_rule(std::string_view path) {
  for (const EndpointRule& rule : endpoint_rules()) {
    if (rule.path == path) return &rule;
  }
  return nullptr;
}

PageFacts decode(std::string_view body, const EndpointRule& rule, PageSink& sink,
                 DecodeStatus& status) {
  HttpResponse response;
  response.status = 200;
  response.body = body;
  RestFrame frame;
  frame.read(response);
  EXPECT_TRUE(frame.ok()) << rule.path;
  PageFacts facts;
  status = sink.on_page(frame.reader(), rule, {}, facts);
  return facts;
}

TEST(RestSamples, EveryEndpointHasRowsOrADecoderElsewhere) {
  // Definitions, the account and algo orders have decoders that need a run's tables.
  const std::set<Endpoint> elsewhere{Endpoint::Instruments,      Endpoint::AccountInstruments,
                                     Endpoint::AccountConfig,    Endpoint::OpenAlgoOrders,
                                     Endpoint::AlgoOrderHistory, Endpoint::SingleAlgoOrder};
  for (const EndpointRule& rule : endpoint_rules()) {
    EXPECT_NE(typed_rows().contains(rule.endpoint), elsewhere.contains(rule.endpoint)) << rule.path;
  }
}

TEST(RestSamples, EveryAnswerDecodesWhole) {
  GANNET_RECORDING(path, "okx/samples/rest-samples.jsonl");
  auto file = JsonlReader::open(path);
  ASSERT_TRUE(file.has_value());
  std::map<std::string, int> decoded;
  for (auto line = file->next(); line && *line; line = file->next()) {
    const auto recorded = parse_recorded_message(**line);
    if (!recorded) continue;
    const std::string target(recorded_field(recorded->head, "path"));
    const EndpointRule* rule = find_rule(target);
    const bool post = recorded_field(recorded->head, "method") == "POST";
    if (rule == nullptr || rule->post != post) continue;
    const auto rows = typed_rows().find(rule->endpoint);
    if (rows == typed_rows().end()) continue;
    const auto sink = rows->second();
    DecodeStatus status;
    const PageFacts facts = decode(recorded->message, *rule, *sink, status);
    const std::string message(recorded->message.substr(0, 400));
    EXPECT_TRUE(status.has_value()) << target << ": " << name_of(status.error()) << message;
    EXPECT_EQ(facts.refused, 0u) << target << ": " << name_of(facts.first_error) << message;
    EXPECT_GT(facts.rows, 0u) << target;
    ++decoded[target];
  }
  EXPECT_GE(decoded.size(), 40u);
}

TEST(RestSamples, WholeProductionListsDecode) {
  struct Dump {
    const char* file;
    Endpoint endpoint;
    std::size_t rows;
  };
  for (const Dump& dump :
       {Dump{"funding-rate-any", Endpoint::FundingRate, 322},
        Dump{"open-interest-btc-usdt-swap", Endpoint::OpenInterest, 1},
        Dump{"option-tick-bands-option", Endpoint::TickBands, 3},
        Dump{"underlying-futures", Endpoint::Underlying, 1},
        Dump{"discount-rate-interest-free-quota-btc", Endpoint::CollateralDiscount, 1}}) {
    GANNET_RECORDING(path,
                     std::string("okx/rest/live-202604/production-get-") + dump.file + ".json");
    const auto text = read_text_file(path);
    ASSERT_TRUE(text.has_value());
    const auto sink = typed_rows().at(dump.endpoint)();
    DecodeStatus status;
    const PageFacts facts = decode(*text, rule_of(dump.endpoint), *sink, status);
    EXPECT_TRUE(status.has_value()) << dump.file << ": " << name_of(status.error());
    EXPECT_EQ(facts.refused, 0u) << dump.file << ": " << name_of(facts.first_error);
    EXPECT_EQ(facts.rows, dump.rows) << dump.file;
  }
}

// No answer reaches an abort: cut anywhere it is no answer, with any byte changed it is read or
// not.
TEST(RestSamples, CutAndChangedAnswersAreSurvived) {
  GANNET_RECORDING(path, "okx/samples/rest-samples.jsonl");
  auto file = JsonlReader::open(path);
  ASSERT_TRUE(file.has_value());
  test::RestInput input;
  std::uint64_t random = 7;
  std::size_t read = 0;
  for (auto line = file->next(); line && *line; line = file->next()) {
    const auto recorded = parse_recorded_message(**line);
    if (!recorded || recorded->message.size() > 4'000) continue;
    const std::string whole(recorded->message);
    for (std::size_t shape = 0; shape < input.shapes(); ++shape) {
      random = random * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
      const std::size_t at = static_cast<std::size_t>(random >> 33) % whole.size();
      EXPECT_FALSE(input.feed(shape, whole.substr(0, at))) << whole.substr(0, at);
      std::string changed = whole;
      changed[at] = static_cast<char>(random >> 24);
      read += input.feed(shape, changed) ? 1u : 0u;
    }
  }
  EXPECT_GT(read, 100u);
}

struct LastRequest final : RestOutput, RestReaderListener {
  bool send_request(std::uint64_t, HttpRequest request) noexcept override {
    last = std::move(request);
    return true;
  }
  void on_answered(std::uint64_t, const RestOutcome&) noexcept override {}
  HttpRequest last;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

Parameters parameters_of(std::string_view target) {
  Parameters all;
  std::size_t at = target.find('?');
  while (at != std::string_view::npos) {
    const std::size_t next = target.find('&', at + 1);
    const std::string_view one = target.substr(at + 1, next - at - 1);
    const std::size_t equals = one.find('=');
    all.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    at = next;
  }
  return all;
}

/// In no order, and without what says no more than the venue takes for granted.
Parameters meaning_of(std::string_view target) {
  Parameters all = parameters_of(target);
  std::erase_if(all, [](const auto& one) {
    return one == std::pair<std::string, std::string>{"limit", "100"};
  });
  std::ranges::sort(all);
  return all;
}

TEST(RestSamples, EveryQuestionOfARecordedClientHasAnEqualOfOurs) {
  GANNET_RECORDING(path, "okx/samples/client-requests.jsonl");
  // What no engine asks: transfers, loans, the venue's list of chains.
  const std::set<std::string> unsupported{
      "/api/v5/asset/currencies", "/api/v5/asset/transfer-state", "/api/v5/account/interest-rate",
      "/api/v5/account/interest-accrued"};
  const Signer signer(Credentials{Secret("key"), Secret("secret"), Secret("words")});
  auto file = JsonlReader::open(path);
  ASSERT_TRUE(file.has_value());
  int equal = 0;
  for (auto line = file->next(); line && *line; line = file->next()) {
    // {"method":"GET","target":"/api/v5/...","body":...,"what":...}
    const std::string_view text = **line;
    const std::string_view opening = R"("method":"GET","target":")";
    const std::size_t at = text.find(opening);
    if (at == std::string_view::npos) continue;
    const std::size_t begin = at + opening.size();
    const std::string target(text.substr(begin, text.find('"', begin) - begin));
    const std::string bare = target.substr(0, target.find('?'));
    if (unsupported.contains(bare)) continue;
    const EndpointRule* rule = find_rule(bare);
    ASSERT_NE(rule, nullptr) << target;
    RestQuestion question{.endpoint = rule->endpoint};
    const Parameters wanted = parameters_of(target);
    for (const auto& [name, value] : wanted) {
      if (name == "limit" && rule->page_rows != 0) {
        question.page_rows = static_cast<std::uint16_t>(std::stoi(value));
      } else {
        question.parameters.emplace_back(name, value);
      }
    }
    if (rule->page_rows != 0 && question.page_rows == 0) question.page_rows = 100;
    LastRequest output;
    RestReader reader({&signer, false}, output, output, {}, 1);
    const auto sink = std::make_unique<RowSink<VenueTime>>();
    EXPECT_NE(reader.ask(question, *sink, from_unix_millis(1)), 0u) << target;
    EXPECT_EQ(output.last.method, "GET");
    EXPECT_EQ(output.last.target.substr(0, output.last.target.find('?')), bare);
    EXPECT_EQ(meaning_of(output.last.target), meaning_of(target)) << output.last.target;
    EXPECT_EQ(output.last.header("OK-ACCESS-SIGN").empty(), !is_private(rule->scope)) << target;
    ++equal;
  }
  EXPECT_GE(equal, 38);
}

}  // namespace
}  // namespace gannet::okx::rest_samples_test
