// How fast the simulated venue is over real TLS, from a client's side. Two questions:
//   orders: how many round trips of order operations a second does one client get?
//   books:  what does it cost to tell ten subscribers of 200 books ten times a second?
// The venue is a process of its own; its share of a core is read from the kernel. Prints a line a
// question; see bench/how-to-measure.md.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/child_sim.h"
#include "base/clock.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/http_client.h"
#include "gateway/net/tls_context.h"
#include "gateway/net/websocket_client.h"
#include "gateway/okx/protocol/signing.h"
#include "sim/instruments.h"

namespace gannet {
namespace {

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "venue_bench: %s\n", why.c_str());
  std::exit(1);
}

std::unique_ptr<app::ChildSim> spawn(const std::string& program,
                                     std::vector<std::string> arguments) {
  auto child = app::ChildSim::spawn({.program = program, .arguments = std::move(arguments)});
  if (!child) fail(child.error().message);
  return std::move(*child);
}

net::TlsContext trust(const app::SimReady& ready) {
  auto tls = net::TlsContext::client({.system_roots = false, .ca_file = ready.ca});
  if (!tls) fail(tls.error().message);
  return *tls;
}

/// Seconds of processor time that a process has had.
double cpu_seconds(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  text = text.substr(std::min(text.rfind(')'), text.size() - 1) + 2);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  if (words.size() < 13) return 0;  // utime and stime are the 14th and 15th of all
  return (std::stod(words[11]) + std::stod(words[12])) /
         static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Percentiles {
  double p50, p99, most;
};
Percentiles percentiles(std::vector<double>& values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto at = [&](double share) {
    return values[std::min(values.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(values.size())))];
  };
  return {at(0.50), at(0.99), values.back()};
}

