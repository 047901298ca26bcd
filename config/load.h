#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace gannet::config {

/// One thing wrong with the configuration: "demo.toml:12: venue.regoin: unknown key; did you mean
/// \"region\"?". All of them are collected before the loader gives up.
struct Problem {
  std::string file;
  int line = 0;  ///< 0: of the file as a whole
  std::string key;
  std::string message;
  bool secret = false;  ///< a secret that could not be had: the file may be right, its place is not
};
std::string to_string(const Problem& problem);

/// Reads, checks and resolves one file. Secrets are read from where it says. Cold; allocates.
std::expected<Settings, std::vector<Problem>> load(const std::string& path);

/// The same for what needs none of them: no secret is read or asked for.
std::expected<Settings, std::vector<Problem>> load_without_secrets(const std::string& path);

/// The same of text; `name` stands for the file in problems, relative paths are left as they are.
std::expected<Settings, std::vector<Problem>> load_text(std::string_view text, std::string name);
std::expected<Settings, std::vector<Problem>> load_text_without_secrets(std::string_view text,
                                                                        std::string name);

/// A backtest's file: [backtest] instead of [venue], of which [venue.limits] alone may be there.
std::expected<BacktestSettings, std::vector<Problem>> load_backtest(const std::string& path);
std::expected<BacktestSettings, std::vector<Problem>> load_backtest_text(std::string_view text,
                                                                         std::string name);

/// Every setting with its final value, as TOML; secrets as ***.
std::string print_resolved(const Settings& settings);

}  // namespace gannet::config
