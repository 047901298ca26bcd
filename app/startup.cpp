#include "app/startup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <string_view>

#include "base/clock.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/http_client.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::app {
namespace {

constexpr Nanos kLargestClockOffset = seconds(30);  // the venue refuses requests beyond it

StartupFailure refused(Error error) { return {std::move(error), 3}; }
StartupFailure unusable(std::string message) { return {{std::move(message)}, 2}; }

/// One question at a time, waited for.
class Asker {
 public:
  Asker(net::EventLoop& loop, net::HttpClient& client) : loop_(loop), client_(client) {}

  HttpResponse ask(const HttpRequest& request, std::string& error) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      std::optional<net::HttpAnswer> answer;
      client_.send(request, [&](net::HttpAnswer got) { answer = std::move(got); });
      while (!answer) loop_.run_for(milliseconds(100));
      error = answer->error;
      if (answer->response.status != 0) return std::move(answer->response);
    }
    return {};
  }

 private:
  net::EventLoop& loop_;
  net::HttpClient& client_;
};

std::expected<HttpResponse, StartupFailure> checked(Asker& asker, const HttpRequest& request,
                                                    const std::string& what) {
  std::string transport_error;
  HttpResponse response = asker.ask(request, transport_error);
  if (response.status == 0) {
    return std::unexpected(
        refused({"no answer from the venue while " + what + ": " + transport_error}));
  }
  if (auto good = okx::check_answer(response); !good) {
    return std::unexpected(refused(std::move(good.error()).with(what)));
  }
  return response;
}

/// The venue's kind and family from the shape of its names.
struct KindAndFamily {
  InstrumentKind kind = InstrumentKind::Spot;
  std::string family;
  friend auto operator<=>(const KindAndFamily&, const KindAndFamily&) = default;
};

KindAndFamily kind_of(std::string_view name) {
  const auto parts = std::ranges::count(name, '-') + 1;
  const auto second = name.find('-', name.find('-') + 1);
  if (name.ends_with("-SWAP")) return {InstrumentKind::Swap, ""};
  if (parts == 3) return {InstrumentKind::Futures, ""};
  if (parts == 5) return {InstrumentKind::Option, std::string(name.substr(0, second))};
  return {InstrumentKind::Spot, ""};
}

/// Edits between two names, for "did you mean".
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row.back();
}

std::string nearest_name(std::string_view name, const std::vector<okx::InstrumentRow>& rows) {
  std::string best;
  std::size_t least = name.size();
  for (const okx::InstrumentRow& row : rows) {
    const std::size_t edits = distance(name, row.instrument.name.view());
    if (edits < least) {
      least = edits;
      best = row.instrument.name.view();
    }
  }
  return best;
}

std::expected<void, StartupFailure> load_instruments(Asker& asker, const config::Settings& settings,
                                                     const okx::RestIdentity& identity,
                                                     VenueFacts& facts) {
  std::set<KindAndFamily> kinds;
  for (const auto& wanted : settings.instruments) kinds.insert(kind_of(wanted.name));
  okx::InstrumentRows all;
  for (const KindAndFamily& kind : kinds) {
    auto response = checked(asker,
                            okx::account_instruments_request(identity, kind.kind, kind.family,
                                                             wall_clock_now() + facts.clock_offset),
                            "asking for instruments");
    if (!response) return std::unexpected(std::move(response.error()));
    response->body.append(okx::kTextPadding, '\0');
    okx::FrameReader reader;
    const std::string_view text(response->body.data(), response->body.size() - okx::kTextPadding);
    const auto frame = reader.read(text);
    if (!frame) return std::unexpected(refused({"the venue's list of instruments cannot be read"}));
    auto rows = okx::decode_instruments(reader, *frame, facts.currencies);
    if (!rows) return std::unexpected(refused({"the venue's list of instruments cannot be read"}));
    std::ranges::move(rows->rows, std::back_inserter(all.rows));
  }
  okx::InstrumentRows chosen;
  for (const auto& wanted : settings.instruments) {
    const auto found = std::ranges::find_if(all.rows, [&](const okx::InstrumentRow& row) {
      return row.instrument.name.view() == wanted.name;
    });
    if (found == all.rows.end()) {
      return std::unexpected(unusable(
          fmt::format("the venue does not list the instrument \"{}\"; the nearest name is \"{}\"",
                      wanted.name, nearest_name(wanted.name, all.rows))));
    }
    chosen.rows.push_back(*found);
  }
  okx::add_instruments(chosen, facts.instruments, facts.codes);
  for (std::size_t i = 0; i < settings.instruments.size(); ++i) {
    const InstrumentId id = facts.instruments.find(settings.instruments[i].name);
    const Instrument& instrument = facts.instruments[id];
    okx::OrderTerms terms =
        okx::make_order_terms(instrument, chosen.rows[i].code,
                              facts.account.position_mode == okx::PositionMode::LongShort);
    if (instrument.kind == InstrumentKind::Spot &&
        settings.instruments[i].margin_mode == MarginMode::Cross) {
      terms.margin_currency = CurrencyName(facts.currencies.name(instrument.quote));
    }
    facts.terms.set(id, terms);
  }
  return {};
}

