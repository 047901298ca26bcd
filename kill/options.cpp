#include "kill/options.h"

#include <sys/stat.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string_view>

#include "kill/help_text.h"

namespace gannet::kill {
namespace {

struct Choice {
  const char* name;  // of the option; in the file without dashes, with _ for -
  std::string Options::* text = nullptr;
  bool Options::* flag = nullptr;
  bool is_secret = false;  // in the file alone: a command line is seen by everybody
};

const Choice kChoices[] = {
    {"url", &Options::url},
    {"address", &Options::address},
    {"ca-file", &Options::ca_file},
    {"api-key", &Options::api_key, nullptr, true},
    {"secret", &Options::secret, nullptr, true},
    {"passphrase", &Options::passphrase, nullptr, true},
    {"demo", nullptr, &Options::demo},
    {"tag", &Options::tag},
    {"state", &Options::state_directory},
    {"account", nullptr, &Options::account},
    {"cancel-stops", nullptr, &Options::cancel_stops},
    {"dry-run", nullptr, &Options::dry_run},
    {"json", nullptr, &Options::json},
    {"leave-engine", nullptr, &Options::leave_engine},
    {"reason", &Options::reason},
};

const Choice* find_choice(std::string_view name) {
  for (const Choice& choice : kChoices) {
    if (name == choice.name) return &choice;
  }
  return nullptr;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

bool read_seconds(std::string_view text, int& seconds) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  return error == std::errc{} && end == text.data() + text.size() && seconds >= 1 &&
         seconds <= 3'600;
}

void set_from_file(Options& options, std::string_view name, std::string_view value,
                   const std::string& where, std::vector<std::string>& problems) {
  std::string dashed(name);
  for (char& c : dashed) c = c == '_' ? '-' : c;
  if (dashed == "seconds") {
    if (!read_seconds(value, options.seconds)) problems.push_back(where + ": seconds: 1 to 3600");
    return;
  }
  const Choice* choice = find_choice(dashed);
  if (choice == nullptr) {
    problems.push_back(where + ": unknown key \"" + std::string(name) + "\"");
  } else if (choice->text != nullptr) {
    options.*choice->text = value;
  } else if (value == "true" || value == "false") {
    options.*choice->flag = value == "true";
  } else {
    problems.push_back(where + ": " + std::string(name) + " is true or false");
  }
}

void read_file(Options& options, OptionsResult& result) {
  std::ifstream file(options.file);
  if (!file) {
    result.problems.push_back("cannot read " + options.file +
                              ": the key that kills lies there (api_key, secret, passphrase); "
                              "another place: --config FILE");
    return;
  }
  struct stat info{};
  if (::stat(options.file.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
    result.warnings.push_back(options.file + " can be read by others than its owner: chmod 600");
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const std::string_view text = trimmed(line);
    if (text.empty() || text.front() == '#') continue;
    const std::string where = options.file + ":" + std::to_string(number);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
      result.problems.push_back(where + ": is not key = value");
      continue;
    }
    set_from_file(options, trimmed(text.substr(0, equals)),
                  unquoted(trimmed(text.substr(equals + 1))), where, result.problems);
  }
}

/// Calls `take` with each option and what follows it; `more` gives and uses up the next word.
void each_word(
    int argc, const char* const* argv, std::vector<std::string>& problems,
    const std::function<void(std::string_view, const std::function<std::string()>&)>& take) {
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (!word.starts_with("--")) {
      problems.push_back("what is \"" + std::string(word) + "\"? see --help");
      continue;
    }
    word.remove_prefix(2);
    const auto equals = word.find('=');
    take(word.substr(0, equals), [&]() -> std::string {
      if (equals != std::string_view::npos) return std::string(word.substr(equals + 1));
      if (i + 1 < argc) return argv[++i];
      problems.push_back("--" + std::string(word) + ": what follows is missing");
      return "";
    });
  }
}

void check(const Options& options, std::vector<std::string>& problems) {
  if (options.api_key.empty() || options.secret.empty() || options.passphrase.empty())
    problems.push_back(options.file + ": api_key, secret and passphrase are needed");
  if (options.tag.empty() && !options.account)
    problems.push_back(
        "whose orders? tag = the engine's engine_id (in the file, or --tag), or --account for "
        "everybody's");
}

}  // namespace

OptionsResult read_options(int argc, const char* const* argv) {
  OptionsResult result;
  Options& options = result.options;
  if (const char* file = std::getenv("GANNET_KILL_CONFIG"); file != nullptr) options.file = file;
  std::vector<std::string> ignored;
  each_word(argc, argv, ignored, [&](std::string_view name, const auto& more) {
    if (name == "config") options.file = more();
    if (name == "help") result.wants_help = true;
  });
  if (result.wants_help) return result;
  read_file(options, result);
  each_word(argc, argv, result.problems, [&](std::string_view name, const auto& more) {
    if (name == "config") return static_cast<void>(more());
    if (name == "seconds") {
      if (!read_seconds(more(), options.seconds)) result.problems.push_back("--seconds: 1 to 3600");
      return;
    }
    const Choice* choice = find_choice(name);
    if (choice == nullptr || choice->is_secret) {
      result.problems.push_back("--" + std::string(name) +
                                (choice != nullptr ? ": in the file alone" : ": see --help"));
    } else if (choice->flag != nullptr) {
      options.*choice->flag = true;
    } else {
      options.*choice->text = more();
    }
  });
  check(options, result.problems);
  return result;
}

const char* help_text() { return kHelpText; }

}  // namespace gannet::kill
