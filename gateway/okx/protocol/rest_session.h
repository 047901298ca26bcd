#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/http_message.h"
#include "domain/venue.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/clock_filter.h"
#include "gateway/okx/protocol/decode_account.h"
#include "gateway/okx/protocol/decode_fill.h"
#include "gateway/okx/protocol/decode_order.h"
#include "gateway/okx/protocol/decode_position.h"
#include "gateway/okx/protocol/error_codes.h"
#include "gateway/okx/protocol/full_jitter.h"
#include "gateway/okx/protocol/in_flight.h"
#include "gateway/okx/protocol/request_bucket.h"
#include "gateway/okx/protocol/rest_frame.h"
#include "gateway/okx/protocol/rest_requests.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/protocol/session_problems.h"

namespace gannet::okx {

struct RestSessionSettings {
  Nanos request_timeout = seconds(5);
  Nanos clock_interval = seconds(60);      ///< between questions for the venue's clock; 0: never
  Nanos clock_round_trip = seconds(1);     ///< slower answers say nothing about the clock
  Nanos clock_tell_spacing = seconds(10);  ///< between two words on small changes of it
  Nanos clock_tell_at_once = milliseconds(5);  ///< a larger change is told when it is seen
  std::size_t maximum_waiting = 256;           ///< questions waiting for their bucket
  std::size_t maximum_pages = 200;             ///< of one list; then it is told as incomplete
  int read_retries = 2;                        ///< of a question that failed for a passing reason
  Nanos retry_delay = milliseconds(300);       ///< bound of the first wait; doubles (full jitter)
  Nanos retry_delay_max = seconds(5);
  std::uint64_t jitter_seed = 1;
  bool untagged_timer = false;  ///< the dead-man timer is everybody's: the account is ours alone
};

struct RestSessionCounters {
  std::uint64_t requests = 0;
  std::uint64_t answers = 0;
  std::uint64_t late_answers = 0;  ///< after the time-out, or never asked
  std::uint64_t timed_out = 0;
  std::uint64_t retried = 0;
  std::uint64_t failed = 0;
  std::uint64_t malformed_rows = 0;
  std::uint64_t unknown_instruments = 0;
  WireCounts wire;  ///< order requests handed to the connection, by element
};

/// Questions and, when the socket is down, orders by REST, as a state machine over RestOutput.
/// Keeps its own count of questions per endpoint, so that the venue's limits are never met
/// [PROTOCOL 11.3]; a question that must wait is sent by on_timer. Lists are collected over all
/// their pages and then told in one run, fills oldest first. Allocates; thread: reactor.
class RestSession final : private OrderRows,
                          private FillRows,
                          private PositionRows,
                          private BalanceRows {
 public:
  RestSession(const RestIdentity& identity, const AccountContext& context,
              const OrderTermsTable& terms, AccountListener& listener, SessionProblems& problems,
              RestOutput& output, RestSessionSettings settings);

  /// status 0: no answer. `certainly_not_sent`: and no byte of the request left.
  void on_response(std::uint64_t id, const HttpResponse& response, Timestamp now,
                   bool certainly_not_sent = false) noexcept;
  /// At least every 100 ms.
  void on_timer(Timestamp now) noexcept;

  /// An order operation: `body` made with kRest, `flights` what its elements ask. The reply reports
  /// come by the listener. Never waits and is never sent again.
  SendResult send(std::string_view path, std::string_view body, Timestamp expire_time,
                  std::span<const Flight> flights, Timestamp now) noexcept;
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept;
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept;
  /// The dead-man timer of our tag, at most once a second; false: too soon, or not to be asked now.
  bool set_cancel_all_after(std::uint32_t timeout_seconds, Timestamp now) noexcept;

  /// Venue clock minus ours: given at start, then measured.
  void set_clock_offset(Nanos offset) noexcept { clock_offset_ = offset; }
  Nanos clock_offset() const noexcept { return clock_offset_; }
  /// Another measurement of the venue's clock, by whoever has one.
  void on_clock_sample(const ClockSample& sample);
  /// Stopped for good (refused credentials): why, in one sentence; "" otherwise. Nothing is asked
  /// any more.
  std::string_view stop_reason() const noexcept { return stop_reason_; }
  const RestSessionCounters& counters() const noexcept { return counters_; }
  /// Questions that wait for their turn or for an answer.
  std::size_t pending() const noexcept { return waiting_.size() + asked_.size(); }
  std::uint64_t unlisted_codes() const noexcept { return unlisted_.count(); }

 private:
  enum class Ask : std::uint8_t {
    OpenOrders,
    Fills,
    Positions,
    Balances,
    Order,
    Clock,
    Operation,
    DeadMan
  };
  static constexpr std::size_t kAsks = 8;

  /// What was asked, and what of a list has come so far.
  struct Question {
    Ask ask = Ask::Clock;
    HttpRequest request;  ///< headers are made at sending
    Timestamp not_before;
    Timestamp deadline;
    Timestamp sent_at;
    Timestamp expire_time;  ///< operations
    int retries_left = 0;
    int retries = 0;              ///< of this page
    std::vector<Flight> flights;  ///< operations and single orders

    std::uint64_t snapshot = 0;  ///< lists: the engine's number
    Timestamp since;
    Timestamp first_sent_at;
    std::size_t pages = 0;
    std::size_t page_rows = 0;
    std::uint64_t cursor = 0;  ///< the last row's id
    bool complete = true;
    std::vector<ExecutionReport> orders;
    std::vector<FillReport> fills;
    std::vector<PositionReport> positions;
    std::vector<BalanceReport> balances;
  };

  // The decoders' rows, of the question being answered.
  void on_order(const DecodedOrder& order) noexcept override;
  void on_bad_order(const ExecutionReport& ids, DecodeError error) noexcept override;
  void on_fill_row(const FillReport& fill, std::uint64_t bill_id) noexcept override;
  void on_bad_fill(DecodeError error, std::uint64_t bill_id) noexcept override;
  void on_position_row(const PositionReport& position) noexcept override;
  void on_bad_position(DecodeError error) noexcept override;
  void on_balance_row(const BalanceReport& balance) noexcept override;
  void on_bad_balance(DecodeError error) noexcept override;
  void bad_row(DecodeError error) noexcept;

  bool enqueue(Question question, Timestamp now);
  void pump(Timestamp now);
  bool transmit(Question& question, Timestamp now);
  void finish(Question& question, Timestamp now, bool certainly_not_sent);
  void finish_list(Question& question, Timestamp now);
  void finish_order(Question& question, Timestamp now);
  void finish_operation(const Question& question, Timestamp now, bool certainly_not_sent);
  void finish_clock(const Question& question, Timestamp now);
  bool retry(Question& question, Timestamp now);
  void give_up(const Question& question, Timestamp now);
  void tell_list(const Question& question, bool complete, Timestamp now);
  void stop(std::int32_t code);
  static std::string list_target(const Question& question);

  RestIdentity identity_;
  const AccountContext& context_;
  const OrderTermsTable& terms_;
  AccountListener& listener_;
  SessionProblems& problems_;
  RestOutput& output_;
  RestSessionSettings settings_;
  RestFrame frame_;
  Question* answering_ = nullptr;
  std::deque<Question> waiting_;
  std::map<std::uint64_t, Question> asked_;  // by id: ordered, so that time-outs are too
  std::uint64_t next_id_ = 1;
  Nanos clock_offset_;
  Nanos clock_told_;  // the offset the listener knows
  Timestamp clock_told_at_;
  ClockFilter clock_;
  Timestamp clock_asked_;
  std::string stop_reason_;
  FullJitter jitter_;
  std::array<RequestBucket, kAsks> buckets_;
  UnlistedCodes unlisted_;
  RestSessionCounters counters_;
};

}  // namespace gannet::okx
