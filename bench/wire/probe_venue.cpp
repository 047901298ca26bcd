#include "bench/wire/probe_venue.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/clock.h"

namespace gannet::bench {
namespace {

constexpr std::string_view kTag = "bench";
constexpr std::uint32_t kOthersEvery = 64;  // turns: what is not the orders' connection can wait
constexpr Nanos kReferencesEvery = seconds(3);

std::int64_t now_nanos() noexcept { return monotonic_now().count; }
std::int64_t millis() noexcept { return to_unix_millis(wall_clock_now()); }

/// The text between `key` and the next quote; "" if the key is not there.
std::string_view value_of(std::string_view text, std::string_view key) noexcept {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + key.size());
  return rest.substr(0, rest.find('"'));
}

std::uint64_t number_of(std::string_view text) noexcept {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::uint64_t number_after(std::string_view text, std::string_view key) noexcept {
  const std::size_t at = text.find(key);
  return at == std::string_view::npos ? 0 : number_of(text.substr(at + key.size(), 20));
}

std::string accept_key(const std::string& key);

}  // namespace

struct ProbeVenue::Connection {
  explicit Connection(RawTls given) : tls(std::move(given)), bytes(1u << 16) {}
  RawTls tls;
  std::vector<char> bytes;
  std::size_t held = 0;
  bool is_socket = false;
  std::string path;
  std::string answers;  // frames that wait for the end of a burst
};

namespace {

std::string base64_of_sha1(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  unsigned char out[64];
  const int length = EVP_EncodeBlock(out, digest, static_cast<int>(size));
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(length)};
}

std::string accept_key(const std::string& key) {
  return base64_of_sha1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
}

}  // namespace

ProbeVenue::ProbeVenue(const Settings& settings)
    : settings_(settings),
      tls_(RawTls::server_context(settings.certificate_file, settings.key_file)),
      sent_(settings.instruments, std::vector<Sent>(TickMaker::kPrices)) {
  for (std::uint32_t i = 0; i < settings.instruments; ++i) {
    makers_.emplace_back(name_of(i), settings.channel, i);
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 32) != 0) {
    give_up("no port to listen on");
  }
  ::getsockname(listener_, generic, &size);
  port_ = ntohs(address.sin_port);
}

ProbeVenue::~ProbeVenue() {
  connections_.clear();
  ::close(listener_);
  SSL_CTX_free(tls_);
}

std::string ProbeVenue::name_of(std::uint32_t instrument) {
  return fmt::format("I{:02}-USDT-SWAP", instrument);
}

// ---- what is measured ----

void ProbeVenue::send_ticks(std::uint32_t count) {
  frames_.clear();
  std::vector<Sent*> places;
  for (std::uint32_t k = 0; k < count; ++k) {
    const std::uint32_t i = next_instrument_;
    next_instrument_ = (next_instrument_ + 1) % settings_.instruments;
    frames_.push_back(text_frame(makers_[i].next(millis()), false));
    places.push_back(&sent_[i][makers_[i].price()]);
  }
  unanswered_ticks_ = 0;
  for (std::uint32_t k = 0; k < count && market_ != nullptr; ++k) {
    ++unanswered_ticks_;
    last_sent_ = places[k]->at = now_nanos();
    market_->tls.write(frames_[k]);
    if (account_ != nullptr && k + 1 < count) read(*account_);  // seen as soon as they come
  }
}

bool ProbeVenue::warm_up(Nanos patience) {
  constexpr std::uint64_t kEnough = 50;
  const std::int64_t end = now_nanos() + patience.count;
  // Gaps do not count: on a loaded machine there are some.
  const std::uint64_t wanted = answered_ + kEnough;
  while (answered_ < wanted) {
    if (now_nanos() > end) return false;
    if (market_ != nullptr) send_ticks(1);
    serve_for(milliseconds(5));
  }
  return true;
}

