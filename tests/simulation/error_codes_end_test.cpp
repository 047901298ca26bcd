#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "gateway/okx/protocol/error_codes.h"
#include "support/wired_engine.h"

// RELIABILITY fault 22: every documented code, and some that are not, as the answer to a place, an
// amend and a cancel, over the socket and by REST; what the engine makes of each, and that it ends
// reconciled with a venue that never executed what it refused.

namespace gannet::test {
namespace {

using engine::OrderEventKind;
using engine::OrderPhase;
using okx::ErrorClass;

enum class Ask { Place, Amend, Cancel };

std::string value_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + key.size();
  return std::string(text.substr(begin, text.find('"', begin) - begin));
}

/// The venue under test answers the next request of a kind with a code of ours.
class CodeBench {
 public:
  explicit CodeBench(okx::Route route) {
    WiredEngine::Options options;
    options.core.unknown_orders_max = 1'000'000;
    options.core.orders.open_capacity = 8'192;
    options.core.orders.ended_capacity = 16'384;
    options.venue.place = options.venue.amend = options.venue.cancel = route;
    options.venue.socket_distrust = options.venue.code_distrust = {};
    wired = std::make_unique<WiredEngine>(options);
    wired->intercept = [this](const WiredEngine::Message& message) {
      if (message.way != WiredEngine::Way::ToVenue) return false;
      const std::string op = value_after(message.text, R"("op":")");
      if (code_ == 0 || op != op_ || !names_it(message.text)) return false;
      wired->say(WiredEngine::Line::Private,
                 R"({"id":")" + value_after(message.text, R"("id":")") + R"(","op":")" + op +
                     R"(","code":"1","msg":"","data":[)" + item(message.text) + "]}");
      code_ = 0;
      return true;
    };
    wired->intercept_rest = [this](const HttpRequest& request) -> std::optional<HttpResponse> {
      if (code_ == 0 || request.target != "/api/v5/trade/" + op_ || !names_it(request.body))
        return std::nullopt;
      HttpResponse response;
      response.status = 200;
      response.body = R"({"code":"1","msg":"","data":[)" + item(request.body) + "]}";
      code_ = 0;
      return response;
    };
  }

  void answer_next(Ask ask, std::int32_t code, Handle handle = {}) {
    const engine::Order* order = handle.valid() ? wired->order(handle) : nullptr;
    id_ = order == nullptr ? "" : wire_id(order->client_id);
    op_ = ask == Ask::Place ? "order" : ask == Ask::Amend ? "amend-order" : "cancel-order";
    code_ = code;
  }
  bool was_asked() const { return code_ == 0; }
  Handle rest_one() {
    OrderIntent order = WiredEngine::intent(wired->swap, Side::Buy, {60'000'000}, {1});
    order.post_only = true;
    return wired->place(order);
  }
  void pass(std::int64_t ms) { wired->run_for(milliseconds(ms)); }
  /// Ready again after whatever hold there was; a person resumes where one must.
  bool be_ready() {
    if (wired->core->hold_reason() == engine::HoldReason::NotAuthorised)
      wired->core->resume("test", wired->now);
    return wired->run_until_true([&] { return wired->is_ready(); });
  }

  std::unique_ptr<WiredEngine> wired;

 private:
  /// The id on the wire of an order that rests at the venue.
  std::string wire_id(ClientOrderId id) const {
    return R"("ordId":")" + std::to_string(wired->core->orders().table().find(id)->venue_id.value) +
           "\"";
  }
  bool names_it(std::string_view request) const {
    return id_.empty() || request.find(id_) != std::string_view::npos;
  }
  std::string item(std::string_view request) const {
    return R"({"ordId":")" + value_after(request, R"("ordId":")") + R"(","clOrdId":")" +
           value_after(request, R"("clOrdId":")") + R"(","reqId":")" +
           value_after(request, R"("reqId":")") + R"(","sCode":")" + std::to_string(code_) +
           R"(","sMsg":"no","ts":"1"})";
  }
  std::string op_;
  std::string id_;
  std::int32_t code_ = 0;
};

/// Every code of the narrow rows, the ends of the wide ones, and codes that nobody has listed.
std::vector<std::int32_t> codes() {
  std::vector<std::int32_t> all;
  for (const okx::CodeRow& row : okx::code_rows()) {
    if (row.error_class == ErrorClass::None) continue;
    for (std::int32_t code = row.first; code <= row.last; ++code) {
      if (code - row.first < 3 || code == row.last) all.push_back(code);
    }
  }
  for (const std::int32_t code : {50098, 51999, 54500, 58500, 59999, 62000, 71000, 12345})
    all.push_back(code);
  return all;
}

bool is_sent_again_by_rest(std::int32_t code) {
  switch (code) {
    case 50014:
    case 51001:
    case 60012:
    case 60013:
    case 60018:
    case 60019:
    case 60028:
    case 60033:
      return true;
    default:
      return false;
  }
}

bool is_doubtful(const okx::ErrorRule& rule) {
  return rule.error_class == ErrorClass::OutcomeUnknown ||
         rule.error_class == ErrorClass::Reconnect;
}

struct ErrorCodes : ::testing::TestWithParam<okx::Route> {};

