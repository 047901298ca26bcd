#include "base/log_event_notes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gannet {
namespace {

// What all that the engine raises by itself carries; a field that has nothing to say is empty or 0.
constexpr std::string_view kAlertFields =
    "alert instrument client_order_id venue_order_id strategy currency expected actual rule";
constexpr std::string_view kOrderFields =
    "instrument strategy client_order_id side price quantity cumulative_quantity reason";

// Enough to see what happens, too little to fill a disk. Lives of orders, fills, kills and all that
// is critical have none.
constexpr std::uint32_t kUsualLines = 200;
constexpr std::uint32_t kWordyLines = 500;

using enum LogEvent;
constexpr LogEventNote kEventNotes[] = {
    {EngineStarting, "config state engine_id", "nothing"},
    {EngineState, "state reason",
     "`held`: `gannet status` says what for; most reasons go by themselves. `killed`: "
     "`gannet resume` when you know why"},
    {EngineStopped, "open_orders unknown_orders clean",
     "nothing when `clean`; else look at the venue's own list and run `gannet-kill`"},
    {EngineKilled, "why who", "find out why; `gannet orders` is empty? then `gannet resume`"},
    {PartKilled, "killed level which why who",
     "find out why; `gannet resume` with the same option clears it"},
    {InvariantBroken, kAlertFields,
     "do not resume: keep the state directory, report it with `gannet journal print`"},
    {ClockJumped, kAlertFields,
     "nothing at once; often: give the machine its processor back, look at suspends and steal "
     "time"},
    {EngineFlat, "", "nothing"},
    {EngineResumed, "why who", "nothing"},
    {InstrumentState, "instrument state reason",
     "nothing; `held` for longer than a minute: `gannet status` says what for", kUsualLines},
    {InstrumentChanged, "instrument tick_size lot_size minimum_quantity",
     "look whether the strategy's parameters still fit the new steps", kUsualLines},
    {VenueMaintenance, "state service title begin_ms end_ms of_demo",
     "nothing; plan for the window that it names", kUsualLines},
    {HistoryMissing, "why", "nothing if the strategy copes; else restart when the venue answers"},
    {ConfigError, "text", "mend what it names, try with `gannetd --config FILE --check`"},
    {VenueRefused,
     "code text alert instrument client_order_id venue_order_id strategy currency expected actual "
     "rule",
     "`gannet doctor` says what is wrong with key, clock or environment"},
    {ConnectionOpen, "connection url address", "nothing", kUsualLines},
    {ConnectionReady, "connection", "nothing", kUsualLines},
    {ConnectionLost, "connection why code meaning retry_ms",
     "nothing: it connects again; many a minute: network, `gannet doctor`", kUsualLines},
    {ConnectionNotice, "code text", "nothing: the connection is replaced in time", kUsualLines},
    {FrameRefused, "code kind detail frame",
     "report it: the venue says something new; a recording helps", kUsualLines},
    {RequestRefused, "code text more",
     "look the code up in docs/okx-errors.md; a login that is refused: `gannet doctor`",
     kUsualLines},
    {RequestUnanswered, "code text more question why", "nothing; lasting: network, venue status",
     kUsualLines},
    {BookWithdrawn, "instrument depth why",
     "nothing: it is asked for anew; lasting: `gannet status`, network", kWordyLines},
    {BookRestored, "instrument depth", "nothing", kWordyLines},
    {BookReplaced, "kind detail frame", "nothing, or trade on a higher fee tier", kUsualLines},
    {OrderPlaced, kOrderFields, "nothing"},
    {OrderDenied,
     "instrument strategy client_order_id side price quantity reason limit value would_pass",
     "the strategy wants what the limits forbid: docs/denials.md names the rule", kWordyLines},
    {OrderRejected, kOrderFields,
     "a few are normal; many: `gannet why` has the venue's code, docs/okx-errors.md what it means"},
    {OrderLive, kOrderFields, "nothing"},
    {OrderAmended, kOrderFields, "nothing"},
    {OrderCancelled, kOrderFields, "nothing"},
    {OrderFilled, kOrderFields, "nothing"},
    {OrderUnknown,
     "instrument strategy client_order_id side price quantity cumulative_quantity reason alert "
     "venue_order_id currency expected actual rule",
     "nothing for a minute: the venue is asked; then `gannet why` with its number"},
    {OrderResolved, kAlertFields, "nothing"},
    {AlgoFailed, kAlertFields, "protect the position now: another stop, or `gannet flatten`"},
    {ProtectiveKept, kAlertFields,
     "know that it rests there; `gannet cancel` with its number takes it away"},
    {LiquidationWarning, kAlertFields, "bring the position down or add margin, now"},
    {BalanceDifference, kAlertFields, "nothing; with `balance.unexplained` look at the bills",
     kUsualLines},
    {PositionReduced, kAlertFields, "find out which rule did it: `risk.protection` is beside it"},
    {ReductionResidue, kAlertFields,
     "close the rest: `gannet flatten`, or on the venue's own page"},
    {PositionTaken, kAlertFields, "stop: find out why it came so far before `gannet resume`"},
    {LossLimit, kAlertFields, "nothing trades until `gannet resume`; find out what lost"},
    {ValuationMissing, kAlertFields, "look at the feeds: `gannet status`; a price is missing"},
    {Protection, "name action threshold value", "find out why; `gannet resume` ends what it began"},
    {BillsUnexplained, kAlertFields,
     "find the movement on the venue's page; `gannet accept` with the currency takes it over"},
    {MoneyMoved, kAlertFields,
     "nothing if it was you; else change the key and look at the account"},
    {FeesDiffer,
     "instrument maker_used maker_told taker_used taker_told alert client_order_id venue_order_id "
     "strategy currency expected actual rule",
     "the account's fee tier changed: set `fee_level`, restart at leisure", kUsualLines},
    {DayClosed, "whose result realised unrealised fees funding other valued", "nothing"},
    {HistoryFailed, "why", "room and rights of the state directory; `gannet report` lacks rows"},
    {OrderForeign, kAlertFields, "yours by hand? nothing. Else: who has a key of this account?",
     kWordyLines},
    {Fill, "instrument strategy client_order_id trade_id side price quantity maker position_after",
     "nothing"},
    {LateFill, kAlertFields, "nothing if positions agree; else see `position.difference`"},
    {PositionDifference, kAlertFields,
     "the instrument is held: `gannet why` its last orders, then `gannet accept` takes the "
     "venue's"},
    {ReconcileDone, "rounds held_instruments foreign_orders", "nothing", kUsualLines},
    {Adjustment, kAlertFields, "nothing: a person did it"},
    {StrategyStarted, "name plugin version path content_id", "nothing"},
    {StrategyStopped, "strategy name why", "mend the plugin or its parameters, restart"},
    {StrategyLog, "strategy severity text metric value", "what the strategy's page says",
     kWordyLines},
    {JournalOpened, "records left_out cut", "nothing; `cut` tells of a torn end that was mended"},
    {JournalFull, kAlertFields, "the disk is too slow or stands still: `gannet doctor --host`"},
    {JournalError, "directory why",
     "make room, or mend the disk; after a failed write restart: it is final for the run"},
    {RecorderStarted, "directory recovered_segments", "nothing"},
    {RecorderSegment, "segment messages bytes gaps", "nothing"},
    {RecorderGap, "kind channel instrument expected got from to",
     "nothing: the gap stands in the index", kUsualLines},
    {RecorderDropped, "frames all", "a faster disk, or a larger `queue_megabytes`", kUsualLines},
    {RecorderStopped, "why", "make room, restart; trading goes on without it"},
    {CredentialsReloaded, "who", "delete the old key at the venue"},
    {CredentialsRefused, "who why", "mend what it names; the old key stays in use"},
    {CommandReceived, "what who", "nothing if it was one of you", kUsualLines},
    {CommandForbidden, "what who needs has", "give the role in `[control]`, or ask who that was",
     kUsualLines},
    {CommandGarbage, "why who lines", "find the program that talks to the control socket"},
    {TimerRefused, kAlertFields,
     "nothing once; `held` for it: the venue's own page, then `gannet doctor`", kUsualLines},
    {StatusSummary,
     "state orders fills denied rejected open_orders unknown_orders tick_to_order_p50_ns "
     "tick_to_order_p99_ns",
     "nothing"},
    {RuleBroken, kAlertFields, "look at the strategy: docs/risk.md names the rule", kWordyLines},
    {MarketSuspect, kAlertFields, "look at the market; it trades again when prices are sane",
     kUsualLines},
    {StrategyDisabled, kAlertFields, "find out why, then `gannet limits enable` with its name"},
    {StrategyEnabled, kAlertFields, "nothing"},
    {LimitChanged, "key before after loosens thousandfold who", "nothing if it was you"},
    {LimitKept, "key before after why who", "`--confirm` if it was meant"},
    {OverrideGranted, "strategy rule who why expires_ms", "nothing"},
    {OverrideUsed, kAlertFields, "nothing"},
    {OrdersOutDiffer, kAlertFields,
     "do not resume: keep the state directory, compare `gannet journal print` with the venue"},
    {CallRefused, "lane call number",
     "take the call out of the strategy's handlers: files and sockets belong before the start"},
    {LaneUnsealed, "lane why", "a kernel with seccomp (CONFIG_SECCOMP_FILTER)"},
    {LogSuppressed, "suppressed records seconds", "look at that event: something storms"},
    {AlertFired, "alert severity labels detail text count total",
     "what its `text` says; docs/alert-rules.md has the built-in rules"},
    {AlertRepeated, "alert severity labels detail text count total", "as when it fired"},
    {AlertResolved, "alert severity labels detail text count total", "nothing"},
    {AlertRouteFailed, "route why", "`gannet alert test`; the other routes tell when it is lost"},
    {LogLost, "records", "a slower log output or a storm: see the lines around it", kUsualLines},
};

constexpr auto kNoteByEvent = [] {
  std::array<LogEventNote, kLogEvents> table{};
  for (const LogEventNote& note : kEventNotes) table[static_cast<std::size_t>(note.event)] = note;
  return table;
}();

}  // namespace

const LogEventNote& note_of(LogEvent event) noexcept {
  return kNoteByEvent[std::min(static_cast<std::size_t>(event), kLogEvents - 1)];
}

}  // namespace gannet