ProbeVenue::Measured ProbeVenue::measure(const Pattern& pattern) {
  measured_.clear();
  measured_.reserve(pattern.ticks);
  Measured result;
  std::int64_t next = now_nanos() + pattern.spacing.count;
  while (result.sent < pattern.ticks && market_ != nullptr) {
    while (now_nanos() < next) serve(true);
    next += pattern.spacing.count;
    send_ticks(pattern.burst);
    result.sent += pattern.burst;
  }
  // The last ones, and a client that fell behind.
  const std::int64_t patience = now_nanos() + seconds(1).count;
  while (measured_.size() < result.sent && now_nanos() < patience) serve(true);
  serve_for(milliseconds(20));
  result.nanos = std::exchange(measured_, {});
  return result;
}

void ProbeVenue::serve_for(Nanos time) {
  const std::int64_t end = now_nanos() + time.count;
  do {
    serve(true);
  } while (now_nanos() < end);
}

void ProbeVenue::serve(bool all) {
  if (account_ != nullptr) {
    read(*account_);
    work_off();
  }
  if (!all || ++turn_ % kOthersEvery != 0) return;
  accept_all();
  if (now_nanos() > next_references_) push_references();
  for (std::size_t i = 0; i < connections_.size(); ++i) read(*connections_[i]);
  send_answers();
  std::erase_if(connections_, [this](const auto& connection) {
    if (connection->tls.is_open()) return false;
    std::erase_if(operations_, [&](const Operation& operation) {
      return operation.connection == connection.get();
    });
    if (connection.get() == market_) market_ = nullptr;
    if (connection.get() == account_) account_ = nullptr;
    return true;
  });
}

// ---- connections ----

void ProbeVenue::accept_all() {
  for (;;) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    RawTls tls = RawTls::accept(tls_, descriptor);
    if (!tls.is_open()) continue;
    tls.set_blocking(false);
    connections_.push_back(std::make_unique<Connection>(std::move(tls)));
  }
}

void ProbeVenue::read(Connection& connection) {
  if (connection.held == connection.bytes.size()) connection.bytes.resize(connection.held * 2);
  const std::span<char> room(connection.bytes.data() + connection.held,
                             connection.bytes.size() - connection.held);
  const long got = connection.tls.read(room);
  if (got <= 0) return;
  const std::int64_t now = now_nanos();
  connection.held += static_cast<std::size_t>(got);
  if (!connection.is_socket) return on_http(connection);
  std::size_t at = 0;
  for (;;) {
    const WireFrame frame = frame_at({connection.bytes.data() + at, connection.held - at});
    if (frame.size == 0) break;
    constexpr unsigned kText = 1;
    constexpr unsigned kClose = 8;
    if (frame.opcode == kText) on_text(connection, frame.payload, now);
    if (frame.opcode == kClose) connection.answers += std::string("\x88\x00", 2);
    at += frame.size;
  }
  std::copy(connection.bytes.begin() + static_cast<std::ptrdiff_t>(at),
            connection.bytes.begin() + static_cast<std::ptrdiff_t>(connection.held),
            connection.bytes.begin());
  connection.held -= at;
}

void ProbeVenue::say(Connection& connection, std::string_view text) {
  connection.answers += text_frame(text, false);
}

void ProbeVenue::send_answers() {
  for (const auto& connection : connections_) {
    if (connection->answers.empty()) continue;
    connection->tls.write(connection->answers);
    connection->answers.clear();
  }
}

// ---- REST ----

void ProbeVenue::on_http(Connection& connection) {
  std::string_view text(connection.bytes.data(), connection.held);
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return;
  std::string lower(text.substr(0, end + 2));
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::size_t body = number_after(lower, "content-length: ");
  if (text.size() < end + 4 + body) return;
  const std::size_t space = text.find(' ');
  const std::string target(text.substr(space + 1, text.find(' ', space + 1) - space - 1));
  const std::size_t key = lower.find("sec-websocket-key: ");
  if (key != std::string::npos) {
    constexpr std::size_t kNameLength = 19;
    const std::string_view value = text.substr(key + kNameLength);
    connection.tls.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        accept_key(std::string(value.substr(0, value.find('\r')))) + "\r\n\r\n");
    connection.is_socket = true;
    connection.path = target;
  } else {
    const std::string rows = answer(target);
    connection.tls.write(fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        rows.size(), rows));
  }
  const std::size_t used = end + 4 + body;
  std::copy(connection.bytes.begin() + static_cast<std::ptrdiff_t>(used),
            connection.bytes.begin() + static_cast<std::ptrdiff_t>(connection.held),
            connection.bytes.begin());
  connection.held -= used;
}