TEST_P(ErrorCodes, EachHasTheBehaviourOfItsClassAndTheEngineEndsReconciled) {
  CodeBench bench(GetParam());
  WiredEngine& wired = *bench.wired;
  ASSERT_TRUE(wired.make_ready());
  const bool by_socket = GetParam() == okx::Route::Socket;
  std::map<ErrorClass, int> seen;
  for (const std::int32_t code : codes()) {
    const okx::ErrorRule rule = okx::classify_code(code);
    const bool is_fatal = rule.error_class == ErrorClass::AuthFatal && code != 50102;
    const bool goes_again = by_socket && is_sent_again_by_rest(code);
    ++seen[rule.error_class];
    SCOPED_TRACE(std::to_string(code) + ", " + std::string(okx::name_of(rule.error_class)));

    // A new order.
    ASSERT_TRUE(bench.be_ready());
    bench.answer_next(Ask::Place, code);
    const Handle placed = bench.rest_one();
    bench.pass(20);
    ASSERT_TRUE(wired.run_until_true([&] { return bench.was_asked(); }, seconds(3)));
    bench.pass(20);
    const engine::Order* order = wired.order(placed);
    ASSERT_NE(order, nullptr);
    if (goes_again) {
      EXPECT_EQ(order->phase, OrderPhase::Live);
      wired.cancel(placed);
    } else if (is_doubtful(rule) || rule.reason == VenueReason::DuplicateClientOrderId) {
      EXPECT_TRUE(order->is_open());
      EXPECT_TRUE(order->unknown);
    } else {
      EXPECT_EQ(order->phase, OrderPhase::Rejected);
      if (is_fatal) {
        EXPECT_EQ(wired.core->hold_reason(), engine::HoldReason::NotAuthorised);
      }
    }
    if (rule.error_class == ErrorClass::VenueUnavailable) {
      EXPECT_EQ(wired.core->hold_reason(), engine::HoldReason::VenueUnavailable);
    }

    // An amend.
    ASSERT_TRUE(bench.be_ready());
    const Handle amended = bench.rest_one();
    bench.pass(20);
    ASSERT_EQ(wired.order(amended)->phase, OrderPhase::Live);
    bench.answer_next(Ask::Amend, code, amended);
    wired.amend(amended, Price{60'000'100});
    bench.pass(20);
    ASSERT_TRUE(wired.run_until_true([&] { return bench.was_asked(); }, seconds(3)));
    bench.pass(20);
    order = wired.order(amended);
    if (goes_again) {
      EXPECT_EQ(order->price, Price{60'000'100});
    } else {
      EXPECT_EQ(order->price, Price{60'000'000});
      EXPECT_EQ(order->has_unknown_amend(), is_doubtful(rule));
      if (!is_doubtful(rule)) {
        EXPECT_TRUE(order->amends.empty());
      }
    }
    ASSERT_TRUE(bench.be_ready());
    wired.cancel(amended);

    // A cancel: it is never lost, and says nothing about the order.
    const Handle cancelled = bench.rest_one();
    bench.pass(20);
    ASSERT_EQ(wired.order(cancelled)->phase, OrderPhase::Live);
    bench.answer_next(Ask::Cancel, code, cancelled);
    wired.cancel(cancelled);
    bench.pass(20);
    ASSERT_TRUE(wired.run_until_true([&] { return bench.was_asked(); }, seconds(3)));
    bench.pass(20);
    order = wired.order(cancelled);
    if (goes_again) {
      EXPECT_EQ(order->phase, OrderPhase::Cancelled);
    } else if (rule.error_class == ErrorClass::RejectFinal ||
               rule.error_class == ErrorClass::Reconcile) {
      EXPECT_TRUE(order->is_open());
      EXPECT_TRUE(wired.ears.heard(cancelled, OrderEventKind::CancelRejected));
      EXPECT_GT(order->last_seen.nanos, 0);
      wired.cancel(cancelled);  // the strategy's to say again
    }
    // Whatever was said, it ends; then the next code meets no request of this one's.
    const bool has_ended = wired.run_until_true([&] { return !order->is_open(); }, seconds(10));
    ASSERT_TRUE(has_ended);
    if (rule.error_class == ErrorClass::RateLimited) bench.pass(1'200);  // its bucket fills again
    wired.ears.order_events.clear();
  }
  for (const ErrorClass error_class :
       {ErrorClass::RejectFinal, ErrorClass::RetryAfterBackoff, ErrorClass::RateLimited,
        ErrorClass::AuthFatal, ErrorClass::VenueUnavailable, ErrorClass::OutcomeUnknown,
        ErrorClass::Reconcile, ErrorClass::Reconnect}) {
    EXPECT_GT(seen[error_class], 0) << okx::name_of(error_class);
  }
  // Nobody but the venue's evidence settles what was unknown; then all is flat and agreed.
  ASSERT_TRUE(bench.be_ready());
  wired.core->cancel_all("test", wired.now);
  EXPECT_TRUE(wired.run_until_true([&] { return wired.disagreement().empty(); }, seconds(120)))
      << wired.disagreement();
  EXPECT_EQ(wired.core->status().open_orders, 0u);
  EXPECT_EQ(wired.venue_open_orders(), 0u);
  // Unlisted codes are told once and counted.
  const std::uint64_t unlisted =
      by_socket ? wired.orders->unlisted_codes() : wired.rest->unlisted_codes();
  EXPECT_EQ(unlisted, 3 * 8u);
  std::size_t told = 0;
  for (const std::string& problem : wired.problems)
    told += problem.find(okx::kUnlistedCode) != std::string::npos ? 1u : 0u;
  EXPECT_EQ(told, 8u);
}

INSTANTIATE_TEST_SUITE_P(BothWays, ErrorCodes,
                         ::testing::Values(okx::Route::Socket, okx::Route::Rest),
                         [](const auto& way) {
                           return way.param == okx::Route::Socket ? "Socket" : "Rest";
                         });

}  // namespace
}  // namespace gannet::test
