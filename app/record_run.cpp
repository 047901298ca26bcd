#include "app/record_run.h"

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <utility>

#include "app/recorded_session.h"
#include "base/clock.h"
#include "gateway/net/tls_context.h"
#include "gateway/okx/transport/connect_pacer.h"
#include "gateway/okx/transport/market_connection.h"

namespace gannet::app {
namespace {

enum class NamedBy : std::uint8_t { Instrument, Derivative, Swap, Index, Type, Nothing };

NamedBy named_by(std::string_view channel) noexcept {
  if (channel.starts_with("index-")) return NamedBy::Index;
  if (channel.starts_with("mark-price")) return NamedBy::Derivative;
  if (channel == "open-interest" || channel == "price-limit") return NamedBy::Derivative;
  if (channel == "funding-rate") return NamedBy::Swap;
  if (channel == "instruments" || channel == "liquidation-orders" || channel == "adl-warning") {
    return NamedBy::Type;
  }
  if (channel == "status") return NamedBy::Nothing;
  return NamedBy::Instrument;
}

bool is_spot(std::string_view name) noexcept { return std::ranges::count(name, '-') == 1; }

/// "BTC-USDT-SWAP" is of the index "BTC-USDT".
std::string index_of(const std::string& name) {
  const std::size_t first = name.find('-');
  return name.substr(0, first == std::string::npos ? first : name.find('-', first + 1));
}

std::string type_of(std::string_view name) {
  if (is_spot(name)) return "SPOT";
  if (name.ends_with("-SWAP")) return "SWAP";
  return std::ranges::count(name, '-') == 4 ? "OPTION" : "FUTURES";
}

}  // namespace

std::vector<std::string> default_record_channels() {
  return {"books", "trades", "tickers", "mark-price", "index-tickers"};
}

void set_socket_urls(const std::string& url, RecordOptions& options) {
  std::string base = url;
  while (base.ends_with('/')) base.pop_back();
  constexpr std::array<std::string_view, 3> kPaths{"/public", "/private", "/business"};
  for (const std::string_view path : kPaths) {
    if (base.ends_with(path)) base.resize(base.size() - path.size());
  }
  const std::size_t host = base.find("://");
  if (host != std::string::npos && base.find('/', host + 3) == std::string::npos) base += "/ws/v5";
  options.public_url = base + "/public";
  options.business_url = base + "/business";
}

RecorderSettings recorder_settings(const config::RecordSettings& settings) {
  RecorderSettings out;
  out.segments = {settings.directory, settings.segment_bytes_max, settings.segment_duration_max};
  out.queue_bytes = settings.queue_bytes;
  out.disk_free_min_ppm = settings.disk_free_min_ppm;
  return out;
}

std::expected<void, Error> take_settings(const config::Settings& settings, RecordOptions& options) {
  if (settings.venue.embedded) {
    return std::unexpected(Error{settings.file +
                                 ": its venue is embedded and has no address to record from: set "
                                 "[record] there and gannetd records, or name one with --url"});
  }
  options.public_url = settings.venue.ws_public_url;
  options.business_url = settings.venue.ws_business_url;
  options.ca_file = settings.venue.ca_file;
  for (const auto& instrument : settings.instruments) {
    options.instruments.push_back(instrument.name);
  }
  if (!settings.record) return {};
  options.channels = settings.record->channels;
  options.recorder = recorder_settings(*settings.record);
  return {};
}

std::vector<okx::ListenArgument> listen_arguments(const std::vector<std::string>& channels,
                                                  const std::vector<std::string>& instruments) {
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<okx::ListenArgument> arguments;
  const auto add = [&](const std::string& channel, std::string name) {
    if (seen.emplace(channel, name).second) arguments.push_back({channel, std::move(name)});
  };
  for (const std::string& channel : channels) {
    const NamedBy by = named_by(channel);
    if (by == NamedBy::Nothing) add(channel, "");
    for (const std::string& instrument : instruments) {
      switch (by) {
        case NamedBy::Instrument:
          add(channel, instrument);
          break;
        case NamedBy::Derivative:
          if (!is_spot(instrument)) add(channel, instrument);
          break;
        case NamedBy::Swap:
          if (instrument.ends_with("-SWAP")) add(channel, instrument);
          break;
        case NamedBy::Index:
          add(channel, index_of(instrument));
          break;
        case NamedBy::Type:
          add(channel, type_of(instrument));
          break;
        case NamedBy::Nothing:
          break;
      }
    }
  }
  return arguments;
}

struct RecordRun::Parts final : okx::ListenProblems {
  Parts(net::TlsContext context, std::unique_ptr<FrameRecorder> opened, Refused told)
      : tls(std::move(context)), recorder(std::move(opened)), refused(std::move(told)) {}
  ~Parts() { finish(); }

