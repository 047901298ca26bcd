#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <simdjson.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/okx_server/protocol/server.h"

namespace gannet::okx_server {

/// For tests that ask more than the rate limits allow.
inline Settings without_limits(Settings settings) {
  settings.limits = no_limits();
  return settings;
}

/// Our own signing, so that the server's is checked by another hand.
inline std::string test_signature(const std::string& secret, const std::string& text) {
  unsigned char mac[32];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (unsigned i = 0; i < size; i += 3) {
    const unsigned have = size - i;
    const unsigned bits = static_cast<unsigned>(mac[i]) << 16 |
                          (have > 1 ? static_cast<unsigned>(mac[i + 1]) << 8 : 0u) |
                          (have > 2 ? static_cast<unsigned>(mac[i + 2]) : 0u);
    out += kAlphabet[bits >> 18 & 63];
    out += kAlphabet[bits >> 12 & 63];
    out += have > 1 ? kAlphabet[bits >> 6 & 63] : '=';
    out += have > 2 ? kAlphabet[bits & 63] : '=';
  }
  return out;
}

inline std::string iso_time(Timestamp time) {
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

/// A parsed JSON text with short ways to its members.
class Json {
 public:
  explicit Json(std::string_view text) {
    if (parser_.parse(text.data(), text.size(), true).get(root_) == simdjson::SUCCESS) ok_ = true;
  }
  bool ok() const { return ok_; }
  /// Text, number or boolean at a JSON pointer, as text; "<none>" if there is nothing.
  std::string at(std::string_view pointer) const {
    simdjson::dom::element element;
    if (!ok_ || root_.at_pointer(pointer).get(element) != simdjson::SUCCESS) return "<none>";
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS) return std::string(text);
    return simdjson::minify(element);
  }
  std::size_t size(std::string_view pointer) const {
    simdjson::dom::array array;
    if (!ok_ || root_.at_pointer(pointer).get(array) != simdjson::SUCCESS) return 0;
    return array.size();
  }
  simdjson::dom::element root() const { return root_; }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
  bool ok_ = false;
};

/// Remembers what the server sent.
class FakeOutput final : public ServerOutput {
 public:
  void send_text(ConnectionId connection, std::string_view text) noexcept override {
    frames[connection].emplace_back(text);
  }
  void close(ConnectionId connection, std::uint16_t code, std::string_view) noexcept override {
    closes[connection] = code;
  }
  void send_bytes(ConnectionId connection, std::string_view bytes) noexcept override {
    raw[connection] += bytes;
  }
  void use_certificate(std::string_view shape) noexcept override { certificate = shape; }
  void end_stream(ConnectionId connection) noexcept override { ended.insert(connection); }
  void set_listening(bool wanted) noexcept override { listening = wanted; }
  std::map<ConnectionId, std::vector<std::string>> frames;
  std::map<ConnectionId, std::string> raw;  ///< bytes under the framing
  std::string certificate;
  std::set<ConnectionId> ended;
  bool listening = true;
  std::map<ConnectionId, std::uint16_t> closes;
};

/// A server with BTC-USDT-SWAP (linear, 0.01 BTC) and BTC-USDT, and a client of it, on virtual
/// time.
class Venue {
 public:
  static constexpr Timestamp kStart{1'795'430'400'000'000'000};

  explicit Venue(Settings (*change)(Settings) = nullptr, bool with_option = false) {
    swap = add("BTC-USDT-SWAP", InstrumentKind::Swap);
    spot = add("BTC-USDT", InstrumentKind::Spot);
    if (with_option) option = add("BTC-USD-271231-60000-C", InstrumentKind::Option);
    Settings settings = make_default_settings(7, instruments, currencies);
    if (change != nullptr) settings = change(std::move(settings));
    credentials = settings.keys.front().credentials;
    swap_code = settings.instruments[0].code;
    spot_code = settings.instruments[1].code;
    demo = settings.demo;
    server = std::make_unique<Server>(std::move(settings), instruments, currencies, output, kStart);
    server->exchange().set_reference_prices(swap, price("61250"), price("61250"), now);
    server->exchange().set_reference_prices(spot, price("61250"), price("61250"), now);
  }

  Price price(std::string_view text) const { return {*parse_units(text, 3)}; }
  Quantity lots(std::string_view text) const { return {*parse_units(text, 2)}; }

  /// An order of the market itself on the swap.
  VenueOrderId market_order(Side side, std::string_view at, std::string_view quantity,
                            sim::OrderType type = sim::OrderType::Limit) {
    sim::NewOrder order;
    order.instrument = swap;
    order.side = side;
    order.type = type;
    order.price = price(at);
    order.quantity = lots(quantity);
    return server->exchange().place(order, now).id;
  }

