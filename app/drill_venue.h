#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/child_sim.h"
#include "base/error.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/http_client.h"
#include "gateway/net/tls_context.h"

namespace gannet::app {

/// The simulated venue of a drill: it outlives the engines, and says what really rests there.
class DrillVenue {
 public:
  /// Its files and its log lie in `folder`.
  static std::expected<std::unique_ptr<DrillVenue>, Error> start(const std::string& folder);

  const SimReady& ready() const noexcept { return child_->ready(); }
  /// The venue's numbers of the orders that rest now.
  std::expected<std::vector<std::string>, Error> resting();

 private:
  explicit DrillVenue(std::unique_ptr<ChildSim> child) : child_(std::move(child)) {}

  std::unique_ptr<ChildSim> child_;
  net::EventLoop loop_;
  std::optional<net::TlsContext> tls_;
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace gannet::app
