#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/venue.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/decode_algo.h"
#include "gateway/okx/protocol/in_flight.h"
#include "gateway/okx/protocol/order_terms.h"
#include "gateway/okx/protocol/request_bucket.h"
#include "gateway/okx/protocol/rest_frame.h"
#include "gateway/okx/protocol/rest_requests.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/protocol/session_problems.h"

namespace gannet::okx {

struct AlgoRestSettings {
  Nanos request_timeout = seconds(5);
  std::size_t maximum_waiting = 256;  ///< questions waiting for their bucket
  std::size_t maximum_pages = 100;    ///< of one list; then it is told as incomplete
  int read_retries = 2;
  Nanos retry_delay = milliseconds(300);
};

struct AlgoRestCounters {
  std::uint64_t requests = 0;
  std::uint64_t answers = 0;
  std::uint64_t late_answers = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t failed = 0;
  std::uint64_t refused_here = 0;  ///< the venue has no such order: answered as rejected
  WireCounts wire;  ///< requests handed to the connection, or answered here, by element
  std::uint64_t malformed_rows = 0;
  std::uint64_t unknown_instruments = 0;
};

/// Algo orders by REST, the only way the venue takes them, as a state machine over RestOutput:
/// requests are sent once and never again, questions wait for their bucket and are asked again when
/// the reason passes. The list of pending ones is asked kind by kind, all pages, and told in one
/// run. A single one that the venue no longer knows by its id is looked for in the history too.
/// Allocates; thread: reactor.
class AlgoRest final : public AlgoPort, private AlgoRows {
 public:
  AlgoRest(const RestIdentity& identity, const AccountContext& context,
           const OrderTermsTable& terms, AccountListener& listener, SessionProblems& problems,
           RestOutput& output, AlgoRestSettings settings);

  SendResult place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept override;
  SendResult amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept override;
  SendResult cancel_algos(std::span<const AlgoCancelRequest> requests,
                          Timestamp now) noexcept override;
  bool query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                  VenueOrderId venue_id, Timestamp now) noexcept override;
  /// SnapshotKind::AlgoOrders: rows are AlgoReports, between begin and end.
  bool request_list(std::uint64_t request, Timestamp now) noexcept;

  /// status 0: no answer. `certainly_not_sent`: and no byte of the request left.
  void on_response(std::uint64_t id, const HttpResponse& response, Timestamp now,
                   bool certainly_not_sent = false) noexcept;
  /// At least every 100 ms.
  void on_timer(Timestamp now) noexcept;
  void set_clock_offset(Nanos offset) noexcept { clock_offset_ = offset; }
  const AlgoRestCounters& counters() const noexcept { return counters_; }
  /// Questions that wait for their turn or for an answer.
  std::size_t pending() const noexcept { return waiting_.size() + asked_.size(); }

 private:
  enum class Ask : std::uint8_t { List, One, History, Operation };
  static constexpr std::size_t kAsks = 4;

  struct Question {
    Ask ask = Ask::List;
    std::string target;
    std::string body;  ///< operations
    Timestamp not_before;
    Timestamp deadline;
    int retries_left = 0;
    std::vector<Flight> flights;  ///< operations and single orders
    AlgoKind kind = AlgoKind::Conditional;

    std::uint64_t snapshot = 0;  ///< lists: the engine's number
    std::size_t list = 0;        ///< which of kAlgoLists
    Timestamp first_sent_at;
    std::size_t pages = 0;
    std::size_t page_rows = 0;
    std::uint64_t cursor = 0;
    bool complete = true;
    std::vector<AlgoReport> rows;
  };

  void on_algo_row(const AlgoReport& report) noexcept override;
  void on_bad_algo(const AlgoReport& ids, DecodeError error) noexcept override;

  SendResult send(std::string_view path, const Encoded& body, std::span<const Flight> flights,
                  Timestamp now);
  SendResult refuse(std::span<const Flight> flights, VenueReason reason);
  bool enqueue(Question question, Timestamp now);
  void pump(Timestamp now);
  bool transmit(Question& question, Timestamp now);
  void finish(Question& question, Timestamp now, bool certainly_not_sent);
  void finish_operation(const Question& question, Timestamp now, bool certainly_not_sent);
  void finish_one(Question& question, Timestamp now);
  void finish_list(Question& question, Timestamp now);
  void ask_history(Question& question, Timestamp now);
  bool retry(Question& question, Timestamp now);
  void answer_one(const Question& question, ExecutionReport::Kind kind, VenueReason reason,
                  Timestamp now);
  void tell_list(const Question& question, bool complete, Timestamp now);
  static std::string list_target(const Question& question);

  RestIdentity identity_;
  const AccountContext& context_;
  const OrderTermsTable& terms_;
  AccountListener& listener_;
  SessionProblems& problems_;
  RestOutput& output_;
  AlgoRestSettings settings_;
  RestFrame frame_;
  OrderText text_;
  Question* answering_ = nullptr;
  std::deque<Question> waiting_;
  std::map<std::uint64_t, Question> asked_;
  std::vector<ExecutionReport> refused_;  // told with the next timer, never within the call
  std::uint64_t next_id_ = 1;
  Nanos clock_offset_;
  std::array<RequestBucket, kAsks> buckets_;
  AlgoRestCounters counters_;
};

}  // namespace gannet::okx
