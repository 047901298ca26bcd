#include "app/credential_reload.h"

#include <optional>
#include <utility>

#include "app/startup.h"
#include "base/clock.h"
#include "config/load.h"
#include "gateway/net/http_client.h"
#include "gateway/okx/protocol/login_probe.h"
#include "gateway/okx/protocol/rest_requests.h"
#include "gateway/okx/protocol/signing.h"
#include "gateway/okx/transport/connect_pacer.h"
#include "gateway/okx/transport/order_connection.h"

namespace gannet::app {
namespace {

constexpr Nanos kPatience = seconds(20);

std::expected<okx::Credentials, std::string> reread(const config::Settings& settings) {
  if (settings.venue.embedded || settings.venue.environment == config::Environment::Paper) {
    return std::unexpected(
        "the engine's own simulated venue made its key: there is none to reload");
  }
  auto loaded = config::load(settings.file);
  if (!loaded) return std::unexpected(config::to_string(loaded.error().front()));
  config::CredentialSettings& read = loaded->venue.credentials;
  return okx::Credentials{std::move(read.api_key), std::move(read.secret),
                          std::move(read.passphrase)};
}

}  // namespace

/// One key on trial.
struct CredentialReload::Attempt {
  Attempt(net::EventLoop& loop, const okx::Credentials& read, Nanos clock_offset)
      : credentials(read), signer(read), probe(signer, clock_offset), timer(loop) {}
  ~Attempt() {
    if (connection) connection->stop();
  }

  okx::Credentials credentials;
  okx::Signer signer;
  okx::LoginProbe probe;
  okx::ConnectPacer pacer;
  net::Timer timer;
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<okx::SocketConnection> connection;
  Nanos deadline = monotonic_now() + kPatience;
  bool key_good = false;  // by REST
  Done done;
};

CredentialReload::CredentialReload(net::EventLoop& loop, const net::TlsContext& tls,
                                   const config::Settings& settings,
                                   const okx::AccountConfig& account)
    : loop_(loop), tls_(tls), settings_(settings), account_(account) {}
CredentialReload::~CredentialReload() = default;

void CredentialReload::start(Nanos clock_offset, Done done) {
  if (attempt_) {
    loop_.post(
        [done = std::move(done)] { done(std::unexpected("a reload is under way already")); });
    return;
  }
  auto read = reread(settings_);
  if (!read) {
    loop_.post(
        [done = std::move(done), why = std::move(read.error())] { done(std::unexpected(why)); });
    return;
  }
  attempt_ = std::make_shared<Attempt>(loop_, *read, clock_offset);
  Attempt& attempt = *attempt_;
  attempt.done = std::move(done);
  auto http =
      net::HttpClient::make(loop_, tls_, {.url = settings_.venue.rest_url, .connections = 1});
  auto socket = okx::SocketConnection::make(
      loop_, tls_, attempt.pacer,
      okx::order_connection_settings(settings_.venue.ws_private_url,
                                     static_cast<std::uint64_t>(wall_clock_now().nanos)),
      attempt.probe);
  if (!http || !socket) {
    return finish(std::unexpected("the venue's addresses cannot be used"));
  }
  attempt.http = std::move(*http);
  attempt.connection = std::move(*socket);
  const bool demo = settings_.venue.environment == config::Environment::Demo;
  attempt.http->send(
      okx::account_config_request({&attempt.signer, demo}, wall_clock_now() + clock_offset),
      [this, asked = std::weak_ptr(attempt_)](net::HttpAnswer answer) {
        if (!attempt_ || asked.lock() != attempt_) return;  // it took too long, and is over
        if (answer.response.status == 0) {
          return finish(std::unexpected("no answer from the venue: " + answer.error));
        }
        if (auto good = okx::check_answer(answer.response); !good) {
          return finish(std::unexpected(std::move(good.error().message)));
        }
        const auto account = okx::decode_account_config(answer.response);
        if (!account) return finish(std::unexpected(account.error().message));
        if (account->account_name != account_.account_name) {
          return finish(std::unexpected("the key is of another account: a restart takes that"));
        }
        if (auto good = check_key(settings_, *account); !good) {
          return finish(std::unexpected(std::move(good.error().error.message)));
        }
        attempt_->key_good = true;
        attempt_->connection->start();
      });
  // A few looks a second are enough for something a person waits for.
  struct Look {
    CredentialReload& self;
    void operator()() const {
      Attempt& now = *self.attempt_;
      if (const auto& outcome = now.probe.outcome()) {
        if (!*outcome) return self.finish(std::unexpected(outcome->error()));
        return self.finish(std::move(now.credentials));
      }
      if (monotonic_now() > now.deadline) {
        return self.finish(std::unexpected(now.key_good ? "the login was not answered in time"
                                                        : "the venue did not answer in time"));
      }
      now.timer.start(milliseconds(20), Look{self});
    }
  };
  attempt.timer.start(milliseconds(20), Look{*this});
}

/// The attempt goes in a later turn: its own timer or answer is calling.
void CredentialReload::finish(std::expected<okx::Credentials, std::string> result) {
  auto attempt = std::exchange(attempt_, nullptr);
  attempt->timer.cancel();
  loop_.post([attempt, result = std::move(result)]() mutable { attempt->done(std::move(result)); });
}

}  // namespace gannet::app
