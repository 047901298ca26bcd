#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "bench/alloc_counter.h"
#include "gateway/okx/protocol/account_venue.h"
#include "gateway/okx/protocol/encode_order.h"
#include "gateway/okx/protocol/order_session.h"
#include "gateway/okx/protocol/signing.h"

// Question: what does it cost to turn a request into the bytes of a frame, to sign, and to turn an
// order push into a report? One thread, warm caches, frames written after the documented shapes.

namespace gannet::okx {
namespace {

constexpr Timestamp kNow = from_unix_millis(1'795'430'400'000);

OrderTerms swap_terms() {
  OrderTerms terms;
  terms.name = InstrumentName("BTC-USDT-SWAP");
  terms.code = 10458;
  terms.kind = InstrumentKind::Swap;
  terms.price_digits = 3;
  terms.quantity_digits = 2;
  return terms;
}

/// Runs `body` and tells how many allocations one iteration made (after a warm-up).
template <class F>
void measure(benchmark::State& state, F&& body) {
  for (int i = 0; i < 16; ++i) body();
  const std::uint64_t before = bench::allocations();
  for (auto _ : state) body();
  state.counters["allocs"] =
      static_cast<double>(bench::allocations() - before) / static_cast<double>(state.iterations());
}

void place_limit(benchmark::State& state) {
  OrderText text;
  const OrderTerms terms = swap_terms();
  const OrderTag tag("mm1");
  PlaceRequest request;
  request.client_id = {900000000017};
  request.post_only = true;
  request.price = {61'250'100};
  request.quantity = {5};
  request.expire_time = kNow + seconds(1);
  std::uint64_t id = 1;
  measure(state, [&] {
    ++request.price.raw;
    benchmark::DoNotOptimize(encode_place(text, Target{id++}, request, terms, tag));
  });
}
BENCHMARK(place_limit)->Name("outbound/place_limit");

void place_batch(benchmark::State& state) {
  OrderText text;
  const OrderTerms terms = swap_terms();
  const OrderTag tag("mm1");
  std::vector<PlaceRequest> requests(kMaxBatch);
  const std::vector<const OrderTerms*> rows(kMaxBatch, &terms);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    requests[i].client_id = {900000000017 + i};
    requests[i].post_only = true;
    requests[i].price = {61'250'100};
    requests[i].quantity = {5};
    requests[i].expire_time = kNow + seconds(1);
  }
  std::uint64_t id = 1;
  measure(state, [&] {
    ++requests[0].price.raw;
    benchmark::DoNotOptimize(encode_place_batch(text, Target{id}, requests, rows, tag));
    id += kMaxBatch;
  });
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kMaxBatch));
}
BENCHMARK(place_batch)->Name("outbound/place_batch");

void amend(benchmark::State& state) {
  OrderText text;
  const OrderTerms terms = swap_terms();
  AmendRequest request;
  request.venue_id = {3811122233344455566};
  request.amend_id = 18;
  request.new_price = Price{61'249'900};
  request.expire_time = kNow + seconds(1);
  std::uint64_t id = 1;
  measure(state, [&] {
    ++request.new_price->raw;
    benchmark::DoNotOptimize(encode_amend(text, Target{id++}, request, terms));
  });
}
BENCHMARK(amend)->Name("outbound/amend");

void cancel(benchmark::State& state) {
  OrderText text;
  const OrderTerms terms = swap_terms();
  const CancelRequest request{{900000000017}, {3811122233344455566}, {0}};
  std::uint64_t id = 1;
  measure(state,
          [&] { benchmark::DoNotOptimize(encode_cancel(text, Target{id++}, request, terms)); });
}
BENCHMARK(cancel)->Name("outbound/cancel");

void sign_rest(benchmark::State& state) {
  const Signer signer({Secret("key"), Secret("EXAMPLE-SECRET-NOT-REAL-0001"), Secret("pass")});
  const std::string body =
      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","clOrdId":"900000000017","tag":"mm1",)"
      R"("side":"buy","ordType":"post_only","sz":"0.05","px":"61250.1"})";
  Timestamp now = kNow;
  measure(state, [&] {
    now = now + milliseconds(1);
    benchmark::DoNotOptimize(
        signer.sign_rest(rest_timestamp(now).view(), "POST", "/api/v5/trade/order", body));
  });
}
BENCHMARK(sign_rest)->Name("outbound/sign_rest");

