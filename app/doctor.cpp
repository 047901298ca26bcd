#include "app/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "app/account_check.h"
#include "app/fee_rates.h"
#include "app/internal/doctor_visit.h"
#include "app/json_line.h"
#include "app/kind_of_name.h"
#include "base/clock.h"
#include "gateway/okx/protocol/rest_questions.h"

namespace gannet::app {
namespace {

constexpr std::string_view kAccess = "access";
constexpr std::string_view kAccount = "account";
constexpr std::string_view kInstruments = "instruments";
constexpr std::string_view kMarket = "market data";
constexpr std::string_view kLists = "lists";
constexpr std::int32_t kOtherEnvironment = 50101;
constexpr Nanos kSmallOffset = seconds(1);
constexpr Nanos kLargestOffset = seconds(30);
constexpr std::string_view kTag = "gannetdoctor";  // no engine's: its timer cancels nothing

}  // namespace

std::size_t DoctorReport::count(DoctorCheck::Result result) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(checks, result, &DoctorCheck::result));
}

int DoctorReport::exit_code() const noexcept {
  if (!refused.empty()) return 3;
  return count(DoctorCheck::Result::Differs) == 0 ? 0 : 1;
}

DoctorReport examine_venue(const config::Settings& settings, const okx::Signer& signer,
                           const net::TlsContext& tls, const DoctorOptions& options) {
  return DoctorVisit(settings, signer, tls, options).run();
}

DoctorVisit::DoctorVisit(const config::Settings& settings, const okx::Signer& signer,
                         const net::TlsContext& tls, const DoctorOptions& options)
    : settings_(settings),
      signer_(signer),
      tls_(tls),
      options_(options),
      identity_{&signer, settings.venue.environment == config::Environment::Demo} {}

DoctorReport DoctorVisit::run() {
  okx::VenueReaderSettings reading;
  reading.http.url = settings_.venue.rest_url;
  reading.reader.attempts = 3;
  reading.reader.question_timeout = seconds(30);
  auto reader = okx::VenueReader::make(loop_, tls_, identity_, std::move(reading));
  auto client = net::HttpClient::make(loop_, tls_, {.url = settings_.venue.rest_url});
  if (!reader || !client) {
    report_.refused = reader ? client.error().message : reader.error().message;
    return std::move(report_);
  }
  reader_ = std::move(*reader);
  client_ = std::move(*client);
  check_access();
  if (!report_.refused.empty()) return std::move(report_);
  check_demo_header();
  check_account();
  check_rates();
  check_instruments();
  check_market_data();
  check_lists();
  check_paging();
  check_dead_man_timer();
  check_public_socket();
  check_business_socket();
  check_private_socket();
  if (options_.place_orders) try_an_order();
  return std::move(report_);
}

Timestamp DoctorVisit::venue_now() const { return wall_clock_now() + reader_->clock_offset(); }

HttpResponse DoctorVisit::send(HttpRequest request) {
  std::optional<net::HttpAnswer> answer;
  client_->send(std::move(request), [&](net::HttpAnswer given) { answer = std::move(given); });
  while (!answer) loop_.run_for(milliseconds(20));
  return std::move(answer->response);
}

void DoctorVisit::put(std::string_view area, std::string what, Result result, std::string expected,
                      std::string actual, std::string_view meaning) {
  report_.checks.push_back({area, std::move(what), result, std::move(expected), std::move(actual),
                            std::string(meaning)});
}

void DoctorVisit::put_answer(std::string_view area, const std::string& what,
                             const okx::RestOutcome& outcome, std::string_view meaning) {
  if (!outcome.complete()) {
    put(area, what, Result::Differs, "an answer", outcome.message, meaning);
    return;
  }
  const bool understood = outcome.refused_rows == 0;
  put(area, what, understood ? Result::Ok : Result::Differs, "every row understood",
      understood ? fmt::format("{} rows", outcome.rows)
                 : fmt::format("{} of {} rows not understood", outcome.refused_rows, outcome.rows),
      meaning);
}

// ---- access: what ends the visit if it is not there ----