std::string ProbeVenue::instrument_row(std::uint32_t i) const {
  const std::string name = name_of(i);
  const std::string pair = name.substr(0, name.size() - 5);
  return fmt::format(
      R"({{"instType":"SWAP","instId":"{0}","instFamily":"{1}","uly":"{1}","baseCcy":"",)"
      R"("quoteCcy":"","settleCcy":"USDT","ctVal":"0.01","ctMult":"1","ctValCcy":"{2}",)"
      R"("ctType":"linear","optType":"","stk":"","lever":"100","state":"live","tickSz":"0.1",)"
      R"("lotSz":"0.01","minSz":"0.01","maxLmtSz":"100000000","maxMktSz":"30000",)"
      R"("maxLmtAmt":"20000000","maxMktAmt":"1000000","listTime":"1573557408000","expTime":"",)"
      R"("instIdCode":{3},"ruleType":"normal","alias":"","category":"1"}})",
      name, pair, pair.substr(0, pair.find('-')), code_of(i));
}

std::string ProbeVenue::answer(std::string_view target) const {
  const auto asks = [&](std::string_view path) { return target.starts_with(path); };
  const std::int64_t now = millis();
  std::string rows;
  const auto add = [&rows](const std::string& row) {
    if (!rows.empty()) rows += ',';
    rows += row;
  };
  if (asks("/api/v5/public/time")) {
    add(fmt::format(R"({{"ts":"{}"}})", now));
  } else if (asks("/api/v5/account/config")) {
    add(R"({"uid":"446655","mainUid":"446655","acctLv":"2","acctStpMode":"cancel_maker",)"
        R"("posMode":"net_mode","autoLoan":false,"greeksType":"PA","feeType":"0","level":"Lv1",)"
        R"("levelTmp":"","ctIsoMode":"automatic","mgnIsoMode":"automatic","spotOffsetType":"",)"
        R"("stgyType":"0","roleType":"0","spotRoleType":"0","traderInsts":[],)"
        R"("spotTraderInsts":[],"opAuth":"0","kycLv":"3","label":"bench","ip":"",)"
        R"("perm":"read_only,trade","liquidationGear":"-1","enableSpotBorrow":false,)"
        R"("spotBorrowAutoRepay":false,"type":"0","settleCcy":"","settleCcyList":[]})");
  } else if (asks("/api/v5/account/instruments") || asks("/api/v5/public/instruments")) {
    const std::string_view wanted = target.substr(std::min(target.find("instId="), target.size()));
    for (std::uint32_t i = 0; i < settings_.instruments; ++i) {
      if (wanted.empty() || wanted.starts_with("instId=" + name_of(i))) add(instrument_row(i));
    }
  } else if (asks("/api/v5/account/balance")) {
    add(fmt::format(
        R"({{"uTime":"{0}","totalEq":"10000000","details":[{{"ccy":"USDT","cashBal":"10000000",)"
        R"("availBal":"10000000","availEq":"10000000","eq":"10000000","uTime":"{0}"}}]}})",
        now));
  } else if (asks("/api/v5/trade/orders-pending")) {
    for (const auto& [id, order] : open_) add(order_row(order, id, "live"));
  } else if (asks("/api/v5/trade/cancel-all-after")) {
    add(fmt::format(R"({{"triggerTime":"{}","tag":"{}","ts":"{}"}})", now + 15'000, kTag, now));
  }
  return R"({"code":"0","msg":"","data":[)" + rows + "]}";
}

// ---- sockets ----

void ProbeVenue::on_text(Connection& connection, std::string_view text, std::int64_t now) {
  if (text == "ping") return say(connection, "pong");
  const std::string_view operation = value_of(text, R"("op":")");
  if (operation == "order" || operation == "cancel-order") {
    if (operation == "order") note_arrival(text, now);
    operations_.push_back({&connection, std::string(text)});
    return;
  }
  if (operation == "login") {
    return say(connection, R"({"event":"login","code":"0","msg":"","connId":"c0ffee01"})");
  }
  if (operation == "subscribe") on_subscribe(connection, text);
}

void ProbeVenue::on_subscribe(Connection& connection, std::string_view text) {
  const std::string id(value_of(text, R"("id":")"));
  std::size_t at = text.find(R"({"channel")");
  while (at != std::string_view::npos) {
    const std::size_t end = text.find('}', at);
    std::string argument(text.substr(at, end + 1 - at));
    // A parameter that is a text of JSON ends with a brace of its own.
    if (argument.find("extraParams") != std::string::npos) {
      argument = fmt::format(R"({{"channel":"{}"}})", value_of(argument, R"("channel":")"));
    }
    say(connection, id.empty()
                        ? R"({"event":"subscribe","arg":)" + argument + R"(,"connId":"c0ffee02"})"
                        : fmt::format(R"({{"id":"{}","event":"subscribe","arg":{},)"
                                      R"("connId":"c0ffee02"}})",
                                      id, argument));
    const std::string_view channel = value_of(argument, R"("channel":")");
    if (channel == "orders") account_ = &connection;
    if (channel == "bbo-tbt" || channel == "books") {
      market_ = &connection;
      const auto i = number_of(value_of(argument, R"("instId":"I)").substr(0, 2));
      if (i < makers_.size()) say(connection, makers_[i].snapshot(millis()));
    }
    at = text.find(R"({"channel")", end);
  }
  next_references_ = 0;
}

void ProbeVenue::push_references() {
  next_references_ = now_nanos() + kReferencesEvery.count;
  if (market_ == nullptr) return;
  const std::string price = TickMaker::text_of(static_cast<int>(TickMaker::kPrices) / 2);
  const std::int64_t now = millis();
  for (std::uint32_t i = 0; i < settings_.instruments; ++i) {
    const std::string name = name_of(i);
    const std::string pair = name.substr(0, name.size() - 5);
    say(*market_, fmt::format(R"({{"arg":{{"channel":"mark-price","instId":"{0}"}},"data":[{{)"
                              R"("instType":"SWAP","instId":"{0}","markPx":"{1}","ts":"{2}"}}]}})",
                              name, price, now));
    say(*market_, fmt::format(R"({{"arg":{{"channel":"index-tickers","instId":"{0}"}},"data":[{{)"
                              R"("instId":"{0}","idxPx":"{1}","high24h":"{1}","low24h":"{1}",)"
                              R"("open24h":"{1}","sodUtc0":"{1}","sodUtc8":"{1}","ts":"{2}"}}]}})",
                              pair, price, now));
  }
}

// ---- orders ----

void ProbeVenue::note_arrival(std::string_view text, std::int64_t now) {
  const std::uint64_t code = number_after(text, R"("instIdCode":)");
  const std::uint32_t which = TickMaker::price_of(value_of(text, R"("px":")"));
  const auto instrument = static_cast<std::size_t>(code) - 20'000;
  if (instrument < sent_.size() && which < TickMaker::kPrices) {
    Sent& sent = sent_[instrument][which];
    if (sent.at != 0) {
      measured_.push_back(now - sent.at);
      ++answered_;
      sent.at = 0;
      if (unanswered_ticks_ > 0) --unanswered_ticks_;
    }
  }
}

/// Answers what was asked, once no tick is out that an order may still come for: the making of
/// answers would be measured as if it were the client's.
void ProbeVenue::work_off() {
  constexpr std::int64_t kLongest = 2'000'000;
  if (operations_.empty()) return;
  if (unanswered_ticks_ > 0 && now_nanos() - last_sent_ < kLongest) return;
  for (const Operation& operation : operations_) {
    if (value_of(operation.text, R"("op":")") == "order") {
      on_order(*operation.connection, operation.text);
    } else {
      on_cancel(*operation.connection, operation.text);
    }
  }
  operations_.clear();
  send_answers();
}

void ProbeVenue::on_order(Connection& connection, std::string_view text) {
  const std::uint64_t code = number_after(text, R"("instIdCode":)");
  const std::string_view price = value_of(text, R"("px":")");
  const Order order{std::string(value_of(text, R"("clOrdId":")")), std::string(price),
                    static_cast<std::int64_t>(code)};
  const std::uint64_t id = ++last_order_id_;
  // The floor never cancels: what it leaves behind is forgotten.
  constexpr std::size_t kMostOpen = 1'000;
  if (open_.size() >= kMostOpen) open_.erase(open_.begin());
  open_.emplace(id, order);
  acknowledge(connection, text, "order", order, id, "live");
}

void ProbeVenue::on_cancel(Connection& connection, std::string_view text) {
  const std::uint64_t by_id = number_of(value_of(text, R"("ordId":")"));
  const std::string_view client_id = value_of(text, R"("clOrdId":")");
  auto found = open_.find(by_id);
  if (found == open_.end()) {
    found = std::ranges::find_if(
        open_, [&](const auto& entry) { return entry.second.client_id == client_id; });
  }
  if (found == open_.end()) {
    return say(connection,
               fmt::format(R"({{"id":"{}","op":"cancel-order","code":"1","msg":"","data":[{{)"
                           R"("ordId":"{}","clOrdId":"{}","sCode":"51400","sMsg":"gone"}}]}})",
                           value_of(text, R"("id":")"), by_id, client_id));
  }
  acknowledge(connection, text, "cancel-order", found->second, found->first, "canceled");
  open_.erase(found);
}

void ProbeVenue::acknowledge(Connection& connection, std::string_view text,
                             std::string_view operation, const Order& order, std::uint64_t id,
                             std::string_view state) {
  const std::int64_t now = millis();
  say(connection,
      fmt::format(R"({{"id":"{}","op":"{}","code":"0","msg":"","data":[{{"tag":"{}","ordId":"{}",)"
                  R"("clOrdId":"{}","ts":"{}","sCode":"0","sMsg":"","subCode":""}}],)"
                  R"("inTime":"{}123","outTime":"{}789"}})",
                  value_of(text, R"("id":")"), operation, kTag, id, order.client_id, now, now,
                  now));
  say(connection, R"({"arg":{"channel":"orders","instType":"ANY","uid":"446655"},"data":[)" +
                      order_row(order, id, state) + "]}");
}

std::string ProbeVenue::order_row(const Order& order, std::uint64_t id,
                                  std::string_view state) const {
  return fmt::format(
      R"({{"accFillSz":"0","algoClOrdId":"","algoId":"","amendResult":"","amendSource":"",)"
      R"("attachAlgoClOrdId":"","attachAlgoOrds":[],"avgPx":"","cTime":"{5}","cancelSource":"",)"
      R"("category":"normal","ccy":"","clOrdId":"{1}","code":"0","execType":"","fee":"0",)"
      R"("feeCcy":"USDT","fillFee":"0","fillFeeCcy":"","fillNotionalUsd":"","fillPnl":"0",)"
      R"("fillPx":"","fillSz":"0","fillTime":"","instId":"{0}","instType":"SWAP","lastPx":"{3}",)"
      R"("lever":"5","msg":"","notionalUsd":"600","ordId":"{2}","ordType":"limit","pnl":"0",)"
      R"("posSide":"net","px":"{3}","rebate":"0","rebateCcy":"USDT","reduceOnly":"false",)"
      R"("reqId":"","side":"buy","source":"","stpMode":"cancel_maker","sz":"1","state":"{4}",)"
      R"("tag":"{6}","tdMode":"cross","tradeId":"","uTime":"{5}"}})",
      name_of(static_cast<std::uint32_t>(order.code - code_of(0))), order.client_id, id,
      order.price, state, millis(), kTag);
}

}  // namespace gannet::bench
