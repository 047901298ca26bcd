#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/http_message.h"
#include "domain/venue.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/in_flight.h"
#include "gateway/okx/protocol/request_bucket.h"
#include "gateway/okx/protocol/rest_requests.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/protocol/session_problems.h"

namespace gannet::okx {

struct RestSessionSettings {
  Nanos request_timeout = seconds(5);
  Nanos clock_interval = seconds(60);   ///< between questions for the venue's clock
  Nanos clock_round_trip = seconds(1);  ///< slower answers say nothing about the clock
  std::size_t maximum_waiting = 256;    ///< questions waiting for their bucket
  std::size_t maximum_pages = 200;      ///< of one list; then it is told as incomplete
  int read_retries = 2;                 ///< of a question that failed for a passing reason
  Nanos retry_delay = milliseconds(300);
  bool ask_clock = true;
};

struct RestSessionCounters {
  std::uint64_t requests = 0;
  std::uint64_t answers = 0;
  std::uint64_t late_answers = 0;  ///< after the time-out, or never asked
  std::uint64_t timed_out = 0;
  std::uint64_t failed = 0;
  std::uint64_t malformed_rows = 0;
  std::uint64_t unknown_instruments = 0;
};

/// Questions and, when the socket is down, orders by REST, as a state machine over RestOutput.
/// Keeps its own count of questions per endpoint, so that the venue's limits are never met
/// [PROTOCOL 11.3]; a question that must wait is sent by on_timer. Allocates; thread: reactor.
class RestSession {
 public:
  RestSession(const RestIdentity& identity, const AccountContext& context,
              const OrderTermsTable& terms, AccountListener& listener, SessionProblems& problems,
              RestOutput& output, RestSessionSettings settings);
  ~RestSession();
  RestSession(const RestSession&) = delete;
  RestSession& operator=(const RestSession&) = delete;

  /// status 0: no answer.
  void on_response(std::uint64_t id, const HttpResponse& response, Timestamp now) noexcept;
  /// At least every 100 ms.
  void on_timer(Timestamp now) noexcept;

  /// Orders and amends in `body` (made with kRest); the reply reports come by the listener.
  SendResult send(std::string_view target, std::string_view body, Timestamp expire_time,
                  std::span<const Flight> flights, Timestamp now) noexcept;
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept;
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept;
  /// The dead-man timer; at most once a second goes out. The answer is judged silently but for
  /// refusals, which are problems.
  bool refresh_cancel_all_after(int timeout_seconds, std::string_view tag, Timestamp now) noexcept;

  /// Venue clock minus ours, as measured (or given at start).
  void set_clock_offset(Nanos offset) noexcept { clock_offset_ = offset; }
  Nanos clock_offset() const noexcept { return clock_offset_; }
  /// Stopped for good: why, in one sentence; "" otherwise. Nothing is asked any more.
  std::string_view stop_reason() const noexcept { return stop_reason_; }
  const RestSessionCounters& counters() const noexcept { return counters_; }

 private:
  enum class Ask : std::uint8_t {
    Clock,
    OpenOrders,
    Fills,
    Positions,
    Balances,
    Order,
    Act,
    Timer
  };
  struct Question;
  struct Rows;

  bool enqueue(Question question, Timestamp now);
  void pump(Timestamp now);
  bool transmit(Question& question, Timestamp now);
  void finish(Question& question, const HttpResponse& response, Timestamp now);
  void finish_list(Question& question, const HttpResponse& response, Timestamp now);
  void finish_order(Question& question, const HttpResponse& response, Timestamp now);
  void finish_act(Question& question, const HttpResponse& response, Timestamp now);
  void finish_clock(const Question& question, const HttpResponse& response, Timestamp now);
  bool retry(Question& question, const HttpResponse& response, Timestamp now);
  void give_up(Question& question, Timestamp now);
  void end_list(const Question& question, bool complete, Timestamp now);
  RequestBucket& bucket_of(Ask ask) noexcept;
  void note_stop(std::int32_t code, std::string_view text);

  RestIdentity identity_;
  const AccountContext& context_;
  const OrderTermsTable& terms_;
  AccountListener& listener_;
  SessionProblems& problems_;
  RestOutput& output_;
  RestSessionSettings settings_;
  std::unique_ptr<Rows> rows_;
  std::deque<Question> waiting_;
  std::map<std::uint64_t, Question> asked_;  // by id: ordered, so that time-outs are too
  std::uint64_t next_id_ = 1;
  Nanos clock_offset_;
  Timestamp clock_asked_;
  Timestamp timer_refreshed_;
  std::string stop_reason_;
  RequestBucket clock_bucket_{8, seconds(2)};  // each a little below the venue's own limit
  RequestBucket orders_bucket_{55, seconds(2)};
  RequestBucket fills_bucket_{55, seconds(2)};
  RequestBucket positions_bucket_{9, seconds(2)};
  RequestBucket balances_bucket_{9, seconds(2)};
  RequestBucket order_bucket_{55, seconds(2)};
  RestSessionCounters counters_;
};

}  // namespace gannet::okx
