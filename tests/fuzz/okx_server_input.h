#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "domain/instrument_table.h"
#include "sim/instruments.h"
#include "sim/okx_server/protocol/internal/signature.h"
#include "sim/okx_server/protocol/server.h"

namespace gannet::test {

/// Everything of the simulated venue that may take bytes from the network, behind one call: texts
/// on the three sockets (one of them logged in) and REST, signed and not, the control paths too.
/// What the network says must never crash it. [SEC-08]
class OkxServerInput final : okx_server::ServerOutput {
 public:
  OkxServerInput() { begin(); }

  /// The first byte says what the rest is; a newline ends one message and begins the next.
  void feed(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t end = std::min(bytes.find('\n'), bytes.size());
      feed_one(bytes.substr(0, end));
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
    // Runs do not hang together, or a crash could not be repeated from its input.
    if (++inputs_ % 1'000 == 0) begin();
  }
  std::uint64_t sent() const noexcept { return sent_; }

 private:
  static constexpr Timestamp kStart{1'795'430'400'000'000'000};

  void begin() {
    server_.reset();
    instruments_ = {};
    currencies_ = {};
    sim::add_built_in_instruments(instruments_, currencies_);
    okx_server::Settings settings = okx_server::make_default_settings(7, instruments_, currencies_);
    settings.limits = okx_server::no_limits();
    settings.deep_books_for_all = true;
    credentials_ = settings.keys.front().credentials;
    now_ = kStart;
    server_ =
        std::make_unique<okx_server::Server>(std::move(settings), instruments_, currencies_,
                                             static_cast<okx_server::ServerOutput&>(*this), now_);
    for (okx_server::ConnectionId id = 1; id <= 3; ++id) open(id);
  }

  void open(okx_server::ConnectionId id) {
    const char* const path = id == 1   ? "/ws/v5/public"
                             : id == 2 ? "/ws/v5/private"
                                       : "/ws/v5/business";
    server_->on_open(id, path, "127.0.0.1:1", now_);
    const std::string time = std::to_string(to_unix_millis(now_) / 1000);
    server_->on_text(
        id,
        R"({"op":"login","args":[{"apiKey":")" + credentials_.key + R"(","passphrase":")" +
            credentials_.passphrase + R"(","timestamp":")" + time + R"(","sign":")" +
            okx_server::signature_of(credentials_.secret, time + "GET/users/self/verify") +
            R"("}]})",
        now_);
  }

  static std::string iso_time(Timestamp time) {
    using namespace std::chrono;
    const sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(to_unix_millis(time))};
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const hh_mm_ss clock{at - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
  }

  void feed_one(std::string_view message) {
    if (message.empty()) return;
    const auto kind = static_cast<unsigned char>(message.front());
    const std::string_view rest = message.substr(1);
    now_ = now_ + milliseconds(kind);
    switch (kind % 6) {
      case 0:
      case 1:
      case 2: {
        const okx_server::ConnectionId id = 1 + kind % 3;
        server_->on_text(id, rest, now_);
        break;
      }
      case 3:
        request("GET", rest, "");
        break;
      case 4: {
        const std::size_t space = std::min(rest.find(' '), rest.size());
        request("POST", rest.substr(0, space), rest.substr(std::min(space + 1, rest.size())));
        break;
      }
      default:
        server_->on_upgrade(rest, "127.0.0.1:2", now_);
        break;
    }
    server_->on_timer(now_);
    for (okx_server::ConnectionId id = 1; id <= 3; ++id) {
      if (closed_[id]) {
        closed_[id] = false;
        server_->on_closed(id, now_);
        open(id);
      }
    }
  }

  void request(std::string method, std::string_view target, std::string_view body) {
    HttpRequest request{std::move(method), std::string(target), {}, std::string(body)};
    const std::string time = iso_time(now_);
    request.headers = {
        {"Content-Type", "application/json"},
        {"OK-ACCESS-KEY", credentials_.key},
        {"OK-ACCESS-PASSPHRASE", credentials_.passphrase},
        {"OK-ACCESS-TIMESTAMP", time},
        {"OK-ACCESS-SIGN",
         okx_server::signature_of(credentials_.secret,
                                  time + request.method + request.target + request.body)}};
    const HttpResponse response = server_->on_http(request, "127.0.0.1:3", now_);
    sent_ += response.body.size();
  }

  void send_text(okx_server::ConnectionId, std::string_view text) noexcept override {
    sent_ += text.size();
  }
  void close(okx_server::ConnectionId id, std::uint16_t, std::string_view) noexcept override {
    if (id < 4) closed_[id] = true;
  }

  InstrumentTable instruments_;
  CurrencyTable currencies_;
  std::unique_ptr<okx_server::Server> server_;
  okx_server::Credentials credentials_;
  Timestamp now_ = kStart;
  std::uint64_t inputs_ = 0;
  std::uint64_t sent_ = 0;
  bool closed_[4] = {};
};

}  // namespace gannet::test
