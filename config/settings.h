#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "engine/settings.h"

namespace gannet::config {

enum class Environment : std::uint8_t { Sim, Paper, Demo, Live };
enum class Region : std::uint8_t { Global, Eea, Us };

/// "60/2s": so many requests in so long a window.
struct Rate {
  std::int64_t count = 0;
  Nanos window;
};

/// OKX's own limits are the defaults; place, amend and cancel are per instrument.
struct RateSettings {
  Rate place{60, seconds(2)};
  Rate amend{60, seconds(2)};
  Rate cancel{60, seconds(2)};
  Rate cancel_batch{300, seconds(2)};
  Rate account{1000, seconds(2)};  ///< new and amend requests over all instruments
};

struct CredentialSettings {
  Secret api_key;
  Secret secret;
  Secret passphrase;
};

/// Instead of URLs: a `gannet sim` that gannetd starts, and that ends with it.
struct EmbeddedSimSettings {
  std::string market = "synthetic";  ///< "synthetic" or "replay:FILE"
  std::uint64_t seed = 1;
  std::string speed = "1";  ///< exact decimal; scales the market's time
  std::string instruments;  ///< a file of instrument definitions; "": the built-in ones
};

struct VenueSettings {
  std::string kind = "okx";
  Environment environment = Environment::Sim;
  Region region = Region::Global;
  std::string rest_url;  ///< filled from environment and region unless given; "" with `embedded`
  std::string ws_public_url;
  std::string ws_private_url;
  std::string ws_business_url;
  std::string ca_file;  ///< extra trust anchor; "" none
  std::optional<EmbeddedSimSettings> embedded;
  CredentialSettings credentials;  ///< empty with `embedded`: the sim makes its own
  RateSettings limits;
};

/// The limits of one level as they were written. What needs an instrument's digits or a currency
/// ("10 contracts", "5000") gets its meaning in resolve_risk, once definitions are loaded.
struct LimitTexts {
  struct Value {
    std::string text;
    std::string where;  ///< "demo.toml:40", for errors
  };
  std::map<std::string, Value> values;  ///< by key
};

struct RiskTexts {
  std::string currency = "USDT";
  LimitTexts account;
  std::map<std::string, LimitTexts> instruments;  ///< by instrument name
  std::map<std::string, LimitTexts> strategies;   ///< by instance name
};

/// Everything of one configuration file, checked and resolved, as `app` hands it on.
struct Settings {
  std::string file;  ///< where it came from
  VenueSettings venue;
  engine::AccountSettings account;
  engine::EngineSettings engine;
  std::vector<engine::InstrumentSettings> instruments;
  std::vector<engine::StrategySettings> strategies;
  RiskTexts risk;
};

}  // namespace gannet::config
