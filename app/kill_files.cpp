#include "app/kill_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/crash_point.h"
#include "base/state_directory.h"

namespace gannet::app {
namespace {

using engine::ControlLevel;

constexpr std::array<std::pair<ControlLevel, std::string_view>, 6> kLevelNames{{
    {ControlLevel::Order, "order"},
    {ControlLevel::Strategy, "strategy"},
    {ControlLevel::Instrument, "instrument"},
    {ControlLevel::Engine, "engine"},
    {ControlLevel::Account, "account"},
    {ControlLevel::Foreign, "foreign"},
}};

bool remove_file(const std::string& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  return !error;
}

/// Between tabs and line ends.
std::string one_word(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

}  // namespace

std::string_view name_of(ControlLevel level) noexcept {
  for (const auto& [known, name] : kLevelNames) {
    if (known == level) return name;
  }
  return "";
}

std::optional<ControlLevel> control_level(std::string_view name) noexcept {
  for (const auto& [level, known] : kLevelNames) {
    if (known == name) return level;
  }
  return std::nullopt;
}

KillFiles::KillFiles(std::string state_directory)
    : engine_file_(state_directory + "/killed"),
      parts_file_(state_directory + "/kills"),
      dropped_file_(std::move(state_directory) + "/kill") {}

std::vector<KillFiles::Entry> KillFiles::read() const {
  std::vector<Entry> all;
  if (std::ifstream file(engine_file_); file) {
    Entry entry;
    std::getline(file, entry.why);
    std::getline(file, entry.who);
    if (entry.why.empty()) entry.why = "killed in an earlier run";
    all.push_back(std::move(entry));
  }
  if (auto why = dropped()) all.push_back({ControlLevel::Engine, "", *why, "kill file"});
  std::ranges::move(read_parts(), std::back_inserter(all));
  return all;
}

std::vector<KillFiles::Entry> KillFiles::read_parts() const {
  std::vector<Entry> entries;
  std::ifstream file(parts_file_);
  for (std::string line; std::getline(file, line);) {
    std::array<std::string, 4> fields;
    std::size_t from = 0;
    for (std::string& field : fields) {
      const std::size_t tab = std::min(line.find('\t', from), line.size());
      field = line.substr(from, tab - from);
      from = std::min(tab + 1, line.size());
    }
    const auto level = control_level(fields[0]);
    if (!level || *level == ControlLevel::Foreign) {
      entries.push_back(
          {ControlLevel::Engine, "", parts_file_ + " is not understood", "an earlier run"});
      continue;
    }
    entries.push_back({*level, fields[1], fields[2], fields[3]});
  }
  return entries;
}

bool KillFiles::keep(const KillChange& change) const {
  crash_point("kill_file");
  if (change.level == ControlLevel::Engine) {
    if (!change.killed) return remove_file(engine_file_);
    return write_file_durably(engine_file_,
                              fmt::format("{}\n{}\n", change.why.view(), change.who.view()))
        .has_value();
  }
  std::vector<Entry> entries = read_parts();
  std::erase_if(entries, [&](const Entry& entry) {
    return entry.level == change.level && entry.target == change.target.view();
  });
  if (change.killed)
    entries.push_back({change.level, one_word(change.target.view()), one_word(change.why.view()),
                       one_word(change.who.view())});
  return write_parts(entries);
}

bool KillFiles::write_parts(const std::vector<Entry>& entries) const {
  if (entries.empty()) return remove_file(parts_file_);
  std::string text;
  for (const Entry& entry : entries)
    fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\t{}\n", name_of(entry.level), entry.target,
                   entry.why, entry.who);
  return write_file_durably(parts_file_, text).has_value();
}

std::optional<std::string> KillFiles::dropped() const {
  std::error_code error;
  if (!std::filesystem::exists(dropped_file_, error)) return std::nullopt;
  std::ifstream file(dropped_file_);
  std::string line;
  std::getline(file, line);
  return line.empty() ? "a kill file was dropped" : line;
}

void KillFiles::take_dropped() const { remove_file(dropped_file_); }

}  // namespace gannet::app
