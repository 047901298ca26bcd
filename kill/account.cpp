#include "kill/account.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <ctime>
#include <set>
#include <thread>
#include <utility>

namespace gannet::kill {
namespace {

constexpr Millis kBound{2'000};     // of one try
constexpr Millis kFirstPause{100};  // between tries; doubles
constexpr Millis kLongestPause{1'000};
constexpr std::size_t kBatch = 20;  // orders of one cancel request
constexpr std::size_t kAlgoBatch = 10;
constexpr int kMaxPages = 1'000;

constexpr std::array<std::string_view, 7> kAlgoLists{
    "conditional,oco", "trigger", "move_order_stop", "smart_iceberg", "iceberg", "twap", "chase"};

std::int64_t unix_ms_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000 + now.tv_nsec / 1'000'000;
}

/// A member as text; "" where it has none.
std::string text_of(const simdjson::dom::element& row, std::string_view key) {
  std::string_view text;
  return row[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_flat_number(std::string_view text) {
  return text.find_first_of("123456789") == std::string_view::npos;
}

/// What refuses the key, or us: it does not heal by itself. The clock's code is mended first.
bool is_final(int code) {
  constexpr std::array<int, 19> kFinal{50100, 50101, 50103, 50104, 50105, 50106, 50107,
                                       50108, 50109, 50110, 50111, 50112, 50113, 50114,
                                       50119, 50120, 50121, 50030, 50035};
  return std::ranges::find(kFinal, code) != kFinal.end();
}
constexpr int kClockCode = 50102;

}  // namespace

/// One answer: the code, and the rows of its data.
struct Account::Page {
  simdjson::dom::parser parser;
  simdjson::padded_string text;
  int code = -1;
  bool has_data = false;
  std::vector<simdjson::dom::element> rows;

  /// False: not an answer of the venue's.
  bool read(const std::string& body) {
    rows.clear();
    has_data = false;
    text = simdjson::padded_string(body);
    simdjson::dom::element root;
    if (parser.parse(text).get(root) != simdjson::SUCCESS) return false;
    const std::string word = text_of(root, "code");
    if (!is_digits(word) ||
        std::from_chars(word.data(), word.data() + word.size(), code).ec != std::errc{})
      return false;
    simdjson::dom::array data;
    if (root["data"].get(data) == simdjson::SUCCESS) {
      has_data = true;
      for (const simdjson::dom::element row : data) rows.push_back(row);
    }
    return true;
  }
};

std::string iso_time(std::int64_t unix_ms) {
  const std::time_t seconds = static_cast<std::time_t>(unix_ms / 1'000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     unix_ms % 1'000);
}

std::string hmac_base64(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  std::array<unsigned char, 4 * EVP_MAX_MD_SIZE / 3 + 4> out{};
  const int n = EVP_EncodeBlock(out.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(n)};
}

Account::Account(const Options& options, Clock::time_point until)
    : options_(options), until_(until), https_([&] {
        HttpsTarget target = https_target(options.url);
        target.address = options.address;
        target.ca_file = options.ca_file;
        return target;
      }()) {}

std::string Account::sign(std::string_view time, std::string_view method, std::string_view path,
                          std::string_view body) const {
  return hmac_base64(options_.secret, fmt::format("{}{}{}{}", time, method, path, body));
}

Answer Account::ask(std::string_view method, const std::string& path, const std::string& body,
                    Page& page) {
  Millis pause = kFirstPause;
  for (bool again = false; Clock::now() < until_; again = true) {
    if (again) {
      ++retries_;
      std::this_thread::sleep_for(pause);
      pause = std::min(pause * 2, kLongestPause);
    }
    // Signed anew each time: a signature ages.
    const std::string time = iso_time(unix_ms_now() + clock_offset_ms_);
    std::vector<HttpHeader> headers{{"OK-ACCESS-KEY", options_.api_key},
                                    {"OK-ACCESS-SIGN", sign(time, method, path, body)},
                                    {"OK-ACCESS-TIMESTAMP", time},
                                    {"OK-ACCESS-PASSPHRASE", options_.passphrase}};
    if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
    if (options_.demo) headers.push_back({"x-simulated-trading", "1"});
    ++requests_;
    const auto left = std::chrono::duration_cast<Millis>(until_ - Clock::now());
    const HttpReply reply = https_.send(method, path, headers, body, std::min(kBound, left));
    if (reply.refused) {
      error_ = reply.error;
      return Answer::Refused;
    }
    if (reply.status == 0) {
      error_ = reply.error;
      continue;
    }
    if (!page.read(reply.body)) {
      error_ = fmt::format("{} {}: HTTP {}, and no answer of the venue's", method,
                           path.substr(0, path.find('?')), reply.status);
      continue;
    }
    // Of cancels 1 and 2: all or some elements failed; the lists show which. A list is whole or
    // none.
    const bool is_list = method == "GET";
    const bool is_cancel =
        path.find("/cancel-batch") != path.npos || path.ends_with("/cancel-algos");
    if (reply.status == 200 && (is_cancel ? page.code <= 2 : page.code == 0) &&
        (!is_list || page.has_data))
      return Answer::Good;
    error_ = fmt::format("the venue says {} to {}", page.code, path.substr(0, path.find('?')));
    if (page.code == kClockCode) learn_clock();
    if (is_final(page.code)) return Answer::Refused;
  }
  return Answer::TimedOut;
}

void Account::learn_clock() {
  const std::int64_t before = unix_ms_now();
  ++requests_;
  const HttpReply reply = https_.send("GET", "/api/v5/public/time", {}, "", kBound);
  Page page;
  if (reply.status != 200 || !page.read(reply.body) || page.rows.empty()) return;
  const std::string ts = text_of(page.rows.front(), "ts");
  std::int64_t venue = 0;
  if (!is_digits(ts) || std::from_chars(ts.data(), ts.data() + ts.size(), venue).ec != std::errc{})
    return;
  clock_offset_ms_ = venue - (before + unix_ms_now()) / 2;
}

Answer Account::begin() {
  learn_clock();
  Page page;
  return ask("GET", "/api/v5/trade/orders-pending?limit=1", "", page);
}

Answer Account::list_pages(const std::string& path, std::string_view id_key, bool algo,
                           std::vector<OpenOrder>& orders) {
  std::set<std::string> seen;
  std::string cursor;
  for (int number = 0; number < kMaxPages && Clock::now() < until_; ++number) {
    Page page;
    const std::string from = cursor.empty() ? "" : "&after=" + cursor;
    if (const Answer answer = ask("GET", path + "limit=100" + from, "", page);
        answer != Answer::Good)
      return answer;
    // A row without a number could be the very one: the page is asked for again.
    if (!std::ranges::all_of(page.rows, [&](const simdjson::dom::element& row) {
          return is_digits(text_of(row, id_key));
        })) {
      error_ = "a row of a list has no number";
      ++retries_;
      std::this_thread::sleep_for(kFirstPause);
      continue;
    }
    bool is_new = false;
    for (const simdjson::dom::element& row : page.rows) {
      OpenOrder order;
      order.id = text_of(row, id_key);
      if (!seen.insert(order.id).second) continue;
      is_new = true;
      order.instrument = text_of(row, "instId");
      // It goes into a request as it is.
      std::erase_if(order.instrument, [](unsigned char c) {
        return std::isalnum(c) == 0 && c != '-' && c != '_' && c != '.';
      });
      order.tag = text_of(row, "tag");
      order.side = text_of(row, "side");
      order.leg = text_of(row, "posSide");
      order.algo = algo;
      const std::string type = text_of(row, "ordType");
      const bool closes = !is_flat_number(text_of(row, "closeFraction"));
      order.reduces = closes || text_of(row, "reduceOnly") == "true";
      const std::string price = text_of(row, "px");
      const std::string stop = text_of(row, "slTriggerPx");
      order.text =
          fmt::format("{} {} {} {} {}{}", order.instrument, type, order.side,
                      closes ? "all" : text_of(row, "sz"), algo ? "" : fmt::format("at {}", price),
                      stop.empty() ? "" : fmt::format("stop {}", stop));
      orders.push_back(std::move(order));
    }
    // Not by its length: a page may be cut short, and the next one tells.
    if (!is_new) return Answer::Good;
    cursor = text_of(page.rows.back(), id_key);
  }
  if (error_.empty()) error_ = "a list does not end";
  return Answer::TimedOut;
}

Answer Account::list_orders(std::vector<OpenOrder>& orders) {
  orders.clear();
  Answer answer = list_plain(orders);
  for (const std::string_view list : kAlgoLists) {
    if (answer != Answer::Good) return answer;
    answer = list_pages(fmt::format("/api/v5/trade/orders-algo-pending?ordType={}&", list),
                        "algoId", true, orders);
  }
  return answer;
}

Answer Account::list_plain(std::vector<OpenOrder>& orders) {
  orders.clear();
  return list_pages("/api/v5/trade/orders-pending?", "ordId", false, orders);
}

Answer Account::list_positions(std::vector<OpenPosition>& positions) {
  positions.clear();
  Page page;
  const Answer answer = ask("GET", "/api/v5/account/positions", "", page);
  if (answer != Answer::Good) return answer;
  for (const simdjson::dom::element& row : page.rows) {
    const std::string quantity = text_of(row, "pos");
    if (is_flat_number(quantity)) continue;
    const std::string leg = text_of(row, "posSide");
    const bool is_long = leg == "long" || (leg != "short" && !quantity.starts_with('-'));
    positions.push_back({text_of(row, "instId"), leg, quantity, is_long});
  }
  return Answer::Good;
}

Answer Account::cancel(std::span<const OpenOrder> orders) {
  const auto send = [&](bool algo, std::size_t batch, const char* path, const char* id_key) {
    std::string body;
    std::size_t count = 0;
    Answer worst = Answer::Good;
    const auto flush = [&] {
      if (count == 0) return;
      Page page;
      const Answer answer = ask("POST", path, "[" + body + "]", page);
      if (answer != Answer::Good) worst = answer;
      body.clear();
      count = 0;
    };
    for (const OpenOrder& order : orders) {
      if (order.algo != algo) continue;
      if (count != 0) body += ',';
      body += fmt::format(R"({{"instId":"{}","{}":"{}"}})", order.instrument, id_key, order.id);
      if (++count == batch) flush();
      if (worst == Answer::Refused) return worst;
    }
    flush();
    return worst;
  };
  const Answer plain = send(false, kBatch, "/api/v5/trade/cancel-batch-orders", "ordId");
  if (plain == Answer::Refused) return plain;
  const Answer algos = send(true, kAlgoBatch, "/api/v5/trade/cancel-algos", "algoId");
  return plain == Answer::Good ? algos : plain;
}

Answer Account::arm_timer(int seconds) {
  // It helps; what cancels must not wait for it.
  const auto whole =
      std::exchange(until_, std::min(until_, Clock::now() + std::chrono::seconds(5)));
  Page page;
  const Answer answer = ask("POST", "/api/v5/trade/cancel-all-after",
                            fmt::format(R"({{"timeOut":"{}"}})", seconds), page);
  until_ = whole;
  return answer;
}

}  // namespace gannet::kill
