#include "app/not_trading.h"

#include <array>
#include <cstddef>

namespace gannet::app {
namespace {

struct ReasonWords {
  NotTrading reason;
  std::string_view name, meaning, remedy;
};

constexpr std::string_view kByItself = "Nothing: it goes on by itself when that has ended.";

constexpr std::array<ReasonWords, kNotTradingReasons> kReasonWords{{
    {NotTrading::Trades, "", "It may trade.", ""},
    {NotTrading::Starting, "starting", "The engine has not begun to connect.", "Wait."},
    {NotTrading::Connecting, "connecting", "The connections are being made.",
     "Wait; if it lasts, look for connection.lost in the log and try gannet doctor."},
    {NotTrading::Reconciling, "reconciling",
     "Orders, positions and balances are being compared with the venue's.",
     "Wait; if it lasts, look for request.refused and request.unanswered in the log."},
    {NotTrading::EngineKilled, "killed", "The kill switch was pressed, or the engine pressed it.",
     "Read the reason, settle it, then gannet resume (gannet resume --account if the account was "
     "killed)."},
    {NotTrading::HeldByOperator, "operator", "A person holds it.", "gannet resume"},
    {NotTrading::MarketConnectionLost, "market_connection_lost",
     "The market data connection is down.",
     "Nothing: it connects again by itself. If it lasts: network, name service, the venue's "
     "status page."},
    {NotTrading::AccountConnectionLost, "account_connection_lost",
     "The connection for orders is down.",
     "Nothing: it connects again by itself. If it lasts: network, name service, API key."},
    {NotTrading::MarketDataStale, "market_data_stale",
     "The market data connection is up but silent.", kByItself},
    {NotTrading::VenueClock, "venue_clock", "This machine's clock and the venue's differ too much.",
     "Look at the clock (chronyc tracking); it goes on by itself when they agree."},
    {NotTrading::JournalFull, "journal_full", "The journal's ring had no room.",
     "Look at the disk: it does not keep up with writing."},
    {NotTrading::JournalFailed, "journal_failed",
     "The journal cannot be written, or the disk is nearly full.",
     "Make room on the disk. After a failed write: restart when the disk is sound."},
    {NotTrading::UnknownOrders, "unknown_orders", "The outcome of too many orders is not known.",
     "Wait for the venue's answers; see gannet orders, and gannet order resolve as a last resort."},
    {NotTrading::DeadManTimer, "dead_man_timer",
     "The venue's dead-man timer was refused or late twice.", kByItself},
    {NotTrading::NotAuthorised, "not_authorised", "The venue refuses the account or the key.",
     "Settle it with the venue, or gannet credentials reload with a new key; then gannet resume."},
    {NotTrading::VenueUnavailable, "venue_unavailable", "The venue says that it is down.",
     kByItself},
    {NotTrading::MachinePaused, "paused",
     "The machine stood still; what happened meanwhile is being looked at.", kByItself},
    {NotTrading::NoValuation, "no_valuation",
     "A loss limit is set, and what the account holds has no fresh price.", kByItself},
    {NotTrading::InstrumentKilled, "instrument_killed", "A person killed this instrument.",
     "gannet resume --instrument NAME"},
    {NotTrading::PositionDifference, "reconciliation",
     "The venue's position or orders differ from ours, and nothing explains it.",
     "Compare gannet positions with the venue's page; then gannet accept NAME."},
    {NotTrading::DefinitionChanged, "instrument_changed",
     "The venue changed the instrument in a way that this run cannot follow.", "Restart gannetd."},
    {NotTrading::VenueSuspended, "venue_suspended", "The venue does not trade it at present.",
     kByItself},
    {NotTrading::NoBook, "no_book", "No book of it is proven.",
     "See gannet feeds. Nothing: a new snapshot is asked for by itself."},
    {NotTrading::StrategyFailed, "strategy_failed", "It failed, and its orders were cancelled.",
     "Read its failure in the log (strategy.stopped), then restart gannetd."},
    {NotTrading::StrategyKilled, "strategy_killed", "A person killed this strategy.",
     "gannet resume --strategy NAME"},
    {NotTrading::LossLimit, "loss_limit", "It has lost as much as its limit allows.",
     "See gannet pnl; then gannet resume --strategy NAME."},
    {NotTrading::StrategyStopped, "strategy_stopped", "A person stopped this strategy.",
     "gannet strategy start NAME"},
    {NotTrading::RuleBroken, "rule_broken", "A rule of behaviour disabled it.",
     "Read rule.broken in the log, then gannet strategy start NAME."},
    {NotTrading::ReduceOnly, "reduce_only", "A protection lets it only reduce what it holds.",
     "See protection in the log; then gannet resume."},
    {NotTrading::NoInstruments, "no_instrument_trades",
     "None of its instruments trades: see them for the reason.", "See the instruments."},
}};

constexpr bool are_in_order() {
  for (std::size_t i = 0; i < kReasonWords.size(); ++i) {
    if (kReasonWords[i].reason != static_cast<NotTrading>(i)) return false;
  }
  return true;
}
static_assert(are_in_order());

const ReasonWords& reason_words(NotTrading reason) noexcept {
  return kReasonWords[static_cast<std::size_t>(reason)];
}

NotTrading of_hold(engine::HoldReason reason) noexcept {
  switch (reason) {
    case engine::HoldReason::MarketConnectionLost:
      return NotTrading::MarketConnectionLost;
    case engine::HoldReason::AccountConnectionLost:
      return NotTrading::AccountConnectionLost;
    case engine::HoldReason::MarketDataStale:
      return NotTrading::MarketDataStale;
    case engine::HoldReason::VenueClock:
      return NotTrading::VenueClock;
    case engine::HoldReason::JournalFull:
      return NotTrading::JournalFull;
    case engine::HoldReason::None:
    case engine::HoldReason::Reconciliation:
      return NotTrading::PositionDifference;
    case engine::HoldReason::UnknownOrders:
      return NotTrading::UnknownOrders;
    case engine::HoldReason::InstrumentChanged:
      return NotTrading::DefinitionChanged;
    case engine::HoldReason::Operator:
      return NotTrading::HeldByOperator;
    case engine::HoldReason::DeadManTimer:
      return NotTrading::DeadManTimer;
    case engine::HoldReason::JournalFailed:
      return NotTrading::JournalFailed;
    case engine::HoldReason::NotAuthorised:
      return NotTrading::NotAuthorised;
    case engine::HoldReason::VenueUnavailable:
      return NotTrading::VenueUnavailable;
    case engine::HoldReason::Paused:
      return NotTrading::MachinePaused;
    case engine::HoldReason::NoValuation:
      return NotTrading::NoValuation;
  }
  return NotTrading::PositionDifference;
}

}  // namespace

std::string_view name_of(NotTrading reason) noexcept { return reason_words(reason).name; }
std::string_view describe(NotTrading reason) noexcept { return reason_words(reason).meaning; }
std::string_view remedy_of(NotTrading reason) noexcept { return reason_words(reason).remedy; }

NotTrading why_not_trading(engine::EngineState state, engine::HoldReason reason) noexcept {
  switch (state) {
    case engine::EngineState::Cold:
      return NotTrading::Starting;
    case engine::EngineState::Connecting:
      return NotTrading::Connecting;
    case engine::EngineState::Reconciling:
      return NotTrading::Reconciling;
    case engine::EngineState::Ready:
      return NotTrading::Trades;
    case engine::EngineState::Held:
      return of_hold(reason);
    case engine::EngineState::Killed:
      return NotTrading::EngineKilled;
  }
  return NotTrading::Starting;
}

}  // namespace gannet::app
