#include "app/sim_host.h"

#include <stdlib.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <map>
#include <utility>

#include "app/event_log_file.h"
#include "app/json_line.h"
#include "app/request_log.h"
#include "app/sim_accounts.h"
#include "app/sim_market.h"
#include "app/sim_scenario.h"
#include "base/clock.h"
#include "gateway/net/certificate.h"
#include "gateway/net/tls_context.h"
#include "sim/okx_server/protocol/server.h"
#include "sim/okx_server/transport/okx_server_transport.h"

namespace gannet::app {
namespace {

/// The certificate's directory: the given one, or a fresh one that goes away again.
class StateDirectory {
 public:
  static std::expected<StateDirectory, Error> make(const std::string& given) {
    std::error_code error;
    if (!given.empty()) {
      std::filesystem::create_directories(given, error);
      if (error) return std::unexpected(Error{given + ": " + error.message()});
      return StateDirectory(std::filesystem::absolute(given), false);
    }
    std::string pattern =
        (std::filesystem::temp_directory_path(error) / "gannet-sim-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      return std::unexpected(Error{"cannot make " + pattern});
    }
    return StateDirectory(pattern, true);
  }
  StateDirectory(StateDirectory&& other) noexcept
      : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}
  StateDirectory& operator=(StateDirectory&&) = delete;
  ~StateDirectory() {
    std::error_code ignored;
    if (temporary_) std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  StateDirectory(std::filesystem::path path, bool temporary)
      : path_(std::move(path)), temporary_(temporary) {}

  std::filesystem::path path_;
  bool temporary_;
};

std::expected<net::ServerSettings, Error> parse_listen(const std::string& listen) {
  net::ServerSettings settings;
  const std::size_t colon = listen.rfind(':');
  const std::string_view port =
      colon == std::string::npos ? "" : std::string_view(listen).substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), settings.port);
  if (port.empty() || error != std::errc{} || end != port.data() + port.size()) {
    return std::unexpected(Error{"--listen " + listen + ": want ADDRESS:PORT"});
  }
  settings.address = listen.substr(0, colon);
  return settings;
}

/// What the fault `certificate` shows, by its shapes.
std::expected<std::map<std::string, net::TlsContext, std::less<>>, Error> wrong_certificates(
    const std::filesystem::path& directory, const std::filesystem::path& key) {
  std::map<std::string, net::TlsContext, std::less<>> contexts;
  for (const char* const shape : {"expired", "wrong_host", "unknown_authority"}) {
    auto tls = net::TlsContext::server(
        {.certificate_file = (directory / (std::string(shape) + ".pem")).string(),
         .key_file = key.string()});
    if (!tls) return std::unexpected(std::move(tls.error()));
    contexts.emplace(shape, std::move(*tls));
  }
  return contexts;
}

std::expected<void, Error> order_scenario(const std::string& file, okx_server::Server& server) {
  if (file.empty()) return {};
  const auto steps = read_scenario(file);
  if (!steps) return std::unexpected(steps.error());
  for (const ScenarioStep& step : *steps) {
    if (auto taken = server.order_faults(step.json, wall_clock_now()); !taken) {
      return std::unexpected(Error{file + ":" + std::to_string(step.line) + ": " + taken.error()});
    }
  }
  return {};
}

/// Made-up markets open a minute of theirs before the doors do: whoever comes first finds trades
/// and last prices. Stepped time starts where it is told, recordings and other venues where they
/// are.
Timestamp market_begins(const SimOptions& options, std::size_t instruments,
                        Timestamp now) noexcept {
  if (options.market != "synthetic" || options.step) return now;
  // Of hundreds of instruments a shorter time: starting should not take long.
  constexpr double kActs = 120'000;
  const double acts = static_cast<double>(instruments) * options.events_per_second;
  const double length_s = std::clamp(kActs / std::max(acts, 1.0), 1.0, 60.0);
  return now - Nanos{static_cast<std::int64_t>(length_s * 1e9 / std::max(options.speed, 1.0))};
}

}  // namespace

struct SimHost::Parts {
  explicit Parts(StateDirectory directory) : state(std::move(directory)) {}
  ~Parts() {
    transport = nullptr;  // first: it calls the others
    if (market) market->close();
  }

  okx_server::Settings server_settings(const SimOptions& options);

  StateDirectory state;
  net::CertificateFiles certificates;
  std::string host = "127.0.0.1";  ///< as the ready line names it
  std::unique_ptr<SimMarket> market;
  std::unique_ptr<EventLogFile> event_log;  // of the server's exchange
  okx_server::Credentials credentials;
  // The transport calls the server until it is gone, and the market trades on the server's
  // exchange.
  std::unique_ptr<okx_server::Transport> transport = std::make_unique<okx_server::Transport>();
  std::unique_ptr<okx_server::Server> server;
};

