#include "app/admin_line.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace gannet::app {
namespace {

using Kind = AdminCommand::Kind;
using Takes = AdminWord::Takes;
using engine::ControlLevel;

constexpr RoleSet kLook{Role::View};
constexpr RoleSet kRun{Role::Operate};
constexpr RoleSet kStop{Role::Kill};
constexpr RoleSet kRunOrStop{Role::Operate, Role::Kill};
constexpr RoleSet kSetUp{Role::Admin};

constexpr AdminWord looking(std::string_view word, Kind kind, bool page = false,
                            Takes takes = Takes::Nothing, std::string_view arguments = "") {
  return {word, kind, kLook, takes, false, ControlLevel::Engine, page, arguments};
}
constexpr AdminWord acting(std::string_view word, Kind kind, RoleSet needs, Takes takes,
                           std::string_view arguments = "",
                           ControlLevel level = ControlLevel::Engine) {
  return {word, kind, needs, takes, true, level, false, arguments};
}

constexpr std::string_view kFillFilters = "[count=N] [instrument=NAME] [strategy=NAME]";
constexpr AdminWord kAdminWords[] = {
    looking("status", Kind::Status),
    looking("page", Kind::Status, true),
    looking("pnl", Kind::Pnl),
    looking("pnl-page", Kind::Pnl, true),
    looking("latency", Kind::Latency),
    looking("latency-page", Kind::Latency, true),
    looking("orders", Kind::Orders),
    looking("orders-page", Kind::Orders, true),
    looking("positions", Kind::Positions),
    looking("positions-page", Kind::Positions, true),
    looking("balances", Kind::Balances),
    looking("balances-page", Kind::Balances, true),
    looking("fills", Kind::Fills, false, Takes::Text, kFillFilters),
    looking("fills-page", Kind::Fills, true, Takes::Text, kFillFilters),
    looking("feeds", Kind::Feeds),
    looking("feeds-page", Kind::Feeds, true),
    looking("strategies", Kind::Strategies),
    looking("strategies-page", Kind::Strategies, true),
    looking("limits", Kind::Limits),
    looking("limits-page", Kind::Limits, true),
    looking("alerts", Kind::Alerts),

    acting("kill", Kind::Kill, kStop, Takes::Text, "[WHY]"),
    acting("kill-order", Kind::Kill, kStop, Takes::Whose, "NUMBER [WHY]", ControlLevel::Order),
    acting("kill-strategy", Kind::Kill, kStop, Takes::Whose, "NAME [WHY]", ControlLevel::Strategy),
    acting("kill-instrument", Kind::Kill, kStop, Takes::Whose, "NAME [WHY]",
           ControlLevel::Instrument),
    acting("kill-account", Kind::Kill, kStop, Takes::Text, "[WHY]", ControlLevel::Account),
    acting("hold", Kind::Hold, kRunOrStop, Takes::Text, "[WHY]"),
    // A hold is ended by who may hold; a kill, at whatever level, by who may kill.
    acting("resume", Kind::Resume, kRunOrStop, Takes::Text, "[WHY]"),
    acting("resume-strategy", Kind::Resume, kStop, Takes::Whose, "NAME [WHY]",
           ControlLevel::Strategy),
    acting("resume-instrument", Kind::Resume, kStop, Takes::Whose, "NAME [WHY]",
           ControlLevel::Instrument),
    acting("resume-order", Kind::Resume, kStop, Takes::Whose, "NUMBER [WHY]", ControlLevel::Order),
    acting("resume-account", Kind::Resume, kStop, Takes::Text, "[WHY]", ControlLevel::Account),
    acting("cancel", Kind::Cancel, kRunOrStop, Takes::Nothing),
    acting("cancel-order", Kind::Cancel, kRunOrStop, Takes::Whose, "NUMBER", ControlLevel::Order),
    acting("cancel-strategy", Kind::Cancel, kRunOrStop, Takes::Whose, "NAME",
           ControlLevel::Strategy),
    acting("cancel-instrument", Kind::Cancel, kRunOrStop, Takes::Whose, "NAME",
           ControlLevel::Instrument),
    acting("cancel-account", Kind::Cancel, kStop, Takes::Nothing, "", ControlLevel::Account),
    acting("cancel-foreign", Kind::Cancel, kStop, Takes::Nothing, "", ControlLevel::Foreign),
    acting("flatten", Kind::Flatten, kStop, Takes::Nothing),
    acting("flatten-strategy", Kind::Flatten, kStop, Takes::Whose, "NAME", ControlLevel::Strategy),
    acting("flatten-instrument", Kind::Flatten, kStop, Takes::Whose, "NAME",
           ControlLevel::Instrument),

    acting("accept", Kind::Accept, kRun, Takes::NeededText, "INSTRUMENT|CURRENCY"),
    acting("enable", Kind::EnableStrategy, kRun, Takes::Whose, "STRATEGY", ControlLevel::Strategy),
    acting("strategy-start", Kind::EnableStrategy, kRun, Takes::Whose, "STRATEGY",
           ControlLevel::Strategy),
    acting("strategy-stop", Kind::StopStrategy, kRunOrStop, Takes::Whose, "STRATEGY",
           ControlLevel::Strategy),
    acting("strategy-set", Kind::SetParameters, kRun, Takes::WhoseAndText, "STRATEGY KEY=VALUE",
           ControlLevel::Strategy),
    acting("strategy-tell", Kind::TellStrategy, kRun, Takes::WhoseAndText,
           "STRATEGY WORD [ARGUMENT]", ControlLevel::Strategy),
    acting("order-place", Kind::PlaceOrder, kRun, Takes::NeededText,
           "INSTRUMENT buy|sell QUANTITY PRICE|market [post_only|ioc|fok] [reduce_only]"),
    acting("order-amend", Kind::AmendOrder, kRun, Takes::WhoseAndText,
           "NUMBER [price=P] [quantity=Q]", ControlLevel::Order),
    acting("order-resolve", Kind::ResolveOrder, kRun, Takes::WhoseAndText,
           "NUMBER not_placed|live|ended", ControlLevel::Order),

    acting("limits-set", Kind::SetLimit, kSetUp, Takes::NeededText, "[--confirm] KEY VALUE"),
    acting("limits-reload", Kind::ReloadLimits, kSetUp, Takes::Text, "[--confirm]"),
    acting("override", Kind::GrantOverride, kSetUp, Takes::NeededText,
           "STRATEGY RULE MILLISECONDS WHY"),
    acting("reload-credentials", Kind::ReloadCredentials, kSetUp, Takes::Nothing),
    acting("alert-test", Kind::TestAlerts, kRun, Takes::Text, "[ROUTE]"),
};

/// Printable, in whatever alphabet: no control characters, and whole UTF-8.
bool is_text(std::string_view line) noexcept {
  for (std::size_t i = 0; i < line.size();) {
    const auto first = static_cast<unsigned char>(line[i]);
    if (first < 0x20 || first == 0x7f) return false;
    std::size_t more = 0;
    if (first >= 0xf5 || (first >= 0x80 && first < 0xc2)) return false;
    if (first >= 0xf0)
      more = 3;
    else if (first >= 0xe0)
      more = 2;
    else if (first >= 0xc2)
      more = 1;
    if (line.size() - i <= more) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      if ((static_cast<unsigned char>(line[i + k]) & 0xc0) != 0x80) return false;
    }
    i += more + 1;
  }
  return true;
}

