#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "gateway/net/event_loop.h"

namespace gannet::app {

/// What `gannet sim` is asked for.
struct SimOptions {
  std::string listen = "127.0.0.1:0";    ///< address:port; port 0: a free one
  std::string market = "synthetic";      ///< or "replay:FILE", or "none": only clients trade
  std::vector<std::string> instruments;  ///< the venue's lists; empty: the built-in ones, or
                                         ///< what the recording teaches
  std::uint64_t seed = 1;
  double speed = 1;                 ///< of market, funding and history
  double events_per_second = 40;    ///< of the synthetic market, per instrument
  bool rate_limits = true;          ///< the venue's own; false: none
  int best_price_interval_ms = 10;  ///< bbo-tbt; 0: every change at once
  int book_interval_ms = 100;       ///< books, books5
  Nanos clock_skew;                 ///< how far its clock is ahead of this machine's
  bool demo = false;                ///< a demo account: takes the demo header and nothing else
  std::string state_directory;  ///< where the certificate goes; "": a fresh one, removed at the end
};

/// The simulated venue on a loopback port: exchange, market, OKX's protocol, TLS.
/// Thread: the loop's.
class SimHost {
 public:
  /// Told of every refused request: where, OKX's code, why.
  using OnRefusal =
      std::function<void(std::string_view where, std::string_view code, std::string_view why)>;

  static std::expected<std::unique_ptr<SimHost>, Error> start(net::EventLoop& loop,
                                                              const SimOptions& options,
                                                              OnRefusal on_refusal);
  ~SimHost();
  SimHost(const SimHost&) = delete;
  SimHost& operator=(const SimHost&) = delete;

  /// One JSON object: event, url, ws, ca, api_key, secret, passphrase. [DESIGN 9]
  std::string ready_line() const;

 private:
  struct Parts;
  explicit SimHost(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace gannet::app
