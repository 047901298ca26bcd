#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "config/internal/key_log.h"
#include "config/load.h"
#include "domain/instrument.h"

namespace gannet::config {

/// What is wrong so far, in the order of finding.
class Problems {
 public:
  explicit Problems(std::string file, bool want_secrets = true)
      : file_(std::move(file)), want_secrets_(want_secrets) {}
  void add(int line, std::string key, std::string message, bool secret = false);
  const std::string& file() const noexcept { return file_; }
  bool empty() const noexcept { return problems_.empty(); }
  /// False: whoever loads needs no secrets, none is read.
  bool want_secrets() const noexcept { return want_secrets_; }
  std::vector<Problem> take();  ///< by line

  /// From now on nothing is read: every section is taken as there and empty, and each key that is
  /// asked for is written down. How docs/configuration.md comes about.
  void describe_into(KeyLog& log) noexcept { key_log_ = &log; }
  KeyLog* key_log() const noexcept { return key_log_; }

 private:
  std::string file_;
  KeyLog* key_log_ = nullptr;
  std::vector<Problem> problems_;
  bool want_secrets_;
};

/// Takes typed values out of one table by key. What is absent is absent; what has the wrong type or
/// is out of range is a problem and reads as absent. `finish` reports the keys that nobody asked
/// for, with the nearest of those that somebody did.
class TableReader {
 public:
  /// `table` null: everything is absent. `path`: "venue.limits", "" for the root.
  TableReader(const toml::table* table, std::string path, Problems& problems, int line = 0)
      : table_(table), path_(std::move(path)), problems_(problems), line_(line) {}

  bool exists() const noexcept { return table_ != nullptr; }
  bool has(std::string_view key) const noexcept {
    return table_ != nullptr && table_->contains(key);
  }
  /// Of a key that may be a text or a table.
  bool is_text(std::string_view key) const noexcept {
    return has(key) && table_->get(key)->is_string();
  }
  /// Line of a key, or of the table if it lacks the key.
  int line_of(std::string_view key) const;
  int line() const noexcept { return line_; }
  std::string name_of(std::string_view key) const;
  void problem(std::string_view key, std::string message) const;
  /// The same of a secret that is not where it should be.
  void missing_secret(std::string_view key, std::string message) const;

  std::optional<std::string> text(std::string_view key);
  /// As text, with the problem "is needed: ..." if it is absent.
  std::string required_text(std::string_view key, std::string_view why);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t minimum,
                                      std::int64_t maximum);
  /// A list of texts; empty if it is absent.
  std::vector<std::string> texts(std::string_view key);
  /// "250ms", "24h"
  std::optional<Nanos> duration(std::string_view key);
  /// "5000", "0.5": exact, not negative
  std::optional<Decimal> decimal(std::string_view key);
  /// "1%", "0.5 %", "50bps": parts per million, at most 100 %
  std::optional<std::uint32_t> fraction(std::string_view key);

  template <class T, std::size_t N>
  std::optional<T> choice(std::string_view key,
                          const std::pair<std::string_view, T> (&choices)[N]) {
    std::vector<std::string> names;
    for (const auto& choice : choices) names.emplace_back(choice.first);
    note_choice(key, names);
    const auto given = text(key);
    if (!given) return std::nullopt;
    for (const auto& [name, value] : choices)
      if (name == *given) return value;
    refuse_choice(key, *given, names);
    return std::nullopt;
  }

  TableReader table(std::string_view key);
  /// The tables of [[key]], in order.
  std::vector<TableReader> tables(std::string_view key);
  /// Keys with their nodes, all taken as known: for tables whose keys are names.
  std::vector<std::pair<std::string, const toml::node*>> entries();

  /// Tells the reference of a key that is asked for under a condition only, in `form`.
  void note(std::string_view key, std::string_view form) const;

  void finish();

 private:
  void note_choice(std::string_view key, const std::vector<std::string>& names) const;
  const toml::node* find(std::string_view key);
  void refuse_type(std::string_view key, const toml::node& node, std::string_view wanted) const;
  void refuse_choice(std::string_view key, std::string_view given,
                     const std::vector<std::string>& names) const;

  const toml::table* table_;
  std::string path_;
  Problems& problems_;
  int line_;
  std::vector<std::string> known_;
};

/// "0.01" to its exact decimal, as written; absent: no plain decimal.
std::optional<Decimal> parse_decimal(std::string_view text) noexcept;

}  // namespace gannet::config