void DoctorVisit::check_access() {
  const Timestamp asked = wall_clock_now();
  const auto time = reader_->read<VenueTime>(okx::ask_all(okx::Endpoint::VenueTime));
  const Timestamp answered = wall_clock_now();
  if (time.rows.empty()) {
    report_.refused = time.outcome.message;
    return;
  }
  put(kAccess, "the venue answers", Result::Ok, "yes", settings_.venue.rest_url,
      "market data and orders by REST");
  const Nanos offset = time.rows.front().time - (asked + Nanos{(answered - asked).count / 2});
  const std::int64_t off_ms = offset.count / 1'000'000;
  if (std::abs(offset.count) > kLargestOffset.count) {
    report_.refused = fmt::format(
        "this machine's clock is {} ms {} the venue's, which refuses more than 30 s: set the clock "
        "(timedatectl set-ntp true)",
        std::abs(off_ms), off_ms > 0 ? "behind" : "ahead of");
    return;
  }
  reader_->set_clock_offset(offset);
  put(kAccess, "clock", std::abs(offset.count) <= kSmallOffset.count ? Result::Ok : Result::Differs,
      "within 1000 ms", fmt::format("{} ms", off_ms),
      "requests are signed and expire by the venue's time; set the clock by NTP");

  const HttpResponse response = send(okx::account_config_request(identity_, venue_now()));
  auto account = okx::decode_account_config(response);
  if (!account) {
    report_.refused = std::move(account.error().message);
    return;
  }
  account_ = std::move(*account);
  put(kAccess, "the key is accepted", Result::Ok, "yes", "yes", "private questions and orders");
}

void DoctorVisit::check_account() {
  for (const AccountFinding& finding : app::check_account(settings_, account_)) {
    put(kAccount, std::string(finding.what), finding.refusal.empty() ? Result::Ok : Result::Differs,
        finding.configured.empty() ? "not stated" : finding.configured, finding.actual,
        finding.refusal.empty() ? "gannetd starts with it" : finding.refusal);
  }
  put(kAccount, "sub-account", account_.main_account.empty() ? Result::Unknown : Result::Ok,
      "not stated", account_.main_account == account_.account_name ? "no: the main account" : "yes",
      "a sub-account of its own keeps other money out of reach");
}

void DoctorVisit::check_rates() {
  const auto limit = reader_->read<OrderRateLimit>(okx::ask_all(okx::Endpoint::OrderRateLimit));
  const risk::RateLimit& ours = settings_.risk.rates.account;
  const std::string configured =
      fmt::format("at most {} in {} ms", ours.count, ours.window.count / 1'000'000);
  if (limit.rows.empty()) {
    put(kAccount, "order rate", Result::Unknown, configured, limit.outcome.message,
        "the venue does not say how many orders it takes; the configured figure is kept to");
  } else {
    const std::int64_t allowed = limit.rows.front().limit;
    const auto refusal = check_order_rate(settings_, allowed);
    put(kAccount, "order rate", refusal ? Result::Differs : Result::Ok, configured,
        fmt::format("{} in 2000 ms", allowed),
        refusal ? std::string_view(*refusal)
                : std::string_view("more would be refused by the venue"));
  }
}

/// The header that tells demo from production must matter: a key must not work in both.
void DoctorVisit::check_demo_header() {
  okx::RestIdentity other = identity_;
  other.simulated_trading = !other.simulated_trading;
  const HttpResponse response = send(okx::account_config_request(other, venue_now()));
  okx::RestFrame frame;
  frame.read(response);
  const bool told_apart = frame.is_json() && frame.code() == kOtherEnvironment;
  put(kAccess, "demo and production are told apart",
      told_apart ? Result::Ok : (frame.is_json() ? Result::Differs : Result::Unknown),
      "the other environment's header is refused (50101)",
      frame.is_json() ? fmt::format("code {}", frame.code())
                      : fmt::format("HTTP {}", response.status),
      "a demo run must never reach the real account");
}

// ---- definitions ----