  struct Line {
    Line(std::vector<okx::ListenArgument> arguments, okx::ListenProblems& problems, FrameTap& tap)
        : listener({}, std::move(arguments), problems), recorded(listener, tap) {}
    okx::ListenSession listener;
    RecordedSession recorded;
    std::unique_ptr<okx::SocketConnection> connection;
  };

  std::expected<void, Error> add(net::EventLoop& loop, const std::string& channel,
                                 const std::string& url,
                                 std::vector<okx::ListenArgument> arguments) {
    if (arguments.empty()) return {};
    Line& line = lines.emplace_back(std::move(arguments), *this, recorder->add_tap(channel));
    auto connection = okx::SocketConnection::make(
        loop, tls, pacer,
        okx::market_connection_settings(url, static_cast<std::uint64_t>(wall_clock_now().nanos)),
        line.recorded);
    if (!connection) return std::unexpected(std::move(connection.error()));
    line.connection = std::move(*connection);
    return {};
  }

  void on_refused(std::string_view message) noexcept override { refused(message); }

  void finish() {
    for (Line& line : lines) line.connection.reset();
    recorder->stop();
  }

  net::TlsContext tls;
  std::unique_ptr<FrameRecorder> recorder;
  Refused refused;
  okx::ConnectPacer pacer;
  std::deque<Line> lines;
};

std::expected<std::unique_ptr<RecordRun>, Error> RecordRun::start(net::EventLoop& loop,
                                                                  const RecordOptions& options,
                                                                  Refused refused) {
  auto tls = net::TlsContext::client({.system_roots = true, .ca_file = options.ca_file});
  if (!tls) return std::unexpected(std::move(tls.error()));
  auto arguments = listen_arguments(options.channels, options.instruments);
  if (arguments.empty()) {
    return std::unexpected(Error{"nothing to record: no instrument that the channels exist for"});
  }
  auto recorder = FrameRecorder::open(options.recorder);
  if (!recorder) return std::unexpected(std::move(recorder.error()));
  auto parts = std::make_unique<Parts>(std::move(*tls), std::move(*recorder), std::move(refused));
  const auto business = std::ranges::stable_partition(
      arguments, [](const auto& argument) { return !okx::is_business_channel(argument.channel); });
  for (auto added :
       {parts->add(loop, "public", options.public_url, {arguments.begin(), business.begin()}),
        parts->add(loop, "business", options.business_url, {business.begin(), arguments.end()})}) {
    if (!added) return std::unexpected(std::move(added.error()));
  }
  parts->recorder->start();
  for (Parts::Line& line : parts->lines) line.connection->start();
  return std::unique_ptr<RecordRun>(new RecordRun(std::move(parts)));
}

RecordRun::RecordRun(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RecordRun::~RecordRun() = default;

RecorderFigures RecordRun::figures() const noexcept { return parts_->recorder->figures(); }
std::size_t RecordRun::subscriptions_wanted() const noexcept {
  std::size_t sum = 0;
  for (const Parts::Line& line : parts_->lines) sum += line.listener.wanted();
  return sum;
}
std::size_t RecordRun::subscriptions_acknowledged() const noexcept {
  std::size_t sum = 0;
  for (const Parts::Line& line : parts_->lines) sum += line.listener.acknowledged();
  return sum;
}
void RecordRun::finish() { parts_->finish(); }

}  // namespace gannet::app
