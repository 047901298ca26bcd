#include "sim/okx_server/protocol/settings.h"

#include <fmt/format.h>

#include <set>

#include "sim/instruments.h"

namespace gannet::okx_server {
namespace {

/// splitmix64: every call another number, the same for the same seed.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) noexcept : state_(seed) {}
  std::uint64_t next() noexcept {
    state_ += 0x9E3779B97F4A7C15ull;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

Amount deposit_of(std::string_view currency, CurrencyId id) {
  const bool coin = currency != "USDT" && currency != "USDC" && !currency.starts_with("USD");
  const std::int64_t units = coin ? 10 : 100'000;
  return {static_cast<__int128>(units) * 1'000'000'000'000'000'000, id};
}

}  // namespace

Credentials make_default_credentials(std::uint64_t seed) {
  Numbers numbers(seed ^ 0x6F6B785F73696Dull);
  const std::uint64_t a = numbers.next();
  const std::uint64_t b = numbers.next();
  Credentials credentials;
  credentials.key = fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", a >> 32,
                                (a >> 16) & 0xffff, a & 0xfff, b >> 52, b & 0xffff'ffff'ffff);
  credentials.secret = fmt::format("{:016X}{:016X}", numbers.next(), numbers.next());
  credentials.passphrase = fmt::format("Sim-{:08x}", numbers.next() >> 32);
  return credentials;
}

Limits no_limits() noexcept {
  Limits limits;
  limits.place_single = limits.place_batch = 0;
  limits.amend_single = limits.amend_batch = 0;
  limits.cancel_single = limits.cancel_batch = 0;
  limits.account_orders = 0;
  limits.session_requests_per_hour = 0;
  limits.connections_per_second = 0;
  limits.subscriptions_per_key = 0;
  limits.rest = false;
  return limits;
}

std::vector<ListedInstrument> list_all(std::uint64_t seed, const InstrumentTable& instruments) {
  Numbers numbers(seed ^ 0x636F646573ull);
  std::vector<ListedInstrument> listed;
  std::int64_t code = 2'000'000 + static_cast<std::int64_t>(numbers.next() % 1'000);
  for (const Instrument& instrument : instruments) {
    const std::int64_t known = sim::instrument_code(instrument.name.view());
    listed.push_back({instrument.id, known != 0 ? known : code});
    code += 1 + static_cast<std::int64_t>(numbers.next() % 40);
  }
  return listed;
}

Settings make_default_settings(std::uint64_t seed, const InstrumentTable& instruments,
                               CurrencyTable& currencies) {
  Settings settings;
  settings.seed = seed;
  settings.instruments = list_all(seed, instruments);
  User user;
  user.account.name = "trader";
  std::set<CurrencyId> held;
  for (const Instrument& instrument : instruments) {
    if (instrument.settle.valid()) held.insert(instrument.settle);
    if (!is_derivative(instrument.kind) && instrument.base.valid()) held.insert(instrument.base);
  }
  for (const CurrencyId id : held)
    user.account.deposits.push_back(deposit_of(currencies.name(id), id));
  settings.users.push_back(std::move(user));
  ApiKey key;
  key.credentials = make_default_credentials(seed);
  key.user = "trader";
  settings.keys.push_back(std::move(key));
  return settings;
}

}  // namespace gannet::okx_server
