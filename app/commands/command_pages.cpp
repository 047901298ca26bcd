#include "app/commands/command_pages.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <iterator>
#include <vector>

namespace gannet::app {
namespace {

/// Text that roff prints as it is.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out.append("\\&").push_back(c);
    } else {
      out += c;
    }
  }
  return out;
}

std::vector<const CLI::App*> children_of(const CLI::App& app) {
  std::vector<const CLI::App*> children;
  for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!child->get_name().empty()) children.push_back(child);
  }
  return children;
}

/// Its own, and those of its groups of options.
std::vector<const CLI::Option*> options_of(const CLI::App& app) {
  std::vector<const CLI::Option*> options = app.get_options();
  for (const CLI::App* group : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!group->get_name().empty()) continue;
    for (const CLI::Option* option : group->get_options()) {
      if (option != group->get_help_ptr()) options.push_back(option);
    }
  }
  return options;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

/// "-n, --count N", or the name of what stands without dashes.
std::string names_of_option(const CLI::Option& option) {
  if (!option.nonpositional()) return option.get_name(true);
  std::string text;
  for (const std::string& name : option.get_snames()) text += (text.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) text += (text.empty() ? "--" : ", --") + name;
  if (takes_value(option)) text += " VALUE";
  return text;
}

void append_options(std::string& page, const CLI::App& app) {
  for (const CLI::Option* option : options_of(app)) {
    fmt::format_to(
        std::back_inserter(page), ".TP\n.B {}\n{}{}{}{}\n", roff(names_of_option(*option)),
        roff(option->get_description()), option->get_required() ? " (required)" : "",
        option->get_default_str().empty() || !takes_value(*option)
            ? ""
            : roff(fmt::format(" [{}]", option->get_default_str())),
        option->get_envname().empty() ? "" : roff(fmt::format(" [${}]", option->get_envname())));
  }
}

std::string usage_of(const CLI::App& app, const std::string& path) {
  std::string usage = path;
  if (!children_of(app).empty())
    usage += app.get_require_subcommand_min() > 0 ? " COMMAND" : " [COMMAND]";
  usage += " [OPTIONS]";
  for (const CLI::Option* option : options_of(app)) {
    if (option->nonpositional()) continue;
    const std::string name = option->get_name(true);
    usage += option->get_required() ? " " + name : " [" + name + "]";
  }
  return usage;
}

void append_commands(std::string& page, const CLI::App& app, const std::string& path) {
  for (const CLI::App* child : children_of(app)) {
    const std::string name = path + " " + child->get_name();
    fmt::format_to(std::back_inserter(page), ".SS {}\n{}\n", roff(usage_of(*child, name)),
                   roff(child->get_description()));
    append_options(page, *child);
    append_commands(page, *child, name);
  }
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// "Gannet: the trading daemon": what follows the name.
std::string what_it_is(const CLI::App& app) {
  const std::string text = app.get_description();
  const auto colon = text.find(": ");
  return colon == std::string::npos ? text : text.substr(colon + 2);
}

/// Calls f(path, app) for the tree, path " limits set" under the root's "".
template <class F>
void walk(const CLI::App& app, const std::string& path, F&& f) {
  f(path, app);
  for (const CLI::App* child : children_of(app)) walk(*child, path + " " + child->get_name(), f);
}

std::vector<std::string> dashed_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options_of(app)) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// Between single quotes of a shell.
std::string quoted_words(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out;
}

std::string function_name(const std::string& program) {
  std::string name = "_" + program;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

}  // namespace

std::string manual_page(const CLI::App& app, const ManualWords& words) {
  const std::string name = app.get_name();
  std::string page = fmt::format(
      ".\\\" Printed by `gannet docs man`; do not edit.\n.TH {} {} \"\" Gannet \"Gannet\"\n"
      ".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n.SH DESCRIPTION\n{}",
      roff(upper(name)), words.section, roff(name), roff(what_it_is(app)),
      roff(usage_of(app, name)), words.description);
  page += ".SH OPTIONS\n";
  append_options(page, app);
  if (!children_of(app).empty()) {
    page += ".SH COMMANDS\n";
    append_commands(page, app, name);
  }
  page += words.after;
  return page;
}

std::string bash_of(const CLI::App& app) {
  const std::string name = app.get_name();
  std::string known, words;
  walk(app, "", [&](const std::string& path, const CLI::App& at) {
    if (!path.empty()) known += (known.empty() ? "" : "|") + fmt::format("'{}'", path);
    std::string list;
    for (const CLI::App* child : children_of(at)) list += child->get_name() + " ";
    for (const std::string& option : dashed_names(at)) list += option + " ";
    if (!list.empty()) list.pop_back();
    words += fmt::format("    '{}') words='{}' ;;\n", path, list);
  });
  const std::string take_path =
      known.empty()
          ? ""
          : fmt::format(
                "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                "    case \"$line ${{COMP_WORDS[i]}}\" in\n      {}) line+=\" ${{COMP_WORDS[i]}}\" "
                ";;\n    esac\n  done\n",
                known);
  return fmt::format(
      "{0}() {{\n  local line='' words='' i\n{1}  case \"$line\" in\n{2}  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${{COMP_WORDS[COMP_CWORD]}}\")\n}}\n"
      "complete -o default -F {0} {3}\n",
      function_name(name), take_path, words, name);
}

std::string zsh_of(const CLI::App& app) {
  const std::string name = app.get_name();
  std::string known, words;
  const auto described = [](const std::string& word, const std::string& what) {
    std::string text = quoted_words(word + ":" + what.substr(0, what.find('\n')));
    return fmt::format("      '{}'\n", text);
  };
  walk(app, "", [&](const std::string& path, const CLI::App& at) {
    if (!path.empty()) known += (known.empty() ? "" : "|") + fmt::format("'{}'", path);
    std::string list;
    for (const CLI::App* child : children_of(at))
      list += described(child->get_name(), child->get_description());
    for (const CLI::Option* option : options_of(at)) {
      for (const std::string& option_name : option->get_lnames())
        list += described("--" + option_name, option->get_description());
    }
    words += fmt::format("    '{}') list=(\n{}    ) ;;\n", path, list);
  });
  const std::string take_path =
      known.empty() ? ""
                    : fmt::format(
                          "  for word in \"${{(@)words[2,CURRENT-1]}}\"; do\n"
                          "    case \"$line $word\" in\n      ({}) line+=\" $word\" ;;\n"
                          "    esac\n  done\n",
                          known);
  return fmt::format(
      "{0}() {{\n  local line='' word\n  local -a list\n{1}  case \"$line\" in\n{2}  esac\n"
      "  _describe '{3}' list || _files\n}}\n",
      function_name(name), take_path, words, name);
}

}  // namespace gannet::app
