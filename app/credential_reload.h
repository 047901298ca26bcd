#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "config/settings.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"
#include "gateway/okx/protocol/credentials.h"
#include "gateway/okx/protocol/rest_answers.h"

namespace gannet::app {

/// `gannet credentials reload`: reads the key again from where the configuration says, and proves
/// it by a question over REST and a login on a connection of its own, while the old one trades on.
/// A key of another account, one that may not trade or may withdraw, one that is refused or not
/// answered for: the old stays. Thread: the cold loop's.
class CredentialReload {
 public:
  /// The proven key, or why the old one stays, in one sentence without secrets.
  using Done = std::function<void(std::expected<okx::Credentials, std::string>)>;

  /// All outlive it. `account`: what the present key belongs to.
  CredentialReload(net::EventLoop& loop, const net::TlsContext& tls,
                   const config::Settings& settings, const okx::AccountConfig& account);
  ~CredentialReload();
  CredentialReload(const CredentialReload&) = delete;
  CredentialReload& operator=(const CredentialReload&) = delete;

  /// `done` is called once, never from within; at once refused while another reload is under way.
  /// `clock_offset`: venue minus ours, now.
  void start(Nanos clock_offset, Done done);

 private:
  struct Attempt;
  void finish(std::expected<okx::Credentials, std::string> result);

  net::EventLoop& loop_;
  const net::TlsContext& tls_;
  const config::Settings& settings_;
  const okx::AccountConfig& account_;
  std::shared_ptr<Attempt> attempt_;  // null: none is under way
};

}  // namespace gannet::app
