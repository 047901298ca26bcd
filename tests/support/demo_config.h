#pragma once

#include <string>
#include <vector>

#include "app/child_sim.h"
#include "support/process.h"

namespace gannet::test {

/// One strategy of a test's configuration.
struct DemoStrategy {
  std::string name;
  std::string plugin;
  std::string parameters;  ///< an inline table's inside
  std::string lane = "inline";
  std::string on_stop = "cancel";
};

inline DemoStrategy quotes() {
  return {
      "quotes", "market_maker",
      R"(instrument = "BTC-USDT-SWAP", quantity = "1 contract", max_position = "10 contracts")"};
}
inline DemoStrategy prober() {
  return {"prober", "probe", R"(instrument = "ETH-USDT-SWAP", quantity = "1 contract")"};
}

/// The configuration of a gannetd that trades two swaps on a simulated venue: one of its own
/// without `venue`, else that one, with its credentials in the environment.
struct DemoConfig {
  std::string state_directory;
  const app::SimReady* venue = nullptr;
  std::string environment = "sim";
  std::vector<DemoStrategy> strategies{quotes(), prober()};
  int market_connections = 1;
  std::string key_files{};  ///< where the files key, secret and pass lie; "": the environment
  bool passphrase_in_environment = false;
  std::string more{};  ///< further tables
  std::string engine_id = "test1";
  bool exclusive_account = false;

  std::string text() const {
    std::string out = "[venue]\nkind = \"okx\"\nenvironment = \"" + environment + "\"\n";
    out += "market_connections = " + std::to_string(market_connections) + "\n";
    if (venue != nullptr) {
      out += "rest_url = \"" + venue->url + "\"\nws_public_url = \"" + venue->ws +
             "/public\"\nws_private_url = \"" + venue->ws + "/private\"\nws_business_url = \"" +
             venue->ws + "/business\"\nca_file = \"" + venue->ca + "\"\n";
      if (environment != "paper")  // which needs no key
        out += "[venue.credentials]\napi_key = " + source("key", "GANNET_TEST_KEY") +
               "\nsecret = " + source("secret", "GANNET_TEST_SECRET") + "\npassphrase = " +
               (passphrase_in_environment ? "{ env = \"GANNET_TEST_PASSPHRASE\" }"
                                          : source("pass", "GANNET_TEST_PASSPHRASE")) +
               "\n";
    } else {
      out += "[venue.embedded]\nmarket = \"synthetic\"\nseed = 7\n";
    }
    out += "[account]\nengine_id = \"" + engine_id +
           "\"\naccount_mode = \"futures\"\nexclusive_account = " +
           (exclusive_account ? "true" : "false") +
           "\n[engine]\nbusy_poll = false\nstate_directory = \"" + state_directory + "\"\n";
    for (const char* instrument : {"BTC-USDT-SWAP", "ETH-USDT-SWAP"})
      out +=
          std::string("[[instrument]]\nname = \"") + instrument + "\"\nmargin_mode = \"cross\"\n";
    for (const DemoStrategy& strategy : strategies)
      out += "[[strategy]]\nname = \"" + strategy.name + "\"\nplugin = \"" + strategy.plugin +
             "\"\nlane = \"" + strategy.lane + "\"\non_stop = \"" + strategy.on_stop +
             "\"\nparameters = { " + strategy.parameters + " }\n";
    out +=
        "[risk]\ncurrency = \"USDT\"\n[risk.instrument.ETH-USDT-SWAP]\n"
        "position_long_max = \"1000 contracts\"\n" +
        more;
    return out;
  }

  std::string source(const std::string& file, const std::string& variable) const {
    return key_files.empty() ? "{ env = \"" + variable + "\" }"
                             : "{ file = \"" + key_files + file + "\" }";
  }

  Process::Environment credentials() const {
    if (venue == nullptr) return {};
    if (passphrase_in_environment) return {{"GANNET_TEST_PASSPHRASE", venue->passphrase}};
    if (!key_files.empty()) return {};
    return {{"GANNET_TEST_KEY", venue->api_key},
            {"GANNET_TEST_SECRET", venue->secret},
            {"GANNET_TEST_PASSPHRASE", venue->passphrase}};
  }
};

}  // namespace gannet::test