void DoctorVisit::check_instruments() {
  std::set<KindAndFamily> kinds;
  for (const auto& wanted : settings_.instruments) kinds.insert(kind_of(wanted.name));
  for (const KindAndFamily& kind : kinds) {
    const okx::RestOutcome outcome = reader_->wait(
        okx::ask_kind(okx::Endpoint::AccountInstruments, kind.kind, kind.family), definitions_);
    put_answer(kInstruments,
               fmt::format("list of {}{}", okx::instrument_type_of(kind.kind),
                           kind.family.empty() ? "" : " " + kind.family),
               outcome, "an instrument that is not understood cannot be traded");
  }
  std::map<std::int64_t, int> codes;
  std::size_t without = 0;
  for (const okx::InstrumentRow& row : definitions_.all.rows) {
    if (row.code) {
      ++codes[*row.code];
    } else if (row.instrument.state == InstrumentState::Live) {
      ++without;
    }
  }
  const auto twice = std::ranges::count_if(codes, [](const auto& code) { return code.second > 1; });
  put(kInstruments, "instrument codes", twice == 0 && without == 0 ? Result::Ok : Result::Differs,
      "one for each live instrument, none twice",
      fmt::format("{} codes, {} twice, {} live instruments without", codes.size(), twice, without),
      "orders by socket name the instrument by its code; without one they go by REST");
  for (std::size_t i = 0; i < settings_.instruments.size(); ++i) {
    check_one_instrument(settings_, i);
  }
}

void DoctorVisit::check_one_instrument(const config::Settings& settings, std::size_t index) {
  const auto& wanted = settings.instruments[index];
  const auto row = std::ranges::find_if(definitions_.all.rows, [&](const okx::InstrumentRow& r) {
    return r.instrument.name.view() == wanted.name;
  });
  if (row == definitions_.all.rows.end()) {
    put(kInstruments, wanted.name, Result::Differs, "listed for this account", "not listed",
        "take it out of the configuration, or check the account's region and products");
    return;
  }
  const Instrument& instrument = row->instrument;
  const bool live = instrument.state == InstrumentState::Live;
  put(kInstruments, wanted.name, live && row->code ? Result::Ok : Result::Differs,
      "live, with a code",
      fmt::format("{}, {}", live ? "live" : "not live",
                  row->code ? fmt::format("code {}", *row->code) : "no code"),
      "only a live instrument is traded");
  okx::InstrumentRows one;
  one.rows.push_back(*row);
  okx::add_instruments(one, instruments_, codes_);
  if (watched_.size() < options_.instruments) watched_.push_back(wanted.name);

  const bool margined = is_derivative(instrument.kind);
  if (!margined) return;
  const auto leverage = reader_->read<Leverage>(okx::ask_leverage(wanted.name, wanted.margin_mode));
  if (leverage.rows.empty()) {
    put(kInstruments, wanted.name + " leverage", Result::Differs, "an answer",
        leverage.outcome.message, "leverage cannot be compared");
    return;
  }
  const std::string actual = to_string(leverage.rows.front().leverage);
  const bool agrees = !wanted.leverage || same_leverage(actual, *wanted.leverage);
  put(kInstruments, wanted.name + " leverage",
      agrees || wanted.set_leverage ? Result::Ok : Result::Differs,
      wanted.leverage.value_or("not stated"), actual,
      agrees ? "margin is reckoned with it"
             : (wanted.set_leverage ? "gannetd will set it at start"
                                    : "gannetd refuses to start: change one of them, or set "
                                      "set_leverage = true"));
}

// ---- what is asked by REST ----

void DoctorVisit::check_market_data() {
  if (watched_.empty()) return;
  const std::string& name = watched_.front();
  const Instrument& instrument = instruments_[instruments_.find(name)];
  const auto book = ask<BookRow>(kMarket, "book by REST", okx::ask_book(name, 5),
                                 "books without a first snapshot are started from it");
  if (!book.empty()) {
    put(kMarket, "sequence of the book by REST",
        book.front().sequence ? Result::Ok : Result::Differs, "there",
        book.front().sequence ? std::to_string(*book.front().sequence) : "absent",
        "without it a book cannot be joined to its stream");
  }
  static_cast<void>(ask<TickerRow>(
      kMarket, "ticker", okx::ask_instrument(okx::Endpoint::Ticker, name), "reference prices"));
  okx::RestQuestion candles =
      okx::ask_candles(okx::CandlesOf::Trades, name, okx::candle_bar_of({seconds(60)}), {}, {}, 10);
  candles.page_rows = 10;
  static_cast<void>(
      ask<CandleRow>(kMarket, "candle history", std::move(candles), "strategies warm up with it"));
  okx::RestQuestion trades = okx::ask_trades(name, {}, {});
  trades.page_rows = 10;
  trades.maximum_rows = 10;
  static_cast<void>(ask<PublicTrade>(kMarket, "trade history", std::move(trades), "downloads"));
  static_cast<void>(ask<PriceLimits>(kMarket, "price limits",
                                     okx::ask_instrument(okx::Endpoint::PriceLimit, name),
                                     "orders beyond them are refused by the venue"));
  if (is_derivative(instrument.kind)) {
    static_cast<void>(ask<ReferencePriceRow>(
        kMarket, "mark price",
        okx::ask_instrument_of_kind(okx::Endpoint::MarkPrice, instrument.kind, name),
        "collars and valuation"));
    static_cast<void>(ask<PositionTier>(
        kMarket, "position tiers",
        okx::ask_position_tiers(instrument.kind, instrument.family.view(), MarginMode::Cross),
        "margin by size"));
  }
  if (instrument.kind == InstrumentKind::Swap) {
    static_cast<void>(ask<FundingRate>(kMarket, "funding rate",
                                       okx::ask_instrument(okx::Endpoint::FundingRate, name),
                                       "what a position costs or earns"));
  }
  static_cast<void>(ask<MaintenanceNotice>(
      kMarket, "maintenance", okx::ask_all(okx::Endpoint::SystemStatus), "announced outages"));
}

