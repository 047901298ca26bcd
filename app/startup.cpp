#include "app/startup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>
#include <string_view>

#include "app/account_check.h"
#include "app/kind_of_name.h"
#include "base/clock.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/http_client.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/rest_questions.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/transport/venue_reader.h"

namespace gannet::app {
namespace {

constexpr Nanos kLargestClockOffset = seconds(30);  // the venue refuses requests beyond it

StartupFailure refused(Error error) { return {std::move(error), 3}; }
StartupFailure not_reached(std::string message) { return {{std::move(message)}, 4}; }
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
    return std::unexpected(not_reached(fmt::format(
        "no answer from the venue while {}: {}: check the network, the name service and "
        "[venue]; nothing was sent, and a later start may well succeed",
        what, transport_error)));
  }
  constexpr int kOutOfOrder = 500;  // and above: it is there, and cannot answer now
  if (response.status >= kOutOfOrder) {
    return std::unexpected(
        not_reached(fmt::format("the venue is out of order: status {} while {}: start again later",
                                response.status, what)));
  }
  if (auto good = okx::check_answer(response); !good) {
    return std::unexpected(refused(std::move(good.error()).with(what)));
  }
  return response;
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
    okx::OrderTerms terms = okx::make_order_terms(
        instrument, chosen.rows[i].code,
        facts.account.position_mode == okx::PositionMode::LongShort, facts.account.account_mode);
    // Margin trading in futures mode names its currency; elsewhere all of the account is margin.
    if (!is_derivative(instrument.kind) &&
        facts.account.account_mode == okx::AccountMode::Futures &&
        settings.instruments[i].margin_mode != MarginMode::Cash) {
      terms.margin_currency = CurrencyName(facts.currencies.name(instrument.quote));
    }
    terms.trade_quote_currency = CurrencyName(settings.instruments[i].trade_quote_currency);
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
    if (same_leverage(*actual, *wanted.leverage)) continue;
    if (!wanted.set_leverage) {
      return std::unexpected(refused({fmt::format(
          "{}: leverage is {} at the venue and {} in the configuration: change one of them, "
          "or set set_leverage = true",
          wanted.name, *actual, *wanted.leverage)}));
    }
    auto changed = checked(
        asker,
        okx::set_leverage_request(identity, wanted.name, *wanted.leverage, wanted.margin_mode, now),
        "setting leverage");
    if (!changed) return std::unexpected(std::move(changed.error()));
  }
  return {};
}

/// What the fees are, and whether the venue lets this account send as many orders as configured.
/// Neither is told to every account: what is not told is not known, and no reason not to start.
std::expected<void, StartupFailure> ask_rates(net::EventLoop& loop,
                                              const config::Settings& settings,
                                              const okx::RestIdentity& identity,
                                              const net::TlsContext& tls, VenueFacts& facts) {
  okx::VenueReaderSettings reading;
  reading.http.url = settings.venue.rest_url;
  reading.reader.attempts = 2;
  reading.reader.question_timeout = seconds(10);
  auto reader = okx::VenueReader::make(loop, tls, identity, std::move(reading));
  if (!reader) return std::unexpected(unusable(reader.error().message));
  (*reader)->set_clock_offset(facts.clock_offset);
  const auto limit = (*reader)->read<OrderRateLimit>(okx::ask_all(okx::Endpoint::OrderRateLimit));
  if (!limit.rows.empty()) {
    if (auto refusal = check_order_rate(settings, limit.rows.front().limit)) {
      return std::unexpected(refused({std::move(*refusal)}));
    }
  }
  facts.fees = read_fees(**reader, facts.instruments);
  return {};
}

}  // namespace

std::expected<void, StartupFailure> check_key(const config::Settings& settings,
                                              const okx::AccountConfig& account) {
  for (AccountFinding& finding : check_account(settings, account)) {
    if (!finding.refusal.empty()) return std::unexpected(refused({std::move(finding.refusal)}));
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
  if (auto good = check_key(settings, facts.account); !good) {
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
  if (auto good = ask_rates(loop, settings, identity, tls, facts); !good) {
    return std::unexpected(std::move(good.error()));
  }
  return facts;
}

}  // namespace gannet::app
