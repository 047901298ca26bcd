#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http_message.h"
#include "base/time.h"
#include "gateway/okx/protocol/endpoints.h"
#include "gateway/okx/protocol/error_codes.h"
#include "gateway/okx/protocol/full_jitter.h"
#include "gateway/okx/protocol/reference_rows.h"
#include "gateway/okx/protocol/request_bucket.h"
#include "gateway/okx/protocol/rest_frame.h"
#include "gateway/okx/protocol/rest_requests.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::okx {

/// One question, over all the pages of its answer.
struct RestQuestion {
  Endpoint endpoint = Endpoint::VenueTime;
  /// The venue's names and values, in the order they are to stand in; `limit` and the cursor come
  /// by themselves.
  std::vector<std::pair<std::string_view, std::string>> parameters{};
  /// Lists with a time: only rows of [from, to); zero: no bound. Pages end when `from` is reached.
  Timestamp from{};
  Timestamp to{};
  std::size_t maximum_rows = 0;  ///< enough after so many; 0: all
  /// Rows of a page; 0: as many as the venue gives.
  std::uint16_t page_rows = 0;
};

/// How a question ended.
struct RestOutcome {
  enum class Kind : std::uint8_t {
    Complete,   ///< everything that was asked for
    Bounded,    ///< more pages than allowed: the rows are the newest ones
    Refused,    ///< by the venue, for a reason that does not pass
    Failed,     ///< no usable answer within all attempts; rows of earlier pages may be there
    Cancelled,  ///< by us
  };
  Kind kind = Kind::Failed;
  ErrorClass error_class = ErrorClass::None;
  std::int32_t code = 0;  ///< the venue's; -1: none came
  int http_status = 0;    ///< of the last answer; 0: there was none
  std::string message{};  ///< one sentence for people; "" when complete
  std::size_t pages = 0;
  std::size_t rows = 0;            ///< told by the venue, once each
  std::uint32_t refused_rows = 0;  ///< that could not be understood
  int attempts = 0;

  bool complete() const noexcept { return kind == Kind::Complete; }
};

class RestReaderListener {
 public:
  /// Once per question that `ask` took, never from within `ask` or `cancel`.
  virtual void on_answered(std::uint64_t question, const RestOutcome& outcome) noexcept = 0;

 protected:
  ~RestReaderListener() = default;
};

struct RestReaderSettings {
  Nanos request_timeout = seconds(10);    ///< of one request
  Nanos question_timeout = seconds(300);  ///< of all its pages and attempts
  std::size_t maximum_waiting = 1'024;    ///< questions at once
  std::size_t maximum_in_flight = 4;      ///< requests at once
  std::size_t maximum_pages = 5'000;      ///< of one question
  int attempts = 5;                       ///< of one page
  Nanos first_delay = milliseconds(250);  ///< bound of the first wait; doubles (full jitter)
  Nanos longest_delay = seconds(10);
  Nanos longest_retry_after = seconds(120);  ///< what `Retry-After` may ask for at most
};

struct RestReaderCounters {
  std::uint64_t requests = 0;
  std::uint64_t answers = 0;
  std::uint64_t late_answers = 0;  ///< after a time-out or a cancellation
  std::uint64_t timed_out = 0;
  std::uint64_t retried = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t repeated_rows = 0;  ///< pages overlapped
};

/// Questions by REST off the hot path, as a state machine over RestOutput: typed rows over all
/// pages, the venue's limits kept by scope, passing failures asked again after a back-off with full
/// jitter or the time the venue names, everything bounded. A question that changes something
/// (leverage) is asked again only if it surely was not done. Owns no socket, clock or thread;
/// thread: whoever drives it, one.
class RestReader {
 public:
  RestReader(const RestIdentity& identity, RestOutput& output, RestReaderListener& listener,
             RestReaderSettings settings, std::uint64_t seed);

  /// `sink` must live until the answer. 0: too many wait, or a required parameter is missing.
  std::uint64_t ask(RestQuestion question, PageSink& sink, Timestamp now);
  /// What comes back later is dropped; `on_answered` follows with Cancelled, on the next timer.
  void cancel(std::uint64_t question) noexcept;

  /// status 0: no answer. `certainly_not_sent`: and no byte of the request left.
  void on_response(std::uint64_t request, const HttpResponse& response, Timestamp now,
                   bool certainly_not_sent = false);
  /// At least every 100 ms.
  void on_timer(Timestamp now);

  /// Venue clock minus ours: given, then measured whenever the venue finds ours wrong.
  void set_clock_offset(Nanos offset) noexcept { clock_offset_ = offset; }
  Nanos clock_offset() const noexcept { return clock_offset_; }
  std::size_t pending() const noexcept { return asked_.size(); }
  const RestReaderCounters& counters() const noexcept { return counters_; }

 private:
  struct Call {
    RestQuestion question;
    PageSink* sink = nullptr;
    std::uint64_t request = 0;  ///< in flight; 0: none
    Timestamp sent_at;
    Timestamp request_deadline;
    Timestamp deadline;
    Timestamp not_before;
    int failures = 0;  ///< of this page
    std::string cursor;
    std::vector<std::string> identities;  ///< of the page before
    RestOutcome outcome;
    bool done = false;
    bool needs_clock = false;
  };
  struct Lane {  // one bucket of the venue
    RequestBucket bucket;
    Timestamp held_until;
  };

  void pump(Timestamp now);
  bool transmit(std::uint64_t id, Call& call, Timestamp now);
  Lane& lane_of(const RestQuestion& question);
  void answered(Call& call, const HttpResponse& response, bool certainly_not_sent, Timestamp now);
  void take_page(Call& call);
  void fail(Call& call, const HttpResponse& response, bool certainly_not_sent, Timestamp now);
  void end(Call& call, RestOutcome::Kind kind, std::string message);
  void tell_ended();
  void measure_clock(const HttpResponse& response, Timestamp now);
  static HttpRequest plain_request(const Call& call);

  RestIdentity identity_;
  RestOutput& output_;
  RestReaderListener& listener_;
  RestReaderSettings settings_;
  FullJitter jitter_;
  RestFrame frame_;
  std::map<std::uint64_t, Call> asked_;               // by question, in order of asking
  std::map<std::uint64_t, std::uint64_t> in_flight_;  // request to question
  std::map<std::pair<Endpoint, std::string>, Lane> lanes_;
  Timestamp all_held_until_;  ///< the wall in front of the venue refused our address
  std::uint64_t next_question_ = 1;
  std::uint64_t next_request_ = 1;
  Nanos clock_offset_;
  std::uint64_t clock_request_ = 0;
  Timestamp clock_sent_at_;
  Timestamp clock_deadline_;
  RestReaderCounters counters_;
};

}  // namespace gannet::okx