/// Takes reports and drops them.
class Sink final : public AccountListener, public SessionProblems, public SocketOutput {
 public:
  void on_execution_report(const ExecutionReport& report) noexcept override {
    benchmark::DoNotOptimize(report);
  }
  void on_fill_report(const FillReport&) noexcept override {}
  void on_position(const PositionReport&, bool) noexcept override {}
  void on_balance(const BalanceReport&, bool) noexcept override {}
  void on_snapshot_begin(SnapshotKind, std::uint64_t, Timestamp) noexcept override {}
  void on_snapshot_end(SnapshotKind, std::uint64_t, bool, Timestamp) noexcept override {}
  void on_account_connection(ConnectionState, Timestamp) noexcept override {}
  void on_account_alive(Timestamp) noexcept override {}
  void on_venue_clock(Nanos, Timestamp) noexcept override {}
  void on_problem(ProblemKind, std::int32_t, std::string_view) noexcept override { ++problems; }
  bool send_text(std::string_view) noexcept override { return true; }
  void reconnect(std::string_view) noexcept override {}
  int problems = 0;
};

void order_push(benchmark::State& state, std::string_view this_update) {
  CurrencyTable currencies;
  InstrumentTable instruments;
  Instrument instrument;
  instrument.name = InstrumentName("BTC-USDT-SWAP");
  instrument.kind = InstrumentKind::Swap;
  instrument.contract = ContractKind::Linear;
  instrument.price_digits = 3;
  instrument.quantity_digits = 2;
  instrument.base = currencies.intern("BTC");
  instrument.quote = currencies.intern("USDT");
  instrument.settle = instrument.quote;
  instruments.add(instrument);
  const AccountContext context{instruments, currencies, AccountId{0}, OrderTag("mm1")};
  const Signer signer({Secret("key"), Secret("secret"), Secret("pass")});
  Sink sink;
  OrderSession session(signer, context, sink, sink, {});
  session.on_open(sink, kNow);

  std::string frame =
      R"({"arg":{"channel":"orders","instType":"ANY","uid":"446655"},"data":[{"algoClOrdId":"",)"
      R"("algoId":"","attachAlgoClOrdId":"","attachAlgoOrds":[],"amendSource":"","avgPx":"61250.1",)"
      R"("cTime":"1795430400412","cancelSource":"","category":"normal","ccy":"",)"
      R"("clOrdId":"900000000017","code":"0","fee":"-0.00245","feeCcy":"USDT","fillFwdPx":"",)"
      R"("fillMarkPx":"61250.3","fillMarkVol":"","fillPxUsd":"","fillPxVol":"",)"
      R"("instId":"BTC-USDT-SWAP","instType":"SWAP","isTpLimit":"false","lastPx":"61250.1",)"
      R"("lever":"5","linkedAlgoOrd":{"algoId":""},"msg":"","notionalUsd":"30.62",)"
      R"("ordId":"3811122233344455566","ordType":"post_only","pnl":"0","posSide":"net",)"
      R"("px":"61250.1","pxType":"","pxUsd":"","pxVol":"","quickMgnType":"","rebate":"0",)"
      R"("rebateCcy":"USDT","reduceOnly":"false","reqId":"","side":"buy","slOrdPx":"",)"
      R"("slTriggerPx":"","slTriggerPxType":"","source":"","stpId":"","stpMode":"cancel_maker",)"
      R"("sz":"0.05","tag":"mm1","tdMode":"cross","tgtCcy":"","tpOrdPx":"","tpTriggerPx":"",)"
      R"("tpTriggerPxType":"","tradeQuoteCcy":"","amendResult":"","uTime":"1795430400413",)";
  frame += this_update;
  frame += "}]}";
  const std::size_t size = frame.size();
  frame.append(kTextPadding, '\0');
  measure(state, [&] { session.on_text({frame.data(), size}, kNow); });
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
  if (sink.problems > 0) state.SkipWithError("the frame did not decode");
}

void order_live(benchmark::State& state) {
  order_push(state,
             R"("accFillSz":"0","execType":"","fillFee":"0","fillFeeCcy":"","fillNotionalUsd":"",)"
             R"("fillPnl":"0","fillPx":"","fillSz":"0","fillTime":"","state":"live","tradeId":"")");
}
BENCHMARK(order_live)->Name("inbound/order_live");

void order_fill(benchmark::State& state) {
  order_push(state,
             R"("accFillSz":"0.02","execType":"M","fillFee":"-0.00245","fillFeeCcy":"USDT",)"
             R"("fillNotionalUsd":"12.25","fillPnl":"0","fillPx":"61250.1","fillSz":"0.02",)"
             R"("fillTime":"1795430400412","state":"partially_filled","tradeId":"771200345")");
}
BENCHMARK(order_fill)->Name("inbound/order_fill");

}  // namespace
}  // namespace gannet::okx
