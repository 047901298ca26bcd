#pragma once

#include <memory>

#include "base/time.h"
#include "monitor/http_courier.h"

namespace gannet::monitor {

/// Requests by libcurl, any number of them at once, without a thread of their own: whoever calls
/// `work` carries them. Redirects are not followed, answers' bodies are thrown away, certificates
/// are verified. libcurl copies URLs into memory that is not locked. Thread: one, but for `wake`.
class CurlCourier final : public HttpCourier {
 public:
  CurlCourier();
  ~CurlCourier() override;
  CurlCourier(const CurlCourier&) = delete;
  CurlCourier& operator=(const CurlCourier&) = delete;

  void start(HttpJob job, Done done) override;
  /// Sleeps until something happens, at most `longest`, and calls back for what is over.
  void work(Nanos longest);
  /// Ends a sleep. Any thread.
  void wake() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gannet::monitor
