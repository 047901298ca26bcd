#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/alloc_counter.h"
#include "bench/micro/outbound_world.h"

// Question: what does it cost to turn a request into the bytes of a frame (new orders from
// templates, as AccountVenue does), to sign, and to turn an order push into a report? One thread,
// warm caches, frames written after the documented shapes.

namespace gannet::okx {
namespace {

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
  PlaceTemplates templates(1);
  PlaceRequest request = some_place();
  std::uint64_t id = 1;
  measure(state, [&] {
    ++request.price.raw;
    ++request.client_id.value;
    benchmark::DoNotOptimize(templates.encode(text, Target{id++}, request, terms, tag));
  });
}
BENCHMARK(place_limit)->Name("outbound/place_limit");

/// The way of what has no template: by the general encoder.
void place_general(benchmark::State& state) {
  OrderText text;
  const OrderTerms terms = swap_terms();
  const OrderTag tag("mm1");
  PlaceRequest request = some_place();
  std::uint64_t id = 1;
  measure(state, [&] {
    ++request.price.raw;
    ++request.client_id.value;
    benchmark::DoNotOptimize(encode_place(text, Target{id++}, request, terms, tag));
  });
}
BENCHMARK(place_general)->Name("outbound/place_general");

void place_batch(benchmark::State& state) {
  OrderText text;
  const OrderTerms terms = swap_terms();
  const OrderTag tag("mm1");
  PlaceTemplates templates(1);
  std::vector<PlaceRequest> requests(kMaxBatch, some_place());
  const std::vector<const OrderTerms*> rows(kMaxBatch, &terms);
  for (std::size_t i = 0; i < requests.size(); ++i) requests[i].client_id.value += i;
  std::uint64_t id = 1;
  measure(state, [&] {
    ++requests[0].price.raw;
    benchmark::DoNotOptimize(templates.encode_batch(text, Target{id}, requests, rows, tag));
    id += kMaxBatch;
  });
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kMaxBatch));
}
BENCHMARK(place_batch)->Name("outbound/place_batch");

void amend(benchmark::State& state) {
  OrderText text;
  const OrderTerms terms = swap_terms();
  AmendRequest request = some_amend();
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
  std::uint64_t id = 1;
  measure(state,
          [&] { benchmark::DoNotOptimize(encode_cancel(text, Target{id++}, kSomeCancel, terms)); });
}
BENCHMARK(cancel)->Name("outbound/cancel");

void sign_rest(benchmark::State& state) {
  const Signer signer({Secret("key"), Secret("EXAMPLE-SECRET-NOT-REAL-0001"), Secret("pass")});
  const std::string body =
      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","clOrdId":"900000000017","tag":"mm1",)"
      R"("side":"buy","ordType":"post_only","sz":"0.05","px":"61250.1"})";
  Timestamp now = kOutboundTime;
  measure(state, [&] {
    now = now + milliseconds(1);
    benchmark::DoNotOptimize(
        signer.sign_rest(rest_timestamp(now).view(), "POST", "/api/v5/trade/order", body));
  });
}
BENCHMARK(sign_rest)->Name("outbound/sign_rest");

void order_push(benchmark::State& state, std::string_view this_update) {
  OrderPushWorld world(this_update);
  measure(state, [&] { world.feed(); });
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(world.size));
  if (world.sink.problems > 0) state.SkipWithError("the frame did not decode");
}
BENCHMARK_CAPTURE(order_push, live, kLiveUpdate)->Name("inbound/order_live");
BENCHMARK_CAPTURE(order_push, fill, kFillUpdate)->Name("inbound/order_fill");

}  // namespace
}  // namespace gannet::okx