/// One socket of the bench, with what it does with texts.
class Socket final : public net::WebSocketHandler {
 public:
  Socket(net::EventLoop& loop, const app::SimReady& ready, std::string_view path) {
    auto made = net::WebSocketClient::make(
        loop, trust(ready),
        {.url = ready.ws + std::string(path), .queue_frames = 4'096, .queue_bytes = 8u << 20},
        *this);
    if (!made) fail(made.error().message);
    client = std::move(*made);
    client->connect();
    while (!client->is_open()) loop.run_for(milliseconds(10));
  }
  void on_open(Timestamp) noexcept override {}
  void on_text(std::string_view text, Timestamp time) noexcept override { on_message(text, time); }
  void on_closed(const net::CloseReason& reason, Timestamp) noexcept override {
    fail("closed: " + reason.text);
  }
  std::unique_ptr<net::WebSocketClient> client;
  std::function<void(std::string_view, Timestamp)> on_message = [](std::string_view, Timestamp) {};
};

/// Places an order and cancels it, over and over, `window` of these in flight.
void measure_orders(const std::string& program, std::size_t count, std::size_t window) {
  const auto venue =
      spawn(program, {"--market", "none", "--no-rate-limits", "--log-requests", "off"});
  net::EventLoop loop;
  Socket socket(loop, venue->ready(), "/private");
  const okx::Signer signer({Secret(venue->ready().api_key), Secret(venue->ready().secret),
                            Secret(venue->ready().passphrase)});
  bool in = false;
  socket.on_message = [&](std::string_view text, Timestamp) {
    in |= text.find("\"login\"") != std::string_view::npos;
  };
  socket.client->send_text(signer.login_message(wall_clock_now()).reveal());
  while (!in) loop.run_for(milliseconds(10));

  const std::int64_t code = sim::instrument_code("BTC-USDT-SWAP");
  std::vector<Nanos> sent(window);
  std::vector<std::uint64_t> orders(window, 0);
  std::vector<double> micros;
  micros.reserve(count);
  std::size_t refused = 0;
  const auto send = [&](std::size_t slot) {
    sent[slot] = monotonic_now();
    const std::uint64_t number = orders[slot]++;
    const bool place = number % 2 == 0;
    const std::string id = fmt::format("{}x{}", slot, number / 2);
    if (place)
      socket.client->send_text(fmt::format(
          R"({{"id":"{}","op":"order","args":[{{"instIdCode":{},"tdMode":"cross","clOrdId":"{}","side":"buy","ordType":"limit","px":"10000","sz":"0.01"}}]}})",
          slot, code, id));
    else
      socket.client->send_text(fmt::format(
          R"({{"id":"{}","op":"cancel-order","args":[{{"instIdCode":{},"clOrdId":"{}"}}]}})", slot,
          code, id));
  };
  socket.on_message = [&](std::string_view text, Timestamp) {
    const std::size_t at = text.find("\"id\":\"");
    if (at == std::string_view::npos) return;
    const auto slot = static_cast<std::size_t>(std::stoul(std::string(text.substr(at + 6, 8))));
    micros.push_back(static_cast<double>((monotonic_now() - sent[slot]).count) / 1e3);
    refused += text.find("\"sCode\":\"0\"") == std::string_view::npos ? 1u : 0u;
    if (micros.size() + window <= count) send(slot);
  };
  const double cpu = cpu_seconds(venue->pid());
  const Nanos begin = monotonic_now();
  for (std::size_t slot = 0; slot < window; ++slot) send(slot);
  while (micros.size() < count / window * window) loop.run_for(milliseconds(10));
  const double took = static_cast<double>((monotonic_now() - begin).count) / 1e9;
  const double used = cpu_seconds(venue->pid()) - cpu;
  const auto n = micros.size();
  const Percentiles p = percentiles(micros);
  fmt::print(
      "orders: {} round trips (place, cancel), {} in flight: {:.0f}/s; us p50 {:.0f} p99 {:.0f} "
      "max {:.0f}; venue {:.2f} of a core; {} refused\n",
      n, window, static_cast<double>(n) / took, p.p50, p.p99, p.most, used / took, refused);
}

/// The venue's own row of a swap, so many times under other names.
std::string many_instruments(const app::SimReady& ready, std::size_t count) {
  net::EventLoop loop;
  auto client = net::HttpClient::make(loop, trust(ready), {.url = ready.url, .connections = 1});
  if (!client) fail(client.error().message);
  std::optional<net::HttpAnswer> answer;
  (*client)->send({.method = "GET",
                   .target = "/api/v5/public/instruments?instType=SWAP&instId=BTC-USDT-SWAP",
                   .headers = {},
                   .body = {}},
                  [&](net::HttpAnswer given) { answer = std::move(given); });
  while (!answer) loop.run_for(milliseconds(10));
  const std::string& body = answer->response.body;
  const std::size_t begin = body.find("[{") + 1;
  const std::size_t end = body.rfind("}]") + 1;
  if (end <= begin || begin == 0) fail("no instruments: " + body.substr(0, 200));
  std::string rows;
  for (std::size_t i = 0; i < count; ++i) {
    std::string row = body.substr(begin, end - begin);
    const std::string name = fmt::format("C{:03}", i);
    for (std::size_t at = row.find("BTC"); at != std::string::npos; at = row.find("BTC", at))
      row.replace(at, 3, name);
    const std::size_t code = row.find("\"instIdCode\":");
    if (code != std::string::npos) {
      const std::size_t digits = code + 13;
      row.replace(digits, row.find_first_not_of("0123456789", digits) - digits,
                  std::to_string(500'000 + i));
    }
    rows += (rows.empty() ? "" : ",") + row;
  }
  return R"({"code":"0","msg":"","data":[)" + rows + "]}";
}

void measure_books(const std::string& program, std::size_t instruments, std::size_t subscribers,
                   double for_seconds, const std::string& events) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / fmt::format("wire-bench-{}.json", ::getpid());
  {
    const auto model = spawn(program, {"--market", "none", "--log-requests", "off"});
    std::ofstream(file) << many_instruments(model->ready(), instruments);
  }
  const auto venue = spawn(program, {"--instruments", file.string(), "--events-per-second", events,
                                     "--no-rate-limits", "--log-requests", "off"});
  std::filesystem::remove(file);
  net::EventLoop loop;
  std::vector<std::unique_ptr<Socket>> sockets;
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  std::vector<double> late_ms;
  bool counting = false;
  for (std::size_t i = 0; i < subscribers; ++i) {
    sockets.push_back(std::make_unique<Socket>(loop, venue->ready(), "/public"));
    sockets.back()->on_message = [&](std::string_view text, Timestamp time) {
      if (!counting) return;
      ++frames;
      bytes += text.size();
      const std::size_t at = text.rfind("\"ts\":\"");
      if (at == std::string_view::npos || frames % 16 != 0) return;
      const auto told = std::stoll(std::string(text.substr(at + 6, 13)));
      late_ms.push_back(static_cast<double>(time.nanos) / 1e6 - static_cast<double>(told));
    };
    std::string args;
    for (std::size_t k = 0; k < instruments; ++k)
      args += fmt::format(R"({}{{"channel":"books","instId":"C{:03}-USDT-SWAP"}})",
                          k == 0 ? "" : ",", k);
    sockets.back()->client->send_text(R"({"op":"subscribe","args":[)" + args + "]}");
  }
  const auto run = [&](double length) {
    const Nanos end = monotonic_now() + Nanos{static_cast<std::int64_t>(length * 1e9)};
    while (monotonic_now() < end) loop.run_for(milliseconds(10));
  };
  run(3);
  counting = true;
  const double cpu = cpu_seconds(venue->pid());
  const Nanos begin = monotonic_now();
  run(for_seconds);
  const double took = static_cast<double>((monotonic_now() - begin).count) / 1e9;
  const double used = cpu_seconds(venue->pid()) - cpu;
  const Percentiles p = percentiles(late_ms);
  const double each =
      static_cast<double>(frames) / took / static_cast<double>(instruments * subscribers);
  fmt::print(
      "books: {} instruments to {} subscribers for {:.0f} s: {:.0f} messages/s, {:.1f} of each "
      "book "
      "a second, {:.1f} MB/s; ms behind the venue's stamp p50 {:.1f} p99 {:.1f} max {:.1f}; venue "
      "{:.2f} of a core\n",
      instruments, subscribers, took, static_cast<double>(frames) / took, each,
      static_cast<double>(bytes) / took / 1e6, p.p50, p.p99, p.most, used / took);
}

}  // namespace
}  // namespace gannet

int main(int argc, char** argv) {
  CLI::App app{"How fast the simulated venue is over the wire", "gannet_venue_bench"};
  std::string program;
  std::size_t orders = 100'000;
  std::size_t instruments = 200;
  std::size_t subscribers = 10;
  double duration = 10;
  std::string events = "60";
  app.add_option("--gannet", program, "the program; the one beside this without");
  app.add_option("--orders", orders, "round trips")->capture_default_str();
  app.add_option("--instruments", instruments)->capture_default_str();
  app.add_option("--subscribers", subscribers)->capture_default_str();
  app.add_option("--duration", duration, "of the books, in seconds")->capture_default_str();
  app.add_option("--events-per-second", events, "of the market, per instrument")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  fmt::print("machine: {} cores\n", std::thread::hardware_concurrency());
  for (const std::size_t window : {std::size_t{1}, std::size_t{32}})
    gannet::measure_orders(program, window == 1 ? orders / 10 : orders, window);
  gannet::measure_books(program, instruments, subscribers, duration, events);
  return 0;
}