void DoctorVisit::check_lists() {
  const auto balance = ask<AccountBalance>(kLists, "balances", okx::ask_all(okx::Endpoint::Balance),
                                           "limits and inventory are reckoned from them");
  if (!balance.empty()) {
    const auto& currencies = balance.front().currencies;
    put(kLists, "currencies of the balance", currencies.empty() ? Result::Unknown : Result::Ok,
        "at least one", fmt::format("{}", currencies.size()), "an empty account cannot trade");
  }
  static_cast<void>(ask<AccountPosition>(kLists, "positions",
                                         okx::ask_all(okx::Endpoint::Positions),
                                         "compared with the engine's own all the time"));
  okx::RestQuestion fills = okx::ask_all(okx::Endpoint::Fills);
  fills.maximum_rows = 100;
  static_cast<void>(ask<FillRecord>(kLists, "fills", std::move(fills),
                                    "what happened while nobody was connected"));
  std::set<InstrumentKind> kinds;
  for (const Instrument& instrument : instruments_) kinds.insert(instrument.kind);
  for (const InstrumentKind kind : kinds) {
    okx::RestQuestion history = okx::ask_kind(okx::Endpoint::OrderHistory, kind);
    history.maximum_rows = 100;
    static_cast<void>(
        ask<OrderRecord>(kLists, fmt::format("order history of {}", okx::instrument_type_of(kind)),
                         std::move(history), "ids that must not come again"));
    const auto fees = reader_->read<FeeRates>(okx::ask_fees(kind, ""));
    const bool known = !fees.rows.empty();
    put(kLists, fmt::format("fee rates of {}", okx::instrument_type_of(kind)),
        known ? Result::Ok : Result::Differs, "told",
        known ? fmt::format("tier {}, taker {}", fees.rows.front().level,
                            fees.rows.front().taker ? to_string(*fees.rows.front().taker)
                            : fees.rows.front().groups.empty()
                                ? "not told"
                                : to_string(fees.rows.front().groups.front().taker))
              : fees.outcome.message,
        "strategies ask for them");
  }
  okx::RestQuestion bills = okx::ask_all(okx::Endpoint::Bills);
  bills.maximum_rows = 100;
  static_cast<void>(
      ask<Bill>(kLists, "bills", std::move(bills), "balance changes are explained by them"));
}