/// A wiped state directory must not repeat ids: the venue's own history tells the newest run too.
std::expected<void, StartupFailure> load_recent_ids(Asker& asker, const okx::RestIdentity& identity,
                                                    VenueFacts& facts) {
  std::set<InstrumentKind> kinds;
  for (const Instrument& instrument : facts.instruments) kinds.insert(instrument.kind);
  for (const InstrumentKind kind : kinds) {
    auto response = checked(
        asker, okx::recent_orders_request(identity, kind, wall_clock_now() + facts.clock_offset),
        "asking for recent orders");
    if (!response) return std::unexpected(std::move(response.error()));
    auto ids = okx::decode_client_ids(*response);
    if (!ids) return std::unexpected(refused(std::move(ids.error())));
    facts.recent_ids.insert(facts.recent_ids.end(), ids->begin(), ids->end());
  }
  return {};
}

std::expected<void, StartupFailure> check_account(const config::Settings& settings,
                                                  const okx::AccountConfig& account) {
  using Mode = engine::AccountSettings::Mode;
  const auto expected_mode = [&] {
    switch (settings.account.account_mode) {
      case Mode::Simple:
        return okx::AccountMode::Spot;
      case Mode::Futures:
        return okx::AccountMode::Futures;
      case Mode::MultiCurrency:
        return okx::AccountMode::MultiCurrency;
      case Mode::Portfolio:
        return okx::AccountMode::Portfolio;
    }
    return okx::AccountMode::Futures;
  }();
  if (account.account_mode != expected_mode) {
    return std::unexpected(
        unusable("account.account_mode differs from the account's: change the configuration, or "
                 "the account's "
                 "mode at the venue"));
  }
  const bool wants_net =
      settings.account.position_mode == engine::AccountSettings::PositionMode::Net;
  if (wants_net != (account.position_mode == okx::PositionMode::Net)) {
    return std::unexpected(unusable(
        fmt::format("account.position_mode is \"{}\", the account's is \"{}\": change one of them",
                    wants_net ? "net" : "long_short", wants_net ? "long_short" : "net")));
  }
  return check_key(settings, account);
}

