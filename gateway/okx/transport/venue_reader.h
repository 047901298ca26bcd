#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/http_client.h"
#include "gateway/net/tls_context.h"
#include "gateway/okx/protocol/rest_reader.h"

namespace gannet::okx {

struct VenueReaderSettings {
  net::HttpClientSettings http{};
  RestReaderSettings reader{};
  std::uint64_t jitter_seed = 1;
};

/// An answer with its rows, oldest or newest first as the venue tells them (lists: newest).
template <class Row>
struct ReadRows {
  RestOutcome outcome;
  std::vector<Row> rows;
};

/// A RestReader on a pool of keep-alive connections: typed questions to the venue for start-up,
/// warm-up and people's tools. Thread: the loop's, a cold one; it reads the wall clock.
class VenueReader final : private RestOutput, private RestReaderListener {
 public:
  using Answered = std::move_only_function<void(const RestOutcome& outcome)>;

  /// Error: an unusable url.
  static std::expected<std::unique_ptr<VenueReader>, Error> make(net::EventLoop& loop,
                                                                 const net::TlsContext& tls,
                                                                 const RestIdentity& identity,
                                                                 VenueReaderSettings settings);

  /// `sink` must live until `answered` is called, never from within this call. 0: it cannot be
  /// asked (a required parameter is missing, no credentials, too many wait).
  std::uint64_t ask(RestQuestion question, PageSink& sink, Answered answered);
  void cancel(std::uint64_t question) noexcept { reader_.cancel(question); }

  /// Asks and runs the loop until the answer is there. Not from within one of the loop's callbacks.
  RestOutcome wait(RestQuestion question, PageSink& sink);
  template <class Row>
  ReadRows<Row> read(RestQuestion question) {
    RowSink<Row> sink;
    RestOutcome outcome = wait(std::move(question), sink);
    return {std::move(outcome), std::move(sink.rows)};
  }

  void set_clock_offset(Nanos offset) noexcept { reader_.set_clock_offset(offset); }
  Nanos clock_offset() const noexcept { return reader_.clock_offset(); }
  const RestReaderCounters& counters() const noexcept { return reader_.counters(); }

 private:
  VenueReader(net::EventLoop& loop, std::unique_ptr<net::HttpClient> client,
              const RestIdentity& identity, const VenueReaderSettings& settings);
  bool send_request(std::uint64_t id, HttpRequest request) noexcept override;
  void on_answered(std::uint64_t question, const RestOutcome& outcome) noexcept override;
  void keep_time();

  net::EventLoop& loop_;
  RestReader reader_;
  std::map<std::uint64_t, Answered> waiting_;
  bool timer_runs_ = false;
  net::Timer timer_;
  std::unique_ptr<net::HttpClient> client_;  // first to go: its callbacks call us
};

}  // namespace gannet::okx
