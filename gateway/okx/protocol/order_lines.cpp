#include "gateway/okx/protocol/order_lines.h"

#include <algorithm>

namespace gannet::okx {
namespace {

constexpr std::uint64_t mixed_hash(std::uint64_t hash, std::uint64_t value) noexcept {
  std::uint64_t z = hash ^ (value + 0x9E3779B97F4A7C15ull + (hash << 6) + (hash >> 2));
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  return z ^ (z >> 27);
}

/// Everything a push says but when it came. Never 0.
std::uint64_t hash_of_push(const ExecutionReport& report) noexcept {
  std::uint64_t hash = 1;
  const auto add = [&hash](auto value) {
    hash = mixed_hash(hash, static_cast<std::uint64_t>(value));
  };
  add(report.instrument.value);
  add(report.venue_id.value);
  add(report.client_id.value);
  add(report.amend_id);
  add(report.kind);
  add(report.reason);
  add(report.state);
  add(report.price.raw);
  add(report.quantity.raw);
  add(report.cumulative_quantity.raw);
  add(report.has_fill ? report.fill.trade_id.value : -1);
  add(report.exchange_time.nanos);
  return hash | 1;
}

}  // namespace

OrderLines::OrderLines(const Signer& signer, const AccountContext& context,
                       AccountListener& listener, SessionProblems& problems,
                       OrderSessionSettings settings, LineControl& control)
    : sessions_{OrderSession{signer, context, listener, problems, settings},
                OrderSession{signer, context, listener, problems, settings}},
      pair_(sessions_[0], sessions_[1], control) {
  for (OrderSession& session : sessions_) session.set_push_filter(this);
  pair_.on_connection([&listener](ConnectionState state, Timestamp now) {
    listener.on_account_connection(state, now);
  });
}

bool OrderLines::is_news(const OrderSession& session, const ExecutionReport& report) noexcept {
  return pair_.is_news(session, hash_of_push(report), report.receive_time);
}

OrderSessionCounters OrderLines::counters() const noexcept {
  OrderSessionCounters sum = sessions_[0].counters();
  const OrderSessionCounters& more = sessions_[1].counters();
  sum.frames += more.frames;
  sum.replies += more.replies;
  sum.unmatched_replies += more.unmatched_replies;
  sum.malformed += more.malformed;
  sum.unknown_instruments += more.unknown_instruments;
  sum.ignored_frames += more.ignored_frames;
  sum.timed_out_requests += more.timed_out_requests;
  sum.lost_requests += more.lost_requests;
  sum.wire = sum.wire + more.wire;
  sum.connections = std::max(sum.connections, more.connections);
  return sum;
}

}  // namespace gannet::okx