okx_server::Settings SimHost::Parts::server_settings(const SimOptions& options) {
  okx_server::Settings settings =
      okx_server::make_default_settings(options.seed, market->instruments(), market->currencies());
  settings.speed = options.speed;
  settings.step_mode = options.step;
  settings.clock_skew = options.clock_skew;
  settings.demo = options.demo;
  settings.instruments = market->listed();
  settings.best_price_interval_ms = options.best_price_interval_ms;
  settings.book_interval_ms = options.book_interval_ms;
  if (!options.rate_limits) settings.limits = okx_server::no_limits();
  settings.socket_orders_by_name = options.orders_by_name;
  return settings;
}

std::expected<std::unique_ptr<SimHost>, Error> SimHost::start(net::EventLoop& loop,
                                                              const SimOptions& options) {
  auto listen = parse_listen(options.listen);
  if (!listen) return std::unexpected(listen.error());
  if (!(options.speed > 0)) return std::unexpected(Error{"--speed must be above zero"});

  auto state = StateDirectory::make(options.state_directory);
  if (!state) return std::unexpected(state.error());
  auto parts = std::make_unique<Parts>(std::move(*state));
  net::CertificateNames names;
  if (listen->address != "127.0.0.1") names.ip_addresses.push_back(listen->address);
  auto certificates = net::make_certificates(parts->state.path(), names, true);
  if (!certificates) return std::unexpected(certificates.error());
  parts->certificates = *certificates;
  auto tls = net::TlsContext::server({.certificate_file = certificates->certificate.string(),
                                      .key_file = certificates->key.string()});
  if (!tls) return std::unexpected(tls.error());
  auto market = SimMarket::prepare(loop, options);
  if (!market) return std::unexpected(std::move(market.error()));
  parts->market = std::move(*market);

  okx_server::Settings settings = parts->server_settings(options);
  if (auto taken = take_accounts(options.accounts, parts->market->currencies(), settings); !taken) {
    return std::unexpected(std::move(taken.error()));
  }
  settings.on_request = request_log(options.log_requests);
  settings.fault_seed = options.fault_seed;
  settings.fault_intensity = options.fault_intensity;
  parts->credentials = settings.keys.front().credentials;
  // Who listens everywhere is told the address that always works from here.
  if (listen->address != "0.0.0.0" && listen->address != "::") parts->host = listen->address;
  const Timestamp now = wall_clock_now();
  const Timestamp begin = market_begins(options, parts->market->listed().size(), now);
  if (!options.event_log.empty()) {
    auto log = EventLogFile::open(options.event_log, parts->market->instruments(),
                                  parts->market->currencies(), begin + options.clock_skew);
    if (!log) return std::unexpected(std::move(log.error()));
    parts->event_log = std::move(*log);
    settings.observer = &parts->event_log->events();
  }
  parts->server =
      std::make_unique<okx_server::Server>(std::move(settings), parts->market->instruments(),
                                           parts->market->currencies(), *parts->transport, begin);
  if (auto opened = parts->market->open(
          loop, parts->server->exchange(), options,
          [server = parts->server.get()](Timestamp wall) { return server->exchange_time(wall); },
          begin);
      !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  parts->server->set_market(
      [market = parts->market.get()](Timestamp time) { market->advance(time); });
  for (int step = 0; begin < now && step < 600; ++step)
    parts->server->on_timer(begin + Nanos{(now - begin).count / 600 * step});
  auto wrong = wrong_certificates(parts->state.path(), certificates->key);
  if (!wrong) return std::unexpected(std::move(wrong.error()));
  if (auto listening = parts->transport->start(
          loop, *tls, {.server = std::move(*listen), .certificates = std::move(*wrong)},
          *parts->server);
      !listening) {
    return std::unexpected(listening.error());
  }
  if (auto ordered = order_scenario(options.scenario, *parts->server); !ordered) {
    return std::unexpected(std::move(ordered.error()));
  }
  return std::unique_ptr<SimHost>(new SimHost(std::move(parts)));
}

SimHost::SimHost(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SimHost::~SimHost() = default;

std::string SimHost::ready_line() const {
  const std::string& host = parts_->host;
  const std::string port = ":" + std::to_string(parts_->transport->port());
  const std::string address =
      host.find(':') != std::string::npos ? "[" + host + "]" + port : host + port;
  JsonLine line;
  line.begin_object()
      .field("event", "sim.ready")
      .field("url", "https://" + address)
      .field("ws", "wss://" + address + "/ws/v5")
      .field("ca", parts_->certificates.ca.string())
      .field("api_key", parts_->credentials.key)
      .field("secret", parts_->credentials.secret)
      .field("passphrase", parts_->credentials.passphrase)
      .end_object();
  return line.text();
}

}  // namespace gannet::app
