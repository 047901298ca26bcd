#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace gannet::app {

// What the operator's commands end with; docs/control.md.
inline constexpr int kRefusedByDaemon = 1;  ///< the daemon refused, or could not do it
inline constexpr int kBadWords = 2;         ///< the command line cannot be understood
inline constexpr int kNobodyThere = 3;      ///< no daemon answers
inline constexpr int kNotDoneInTime = 4;    ///< taken, but not confirmed within --timeout

/// The running gannetd that a command is for.
struct OperatorTarget {
  std::string state_directory = "state";
  std::string socket;
  bool json = false;

  std::string path() const;
};

/// Says it on the error stream and ends the program.
[[noreturn]] void fail(const std::string& message, int code = kRefusedByDaemon);

inline constexpr int kOperatorPatience = 10;  ///< seconds for an answer

/// One line to the daemon, its answer; ends the program when there is none or it is a refusal.
std::string ask(const OperatorTarget& target, std::string line, int patience = kOperatorPatience);
/// The words of {"ok":...,"message":"..."} or "error"; the line itself if it is not one.
std::string message_of(const std::string& answer);
/// Asks, and prints its words, or with --json the answer as it is.
void give_order(const OperatorTarget& target, const std::string& line,
                int patience = kOperatorPatience);
/// Asks for one of two forms of the same, by --json, and prints it.
void show_answer(const OperatorTarget& target, const std::string& json, const std::string& page);

void add_target_options(CLI::App& command, const std::shared_ptr<OperatorTarget>& target);

}  // namespace gannet::app
