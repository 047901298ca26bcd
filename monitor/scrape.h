#pragma once

#include <expected>
#include <memory>

#include "base/error.h"
#include "monitor/figure.h"
#include "monitor/settings.h"

namespace gannet::monitor {

/// Serves the newest figures to Prometheus over HTTP, on two threads of its own. Who scrapes, how
/// often, and whether they read what they asked for, touches neither the trading thread nor the one
/// that shows: between them lies a pointer under a mutex that is held to copy it.
class Scrape {
 public:
  /// Errors: the address is not this machine's, or its port is taken; with the remedy.
  static std::expected<std::unique_ptr<Scrape>, Error> listen(const ScrapeSettings& settings);
  ~Scrape();
  Scrape(const Scrape&) = delete;
  Scrape& operator=(const Scrape&) = delete;

  /// What scrapes see from now on. One thread.
  void show(Figures figures);

 private:
  struct State;
  explicit Scrape(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gannet::monitor
