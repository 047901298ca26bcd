#pragma once

#include <gtest/gtest.h>
#include <simdjson.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/child_sim.h"
#include "base/clock.h"
#include "gateway/net/http_client.h"
#include "gateway/okx/protocol/signing.h"
#include "support/loopback.h"

namespace gannet::app {

/// One REST client of a `gannet sim` process, signing what it sends.
class SimClient {
 public:
  SimClient(net::EventLoop& loop, const SimReady& ready)
      : loop_(loop),
        signer_({Secret(ready.api_key), Secret(ready.secret), Secret(ready.passphrase)}) {
    auto tls = net::TlsContext::client({.system_roots = false, .ca_file = ready.ca});
    EXPECT_TRUE(tls) << tls.error().message;
    tls_.emplace(*tls);
    auto client = net::HttpClient::make(loop, *tls_, {.url = ready.url, .connections = 1});
    EXPECT_TRUE(client);
    client_ = std::move(*client);
  }

  /// The body of the answer; "" when none came.
  std::string ask(const std::string& method, const std::string& target,
                  const std::string& body = "") {
    const auto time = okx::rest_timestamp(wall_clock_now());
    HttpRequest request{method, target, {}, body};
    request.headers = {{"OK-ACCESS-KEY", std::string(signer_.api_key().reveal())},
                       {"OK-ACCESS-PASSPHRASE", std::string(signer_.passphrase().reveal())},
                       {"OK-ACCESS-TIMESTAMP", std::string(time.view())},
                       {"OK-ACCESS-SIGN",
                        std::string(signer_.sign_rest(time.view(), method, target, body).view())},
                       {"Content-Type", "application/json"}};
    std::optional<net::HttpAnswer> answer;
    client_->send(std::move(request), [&](net::HttpAnswer given) { answer = std::move(given); });
    EXPECT_TRUE(net::run_until(loop_, [&] { return answer.has_value(); }));
    return answer ? answer->response.body : "";
  }
  std::string get(const std::string& target) { return ask("GET", target); }
  std::string post(const std::string& target, const std::string& body) {
    return ask("POST", target, body);
  }
  std::string step(int ms) { return post("/sim/v1/step", R"({"ms":)" + std::to_string(ms) + "}"); }
  std::string order(const std::string& instrument, const std::string& side, const std::string& type,
                    const std::string& price, const std::string& quantity) {
    return post("/api/v5/trade/order", R"({"instId":")" + instrument +
                                           R"(","tdMode":"cross","side":")" + side +
                                           R"(","ordType":")" + type + R"(","px":")" + price +
                                           R"(","sz":")" + quantity + R"("})");
  }
  /// Prices and sizes of the whole book, without the counts of orders.
  std::string book(const std::string& instrument) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::element data;
    const std::string body = get("/api/v5/market/books?sz=400&instId=" + instrument);
    if (parser.parse(body).get(root) != simdjson::SUCCESS ||
        root.at_pointer("/data/0").get(data) != simdjson::SUCCESS) {
      return "";
    }
    std::string all;
    for (const char* const side : {"asks", "bids"}) {
      simdjson::dom::array levels;
      if (data[side].get(levels) != simdjson::SUCCESS) return "";
      for (const simdjson::dom::element level : levels) {
        all += simdjson::minify(level.at(0)) + ":" + simdjson::minify(level.at(1)) + " ";
      }
      all += "| ";
    }
    return all;
  }

 private:
  net::EventLoop& loop_;
  okx::Signer signer_;
  std::optional<net::TlsContext> tls_;
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace gannet::app
