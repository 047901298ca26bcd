// Every hot path, a fixed number of times each, for callgrind to count the instructions of: the one
// measure that is the same on a busy machine and on an idle one. tools/instruction_guard.py runs it
// and compares with the counts that were accepted. By itself it says only that all paths work.
//
// Set-up, warm-up and what is between two operations is not counted. No clock, no random seed: the
// same work every time.

#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/store_journal.h"
#include "bench/micro/gate_world.h"
#include "bench/micro/inbound_world.h"
#include "bench/micro/order_book_world.h"
#include "bench/micro/outbound_world.h"
#include "bench/path/path_fixture.h"
#include "bench/path/private_ring.h"
#include "engine/core_journal.h"
#include "engine/journal_records.h"
#include "risk/rate_limiter.h"

namespace gannet::bench {
namespace {

constexpr int kOperations = 400;  // a multiple of what any path goes round in
constexpr int kWarmUp = 100;

std::vector<std::string_view> wanted;  // none: all

[[noreturn]] void give_up(std::string_view path, const char* why) {
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(path.size()), path.data(), why);
  std::exit(1);
}

/// `operation` is counted, `between` two of them is not. Both say whether all went well.
template <class F, class G>
void count(std::string_view path, F&& operation, G&& between) {
  for (int i = 0; i < kWarmUp; ++i) {
    if (!operation() || !between()) give_up(path, "does not work");
  }
  bool all = true;
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  for (int i = 0; i < kOperations; ++i) {
    CALLGRIND_TOGGLE_COLLECT;
    all = operation() && all;
    CALLGRIND_TOGGLE_COLLECT;
    all = between() && all;
  }
  const std::string name = std::string(path) + " " + std::to_string(kOperations);
  CALLGRIND_DUMP_STATS_AT(name.c_str());
  CALLGRIND_STOP_INSTRUMENTATION;
  if (!all) give_up(path, "does not work");
  std::printf("%s\n", name.c_str());
}
template <class F>
void count(std::string_view path, F&& operation) {
  count(path, operation, [] { return true; });
}

bool is_wanted(std::string_view path) {
  for (const std::string_view name : wanted) {
    if (name == path) return true;
  }
  return wanted.empty();
}

void inbound(std::string_view path, std::vector<std::string> frames) {
  if (!is_wanted(path)) return;
  InboundWorld world;
  world.feed(padded_frame(books_frame("snapshot", -1, 100)));
  for (std::string& frame : frames) frame = padded_frame(std::move(frame));
  std::size_t i = 0;
  count(path, [&] {
    const std::uint64_t before = world.sink.events;
    world.feed(frames[i]);
    i = i + 1 == frames.size() ? 0 : i + 1;
    return world.sink.events == before + 1;
  });
}

void order_push(std::string_view path, std::string_view update) {
  if (!is_wanted(path)) return;
  okx::OrderPushWorld world(update);
  count(path, [&] {
    world.feed();
    return world.sink.problems == 0;
  });
}

void book(std::string_view path) {
  if (!is_wanted(path)) return;
  const BookUpdates input;
  const auto book = std::make_unique<OrderBook>();
  fill(*book);
  std::size_t i = 0;
  count(path, [&] {
    const BookChange change = book->apply(input.updates[i]);
    i = (i + 1) % BookUpdates::kCount;
    return !change.overflow;
  });
}

void gate(std::string_view path, bool inverse) {
  if (!is_wanted(path)) return;
  risk::GateWorld world;
  const OrderIntent intent = world.order(inverse ? world.inverse : world.linear);
  count(path, [&] { return world.passes(intent); });
}

/// PRE-22: rules, gate and limiter.
void decision(std::string_view path) {
  if (!is_wanted(path)) return;
  risk::GateWorld world;
  risk::RateLimiter limiter({}, world.instruments);
  const OrderIntent intent = world.order(world.linear);
  Timestamp now = risk::kGateTime;
  count(path, [&] {
    now = now + milliseconds(70);
    return world.passes(intent) &&
           limiter.try_acquire(risk::RequestKind::Place, intent.instrument, now).granted;
  });
}

void limiter(std::string_view path) {
  if (!is_wanted(path)) return;
  const risk::GateWorld world;
  risk::RateLimiter limiter({}, world.instruments);
  Timestamp now = risk::kGateTime;
  count(path, [&] {
    now = now + milliseconds(70);
    return limiter.try_acquire(risk::RequestKind::Place, world.linear, now).granted;
  });
}

void journal(std::string_view path) {
  if (!is_wanted(path)) return;
  JournalRing ring = private_ring(std::size_t{1} << 22);
  app::StoreJournal store(ring);
  engine::CoreJournal pen(store, 8, 8);
  const engine::CoreJournal::Input input(pen);
  engine::PlaceIntentRecord intent;
  engine::PlaceRecord record;
  count(
      path,
      [&] {
        ++record.client_id;
        const auto price = static_cast<std::int64_t>(record.client_id);
        bool all = engine::append(pen, intent, risk::kGateTime);
        pen.read(risk::MarketValue::Bid, 1, price);
        pen.read(risk::MarketValue::Ask, 1, price + 1);
        pen.read(risk::MarketValue::Mark, 1, price / 8);
        pen.read(risk::MarketValue::BookTime, 1, price);
        return engine::append(pen, record, risk::kGateTime) && all;
      },
      [&] {
        ring.release(ring.peek().size());
        return true;
      });
}

void outbound() {
  okx::OrderText text;
  const okx::OrderTerms terms = okx::swap_terms();
  const okx::OrderTag tag("mm1");
  std::uint64_t id = 0;
  if (is_wanted("outbound/place_limit")) {
    okx::PlaceTemplates templates(1);
    PlaceRequest request = okx::some_place();
    count("outbound/place_limit", [&] {
      ++request.price.raw;
      ++request.client_id.value;
      return templates.encode(text, okx::Target{++id}, request, terms, tag).has_value();
    });
  }
  if (is_wanted("outbound/cancel")) {
    count("outbound/cancel", [&] {
      return okx::encode_cancel(text, okx::Target{++id}, okx::kSomeCancel, terms).has_value();
    });
  }
  if (is_wanted("outbound/amend")) {
    AmendRequest request = okx::some_amend();
    count("outbound/amend", [&] {
      ++request.new_price->raw;
      return okx::encode_amend(text, okx::Target{++id}, request, terms).has_value();
    });
  }
}

void tick_to_order(std::string_view path, BookFeed feed) {
  if (!is_wanted(path)) return;
  PathFixture fixture(feed);
  count(
      path, [&] { return fixture.tick().orders == 1; },
      [&] {
        fixture.answer();
        return fixture.surprises() == 0;
      });
}

void count_all() {
  inbound("inbound/bbo_tbt", {bbo_frame()});
  inbound("inbound/books_update", books_updates());
  inbound("inbound/trades", {trade_frame()});
  inbound("inbound/tickers", {ticker_frame()});
  order_push("inbound/order_live", okx::kLiveUpdate);
  order_push("inbound/order_fill", okx::kFillUpdate);
  book("book/apply_update");
  gate("risk/gate", false);
  gate("risk/gate_inverse", true);
  decision("risk/decision");
  limiter("limiter/acquire");
  journal("journal/decision");
  outbound();
  tick_to_order("path/tick_to_order/bbo", BookFeed::BestBidOffer);
  tick_to_order("path/tick_to_order/books", BookFeed::Depth400);
}

}  // namespace
}  // namespace gannet::bench

/// instruction_paths [PATH...]
int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) gannet::bench::wanted.emplace_back(argv[i]);
  gannet::bench::count_all();
}
