#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "app/sim_options.h"
#include "base/error.h"
#include "gateway/net/event_loop.h"

namespace gannet::app {

/// The simulated venue on a loopback port: exchange, market, OKX's protocol, TLS.
/// Thread: the loop's.
class SimHost {
 public:
  static std::expected<std::unique_ptr<SimHost>, Error> start(net::EventLoop& loop,
                                                              const SimOptions& options);
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