/// The first word; `line` is what follows it.
std::string_view cut_word(std::string_view& line) noexcept {
  const auto end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

/// Their text is a reason: nothing is lost with its end.
constexpr bool is_reason(Kind kind) noexcept {
  return kind == Kind::Kill || kind == Kind::Hold || kind == Kind::Resume;
}

}  // namespace

std::span<const AdminWord> admin_words() noexcept { return kAdminWords; }

std::string_view sentence_of(AdminRefusal refusal) noexcept {
  switch (refusal) {
    case AdminRefusal::NotText:
      return "that is no text";
    case AdminRefusal::TooLong:
      return "the command is too long: 255 bytes at most";
    case AdminRefusal::UnknownWord:
      return "unknown command; docs/control.md has them all";
    case AdminRefusal::WhoseMissing:
      return "whose? a name or a number follows";
    case AdminRefusal::WhoseTooLong:
      return "no name or number is that long";
    case AdminRefusal::TextMissing:
      return "something is missing after the command; docs/control.md says what";
    case AdminRefusal::TextUnexpected:
      return "nothing may follow that command";
  }
  return "";
}

std::expected<AdminCommand, AdminRefusal> read_admin_line(std::string_view line) noexcept {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!is_text(line)) return std::unexpected(AdminRefusal::NotText);
  const std::string_view name = cut_word(line);
  const auto* const word = std::ranges::find(kAdminWords, name, &AdminWord::word);
  if (word == std::end(kAdminWords)) return std::unexpected(AdminRefusal::UnknownWord);
  AdminCommand command;
  command.word = word;
  command.kind = word->kind;
  command.page = word->page;
  command.level = word->level;
  if (word->takes == Takes::Whose || word->takes == Takes::WhoseAndText) {
    const std::string_view whose = cut_word(line);
    if (whose.empty()) return std::unexpected(AdminRefusal::WhoseMissing);
    if (!ControlTarget::fits(whose)) return std::unexpected(AdminRefusal::WhoseTooLong);
    command.target = ControlTarget(whose);
  }
  const bool needs_text = word->takes == Takes::NeededText || word->takes == Takes::WhoseAndText;
  if (needs_text && line.empty()) return std::unexpected(AdminRefusal::TextMissing);
  if (word->takes == Takes::Nothing && line.find_first_not_of(' ') != std::string_view::npos)
    return std::unexpected(AdminRefusal::TextUnexpected);
  if (!FixedString<255>::fits(line) && !is_reason(word->kind))
    return std::unexpected(AdminRefusal::TooLong);
  command.argument = FixedString<255>(line);
  return command;
}

FixedString<199> words_of(const AdminCommand& command) noexcept {
  std::array<char, 199> text;
  std::size_t size = 0;
  for (const std::string_view part :
       {command.word == nullptr ? std::string_view() : command.word->word, command.target.view(),
        command.argument.view()}) {
    if (part.empty()) continue;
    if (size > 0 && size < text.size()) text[size++] = ' ';
    const std::size_t taken = std::min(part.size(), text.size() - size);
    std::copy_n(part.data(), taken, text.data() + size);
    size += taken;
  }
  return FixedString<199>(std::string_view(text.data(), size));
}

}  // namespace gannet::app
