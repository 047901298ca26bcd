#pragma once

#include "config/internal/table_reader.h"
#include "config/settings.h"

namespace gannet::config {

// One function a section: reads, checks, and finishes its table.

void read_venue(TableReader venue, Settings& settings, bool want_secrets);
void read_credentials(TableReader credentials, Settings& settings, bool want_secrets);
/// `key = { file = "…" }`, a credential or an environment variable; empty if it is absent or was a
/// problem.
Secret read_secret(TableReader& credentials, std::string_view key, Environment environment);
/// [alerts], [[alert]] and [[alert_route]]: after the venue and the account.
void read_alerts(TableReader& root, Settings& settings, bool want_secrets);
void read_record(TableReader record, Settings& settings);
void read_metrics(TableReader metrics, Settings& settings);
void read_account(TableReader account, Settings& settings);
void read_engine(TableReader engine, Settings& settings);
void read_instruments(std::vector<TableReader> instruments, Settings& settings);
void read_strategies(std::vector<TableReader> strategies, Settings& settings,
                     const Problems& problems);
void read_rates(TableReader limits, risk::RateLimits& rates);
void read_risk(TableReader risk, Settings& settings);
void read_journal(TableReader journal, Settings& settings);
void read_control(TableReader control, Settings& settings);
/// Of [risk]: the sections of the behavioural rules.
void read_rules(TableReader& risk, risk::BehaviourRules& rules);
void read_protections(std::vector<TableReader> protections, Settings& settings,
                      const Problems& problems);
void read_backtest(TableReader backtest, BacktestSettings& settings);

/// Every section and key that the readers above ask for, of gannetd's file and of a backtest's.
KeyLog daemon_keys();
KeyLog backtest_keys();

// Words of the file for our enumerators; print_resolved says them backwards.
inline constexpr std::pair<std::string_view, Environment> kEnvironments[] = {
    {"sim", Environment::Sim},
    {"paper", Environment::Paper},
    {"demo", Environment::Demo},
    {"live", Environment::Live}};
inline constexpr std::pair<std::string_view, Region> kRegions[] = {
    {"global", Region::Global}, {"eea", Region::Eea}, {"us", Region::Us}};
inline constexpr std::pair<std::string_view, Route> kRoutes[] = {{"socket", Route::Socket},
                                                                 {"rest", Route::Rest}};
// The retail book is none for an instrument's own: what it shows is not for everybody to take.
inline constexpr std::pair<std::string_view, BookFeed> kBooks[] = {
    {"best", BookFeed::BestBidOffer},
    {"top5", BookFeed::Top5},
    {"depth400", BookFeed::Depth400},
    {"depth400_fast", BookFeed::Depth400Fast},
    {"depth50_fast", BookFeed::Depth50Fast}};
inline constexpr std::pair<std::string_view, MarginMode> kMarginModes[] = {
    {"cash", MarginMode::Cash}, {"cross", MarginMode::Cross}, {"isolated", MarginMode::Isolated}};
using AccountMode = engine::AccountSettings::Mode;
inline constexpr std::pair<std::string_view, AccountMode> kAccountModes[] = {
    {"simple", AccountMode::Simple},
    {"futures", AccountMode::Futures},
    {"multi_currency", AccountMode::MultiCurrency},
    {"portfolio", AccountMode::Portfolio}};
using PositionMode = engine::AccountSettings::PositionMode;
inline constexpr std::pair<std::string_view, PositionMode> kPositionModes[] = {
    {"net", PositionMode::Net}, {"long_short", PositionMode::LongShort}};
inline constexpr std::pair<std::string_view, bool> kSpotFees[] = {{"in_base", false},
                                                                  {"in_quote", true}};
inline constexpr std::pair<std::string_view, JournalMode> kJournalModes[] = {
    {"process", JournalMode::Process}, {"group", JournalMode::Group}, {"full", JournalMode::Full}};
inline constexpr std::pair<std::string_view, risk::RuleMode> kRuleModes[] = {
    {"off", risk::RuleMode::Off},
    {"observe", risk::RuleMode::Observe},
    {"enforce", risk::RuleMode::Enforce}};
inline constexpr std::pair<std::string_view, SelfTradePrevention> kSelfTrade[] = {
    {"cancel_new", SelfTradePrevention::CancelTaker},
    {"cancel_resting", SelfTradePrevention::CancelMaker},
    {"cancel_both", SelfTradePrevention::CancelBoth},
    {"account", SelfTradePrevention::AccountDefault}};
inline constexpr std::pair<std::string_view, bool> kProfiles[] = {{"full", false},
                                                                  {"canary", true}};
using OnStart = engine::StrategySettings::OnStart;
inline constexpr std::pair<std::string_view, OnStart> kOnStart[] = {{"cancel", OnStart::Cancel},
                                                                    {"adopt", OnStart::Adopt}};
using Watch = engine::ProtectionWatch;
inline constexpr std::pair<std::string_view, Watch> kWatches[] = {
    {"balance", Watch::Balance},
    {"position_ratio", Watch::PositionRatio},
    {"margin_ratio", Watch::MarginRatio},
    {"loss", Watch::Loss},
    {"profit", Watch::Profit},
    {"drawdown", Watch::Drawdown},
    {"liquidation_warning", Watch::LiquidationWarning},
    {"unhedged", Watch::Unhedged}};
using Protect = engine::ProtectionAction;
inline constexpr std::pair<std::string_view, Protect> kProtectionActions[] = {
    {"alert", Protect::Alert},
    {"hold", Protect::Hold},
    {"reduce_only", Protect::ReduceOnly},
    {"cancel", Protect::Cancel},
    {"close", Protect::Close}};
using OnStop = engine::StrategySettings::OnStop;
inline constexpr std::pair<std::string_view, bool> kProtective[] = {{"keep", true},
                                                                    {"cancel", false}};
inline constexpr std::pair<std::string_view, OnStop> kOnStop[] = {{"cancel", OnStop::Cancel},
                                                                  {"leave", OnStop::Leave}};

template <class T, std::size_t N>
constexpr std::string_view word_for(T value, const std::pair<std::string_view, T> (&words)[N]) {
  for (const auto& [word, its_value] : words)
    if (its_value == value) return word;
  return "";
}

}  // namespace gannet::config
