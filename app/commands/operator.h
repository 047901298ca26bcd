#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace gannet::app {

/// The running gannetd that a command is for.
struct OperatorTarget {
  std::string state_directory = "state";
  std::string socket;
  bool json = false;

  std::string path() const;
};

/// Says it on the error stream and ends the program.
[[noreturn]] void fail(const std::string& message, int code = 1);

inline constexpr int kOperatorPatience = 10;  ///< seconds for an answer

/// One line to the daemon, its answer; ends the program when there is none or it is a refusal.
std::string ask(const OperatorTarget& target, const std::string& line,
                int patience = kOperatorPatience);
/// The words of {"ok":true,"message":"..."}; the line itself if it is not one.
std::string message_of(const std::string& answer);

void add_target_options(CLI::App& command, const std::shared_ptr<OperatorTarget>& target);

}  // namespace gannet::app
