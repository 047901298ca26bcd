#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "app/control_roles.h"
#include "app/kill_change.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "engine/kill_switch.h"

namespace gannet::app {

struct AdminWord;

/// A person's wish, as one line of the control socket said it, by value.
struct AdminCommand {
  enum class Kind : std::uint8_t {
    // Looking; `page`: lines for people in place of one JSON object.
    Status,
    Pnl,
    Latency,
    Orders,
    Positions,
    Balances,
    Fills,  ///< [count=N] [instrument=NAME] [strategy=NAME]
    Feeds,
    Strategies,
    Limits,
    Alerts,
    // Stopping, and going on.
    Kill,
    Hold,
    Resume,
    Cancel,
    Flatten,
    // Running.
    Accept,          ///< INSTRUMENT or CURRENCY
    EnableStrategy,  ///< STRATEGY
    StopStrategy,    ///< STRATEGY
    SetParameters,   ///< STRATEGY KEY=VALUE...
    TellStrategy,    ///< STRATEGY WORD [ARGUMENT]
    PlaceOrder,    ///< INSTRUMENT buy|sell QUANTITY PRICE|market [post_only|ioc|fok] [reduce_only]
    AmendOrder,    ///< NUMBER [price=P] [quantity=Q]
    ResolveOrder,  ///< NUMBER not_placed|live|ended
    // The set-up.
    SetLimit,       ///< [--confirm] KEY VALUE
    ReloadLimits,   ///< [--confirm]
    GrantOverride,  ///< STRATEGY RULE MILLISECONDS WHY
    ReloadCredentials,
    TestAlerts,  ///< [ROUTE]
  };
  Kind kind = Kind::Kill;
  bool page = false;
  engine::ControlLevel level = engine::ControlLevel::Engine;  ///< Kill, Resume, Cancel, Flatten
  ControlTarget target;       ///< whose: a name or an order's number, where the word takes one
  FixedString<255> argument;  ///< the rest of the line
  // Of who gave it; of one that no line gave (a signal, a file) only `who`.
  const AdminWord* word = nullptr;
  RoleSet roles;
  std::uint32_t user = 0;
  std::int32_t process = 0;
  FixedString<47> who;   ///< "alice (uid 1000, pid 4242)"
  std::uint64_t id = 0;  ///< of the answer that is waited for; 0: nobody waits
  Timestamp received;    ///< by the cold thread; zero: not noted
};

/// One word of the control socket: what it asks for, who may say it, what follows it.
struct AdminWord {
  enum class Takes : std::uint8_t {
    Nothing,
    Text,  ///< or nothing
    NeededText,
    Whose,         ///< a name or a number, then text or nothing
    WhoseAndText,  ///< likewise, the text needed
  };
  std::string_view word;
  AdminCommand::Kind kind;
  RoleSet needs;  ///< one of these
  Takes takes = Takes::Nothing;
  bool changes = false;  ///< it is journaled, with who said it
  engine::ControlLevel level = engine::ControlLevel::Engine;
  bool page = false;
  std::string_view arguments = "";  ///< for docs
};
/// All of them, in the order of docs/control.md.
std::span<const AdminWord> admin_words() noexcept;

/// Why a line is no command. Garbage is refused and counted, never guessed at.
enum class AdminRefusal : std::uint8_t {
  NotText,  ///< bytes that no keyboard makes
  TooLong,
  UnknownWord,
  WhoseMissing,
  WhoseTooLong,
  TextMissing,
  TextUnexpected,
};
std::string_view sentence_of(AdminRefusal refusal) noexcept;

/// Reads one line, without its end. The reason of a kill, hold or resume is cut where it is too
/// long, for it must not fail for its words; all else is refused.
std::expected<AdminCommand, AdminRefusal> read_admin_line(std::string_view line) noexcept;

/// "kill-strategy quotes too loud": the words again, for the journal.
FixedString<199> words_of(const AdminCommand& command) noexcept;

}  // namespace gannet::app