std::expected<void, StartupFailure> check_leverage(Asker& asker, const config::Settings& settings,
                                                   const okx::RestIdentity& identity,
                                                   const VenueFacts& facts) {
  for (const auto& wanted : settings.instruments) {
    if (!wanted.leverage) continue;
    const Timestamp now = wall_clock_now() + facts.clock_offset;
    auto response =
        checked(asker, okx::leverage_request(identity, wanted.name, wanted.margin_mode, now),
                "asking for leverage");
    if (!response) return std::unexpected(std::move(response.error()));
    auto actual = okx::decode_leverage(*response);
    if (!actual)
      return std::unexpected(refused(std::move(actual.error()).with("asking for leverage")));
    const auto units = [](std::string_view text) { return parse_units(text, 4).value_or(-1); };
    if (units(*actual) == units(*wanted.leverage)) continue;
    if (!wanted.set_leverage) {
      return std::unexpected(unusable(fmt::format(
          "{}: leverage is {} at the venue and {} in the configuration: change one of them, "
          "or set set_leverage = true",
          wanted.name, *actual, *wanted.leverage)));
    }
    auto changed = checked(
        asker,
        okx::set_leverage_request(identity, wanted.name, *wanted.leverage, wanted.margin_mode, now),
        "setting leverage");
    if (!changed) return std::unexpected(std::move(changed.error()));
  }
  return {};
}

}  // namespace

std::expected<void, StartupFailure> check_key(const config::Settings& settings,
                                              const okx::AccountConfig& account) {
  if (!account.may_trade) {
    return std::unexpected(
        refused({"the key may not trade: give it the trade permission at the venue"}));
  }
  if (account.may_withdraw) {  // SEC-01
    return std::unexpected(refused(
        {"the key may withdraw: use a key without the withdraw permission, an engine needs none"}));
  }
  if (settings.venue.environment == config::Environment::Live && !account.bound_to_addresses) {
    return std::unexpected(refused(
        {"the key works from any address: bind it to this machine's address at the venue"}));
  }
  return {};
}

std::expected<VenueFacts, StartupFailure> ask_venue(const config::Settings& settings,
                                                    const okx::RestIdentity& identity,
                                                    const net::TlsContext& tls) {
  net::EventLoop loop;
  net::HttpClientSettings http;
  http.url = settings.venue.rest_url;
  auto client = net::HttpClient::make(loop, tls, http);
  if (!client) return std::unexpected(unusable(client.error().message));
  Asker asker(loop, **client);
  VenueFacts facts;

  const Timestamp asked = wall_clock_now();
  auto time = checked(asker, okx::time_request(identity), "asking for the venue's clock");
  if (!time) return std::unexpected(std::move(time.error()));
  const Timestamp answered = wall_clock_now();
  auto venue_time = okx::decode_time(*time);
  if (!venue_time) return std::unexpected(refused(std::move(venue_time.error())));
  facts.clock_offset = *venue_time - (asked + Nanos{(answered - asked).count / 2});
  if (std::abs(facts.clock_offset.count) > kLargestClockOffset.count) {
    return std::unexpected(refused({fmt::format(
        "this machine's clock is {} s {} the venue's, which refuses more than 30 s: set the "
        "clock (timedatectl set-ntp true)",
        std::abs(facts.clock_offset.count) / 1'000'000'000,
        facts.clock_offset.count > 0 ? "behind" : "ahead of")}));
  }

  auto account =
      checked(asker, okx::account_config_request(identity, wall_clock_now() + facts.clock_offset),
              "asking for the account");
  if (!account) return std::unexpected(std::move(account.error()));
  auto decoded = okx::decode_account_config(*account);
  if (!decoded) return std::unexpected(refused(std::move(decoded.error())));
  facts.account = std::move(*decoded);
  if (auto good = check_account(settings, facts.account); !good) {
    return std::unexpected(std::move(good.error()));
  }
  if (auto good = load_instruments(asker, settings, identity, facts); !good) {
    return std::unexpected(std::move(good.error()));
  }
  auto balance =
      checked(asker, okx::balance_request(identity, wall_clock_now() + facts.clock_offset),
              "asking for balances");
  if (!balance) return std::unexpected(std::move(balance.error()));
  if (auto names = okx::intern_currencies(*balance, facts.currencies); !names) {
    return std::unexpected(refused(std::move(names.error())));
  }
  if (auto good = load_recent_ids(asker, identity, facts); !good) {
    return std::unexpected(std::move(good.error()));
  }
  if (auto good = check_leverage(asker, settings, identity, facts); !good) {
    return std::unexpected(std::move(good.error()));
  }
  return facts;
}

}  // namespace gannet::app