/// The list of open orders in pages must be the list: first page alone, then by small pages.
void DoctorVisit::check_paging() {
  const auto whole =
      ask<OrderRecord>(kLists, "open orders", okx::ask_all(okx::Endpoint::OpenOrders),
                       "flat of orders is decided by this list");
  if (whole.size() < 3) {
    put(kLists, "pages of open orders", Result::Unknown, "the same list in pages",
        fmt::format("{} open orders: nothing to page", whole.size()),
        "an order on a page that is not read would be forgotten");
    return;
  }
  okx::RestQuestion question = okx::ask_all(okx::Endpoint::OpenOrders);
  question.page_rows = static_cast<std::uint16_t>(whole.size() <= 20 ? 2 : 20);
  const auto paged = reader_->read<OrderRecord>(std::move(question));
  std::set<std::uint64_t> one;
  std::set<std::uint64_t> other;
  for (const OrderRecord& order : whole) one.insert(order.venue_id.value);
  for (const OrderRecord& order : paged.rows) other.insert(order.venue_id.value);
  std::size_t lost = 0;
  for (const std::uint64_t id : one) lost += other.contains(id) ? 0u : 1u;
  // Orders come and go while we look: only what was there from first to last counts.
  const auto again = reader_->read<OrderRecord>(okx::ask_all(okx::Endpoint::OpenOrders));
  std::size_t lasting_lost = 0;
  for (const OrderRecord& order : again.rows) {
    if (one.contains(order.venue_id.value) && !other.contains(order.venue_id.value)) ++lasting_lost;
  }
  put(kLists, "pages of open orders",
      paged.outcome.complete() && lasting_lost == 0 ? Result::Ok : Result::Differs,
      "the same list in pages",
      paged.outcome.complete() ? fmt::format("{} orders over {} pages, {} lost", other.size(),
                                             paged.outcome.pages, lasting_lost)
                               : paged.outcome.message,
      "an order on a page that is not read would be forgotten");
}

void DoctorVisit::check_dead_man_timer() {
  const auto armed = reader_->read<DeadManTimer>(okx::set_dead_man_timer(60, kTag));
  const bool arms = !armed.rows.empty() && armed.rows.front().trigger > venue_now();
  put(kLists, "dead-man timer arms", arms ? Result::Ok : Result::Differs, "a time in the future",
      armed.rows.empty() ? armed.outcome.message
                         : fmt::format("in {} s", (armed.rows.front().trigger - venue_now()).count /
                                                      1'000'000'000),
      "orders of an engine that died are cancelled by it");
  if (!arms) return;
  const auto disarmed = reader_->read<DeadManTimer>(okx::set_dead_man_timer(0, kTag));
  const bool off = !disarmed.rows.empty() && disarmed.rows.front().trigger.nanos == 0;
  put(kLists, "dead-man timer disarms", off ? Result::Ok : Result::Differs, "no time",
      disarmed.rows.empty() ? disarmed.outcome.message
                            : (off ? "no time" : "still a time: it ends by itself in 60 s"),
      "an engine that leaves orders behind on purpose disarms it");
}

// ---- the report ----

std::string_view name_of(DoctorCheck::Result result) noexcept {
  switch (result) {
    case DoctorCheck::Result::Ok:
      return "ok";
    case DoctorCheck::Result::Differs:
      return "differs";
    case DoctorCheck::Result::Unknown:
      return "unknown";
  }
  return "";
}

std::string doctor_table(const DoctorReport& report) {
  std::string out;
  std::string_view area;
  for (const DoctorCheck& check : report.checks) {
    if (check.area != area) out += fmt::format("\n{}\n", area = check.area);
    out += fmt::format("  {:<8} {:<36} {}\n", name_of(check.result), check.what, check.actual);
    if (check.result == DoctorCheck::Result::Differs) {
      out += fmt::format("           wanted: {}\n           {}\n", check.expected, check.meaning);
    }
  }
  if (!report.refused.empty()) return out + fmt::format("\nrefused: {}\n", report.refused);
  return out + fmt::format("\n{} ok, {} differ, {} unknown\n",
                           report.count(DoctorCheck::Result::Ok),
                           report.count(DoctorCheck::Result::Differs),
                           report.count(DoctorCheck::Result::Unknown));
}

std::string doctor_json(const DoctorReport& report) {
  JsonLine line;
  line.begin_object().begin_array("checks");
  for (const DoctorCheck& check : report.checks) {
    line.begin_object()
        .field("area", check.area)
        .field("check", check.what)
        .field("result", name_of(check.result))
        .field("expected", check.expected)
        .field("actual", check.actual)
        .field("meaning", check.meaning)
        .end_object();
  }
  line.end_array()
      .field("ok", report.count(DoctorCheck::Result::Ok))
      .field("differs", report.count(DoctorCheck::Result::Differs))
      .field("unknown", report.count(DoctorCheck::Result::Unknown))
      .field("refused", report.refused)
      .field("exit", report.exit_code())
      .end_object();
  return line.text();
}

}  // namespace gannet::app