  ConnectionId open(std::string_view path) {
    const ConnectionId id = ++last_connection;
    EXPECT_EQ(server->on_upgrade(path, "127.0.0.1:5000", now), 0);
    server->on_open(id, path, "127.0.0.1:5000", now);
    return id;
  }
  ConnectionId open_private() {
    const ConnectionId id = open("/ws/v5/private");
    server->on_text(id, login_text(), now);
    EXPECT_EQ(last(id).at("/event"), "login");
    take(id);
    return id;
  }
  std::string login_text() const {
    const std::string time = std::to_string(to_unix_millis(now) / 1000);
    return fmt::format(
        R"({{"op":"login","args":[{{"apiKey":"{}","passphrase":"{}","timestamp":"{}","sign":"{}"}}]}})",
        credentials.key, credentials.passphrase, time,
        test_signature(credentials.secret, time + "GET/users/self/verify"));
  }

  void on_closed_by_peer(ConnectionId id) { server->on_closed(id, now); }
  void text(ConnectionId id, std::string_view frame) { server->on_text(id, frame, now); }
  void advance(Nanos step) {
    const Timestamp end = now + step;
    while (now < end) {
      now = std::min(end, now + milliseconds(10));
      server->on_timer(now);
    }
  }
  std::vector<std::string> take(ConnectionId id) { return std::exchange(output.frames[id], {}); }
  Json last(ConnectionId id) {
    return Json(output.frames[id].empty() ? "" : output.frames[id].back());
  }
  /// The frames of that channel or event, of what was sent since the last `take`.
  std::vector<std::string> pushes(ConnectionId id, std::string_view channel) {
    std::vector<std::string> found;
    const std::string wanted = fmt::format(R"("channel":"{}")", channel);
    for (const std::string& frame : output.frames[id]) {
      if (frame.find(wanted) != std::string::npos && frame.find(R"("event":)") == std::string::npos)
        found.push_back(frame);
    }
    return found;
  }

  HttpRequest signed_request(const std::string& method, const std::string& target,
                             const std::string& body = "") const {
    const std::string time = iso_time(now);
    HttpRequest request{method, target, {}, body};
    request.headers = {
        {"OK-ACCESS-KEY", credentials.key},
        {"OK-ACCESS-PASSPHRASE", credentials.passphrase},
        {"OK-ACCESS-TIMESTAMP", time},
        {"OK-ACCESS-SIGN", test_signature(credentials.secret, time + method + target + body)},
        {"Content-Type", "application/json"}};
    if (demo) request.headers.emplace_back("x-simulated-trading", "1");
    return request;
  }
  HttpResponse http(const HttpRequest& request) {
    return server->on_http(request, "127.0.0.1:5001", now);
  }
  Json get(const std::string& target) { return Json(http(signed_request("GET", target)).body); }
  Json post(const std::string& target, const std::string& body) {
    return Json(http(signed_request("POST", target, body)).body);
  }
  Json fault(const std::string& body) { return post("/sim/v1/faults", body); }

  std::string order(std::string_view id, std::string_view client_id, std::string_view side,
                    std::string_view type, std::string_view at, std::string_view quantity) const {
    return fmt::format(
        R"({{"id":"{}","op":"order","args":[{{"instIdCode":{},"tdMode":"cross","clOrdId":"{}","side":"{}","ordType":"{}","px":"{}","sz":"{}","tag":"mm1"}}]}})",
        id, swap_code, client_id, side, type, at, quantity);
  }

  InstrumentTable instruments;
  CurrencyTable currencies;
  FakeOutput output;
  std::unique_ptr<Server> server;
  Credentials credentials;
  InstrumentId swap, spot, option;
  std::int64_t swap_code = 0, spot_code = 0;
  Timestamp now = kStart;
  ConnectionId last_connection = 0;
  bool demo = false;

 private:
  InstrumentId add(std::string_view name, InstrumentKind kind) {
    Instrument instrument;
    instrument.name = name;
    instrument.kind = kind;
    instrument.state = InstrumentState::Live;
    instrument.base = currencies.intern("BTC");
    instrument.quote = currencies.intern("USDT");
    instrument.settle = instrument.quote;
    instrument.price_digits = 3;
    instrument.quantity_digits = 2;
    instrument.tick_size = {100};
    instrument.lot_size = {1};
    instrument.minimum_quantity = {1};
    instrument.maximum_limit_quantity = {100'000'000};
    instrument.maximum_market_quantity = Quantity{1'000'000};
    if (kind == InstrumentKind::Swap) {
      instrument.family = InstrumentName("BTC-USDT");
      instrument.contract = ContractKind::Linear;
      instrument.contract_value = {1, 2};
      instrument.maximum_leverage = Decimal{100, 0};
    }
    if (kind == InstrumentKind::Option) {  // a hundredth of a bitcoin, in bitcoin
      instrument.family = InstrumentName("BTC-USD");
      instrument.quote = instrument.settle = instrument.base;
      instrument.price_digits = 6;
      instrument.quantity_digits = 0;
      instrument.contract_multiplier = {1, 2};
      instrument.option_side = OptionSide::Call;
      instrument.strike = Decimal{60'000, 0};
      instrument.expiry_time = kStart + seconds(400 * 86'400);
    }
    return instruments.add(instrument);
  }
};

}  // namespace gannet::okx_server
