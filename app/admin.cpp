#include "app/admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "app/kill_files.h"
#include "base/clock.h"

namespace gannet::app {

std::string admin_socket_path(const std::string& state_directory) {
  return state_directory + "/admin.sock";
}

namespace {

/// "kill-strategy" is kill, at a level. False: it is no such word.
bool read_control(std::string_view word, AdminCommand& command) {
  using Kind = AdminCommand::Kind;
  const auto dash = std::min(word.find('-'), word.size());
  const std::string_view verb = word.substr(0, dash);
  if (verb == "kill") {
    command.kind = Kind::Kill;
  } else if (verb == "resume") {
    command.kind = Kind::Resume;
  } else if (verb == "cancel") {
    command.kind = Kind::Cancel;
  } else if (verb == "flatten") {
    command.kind = Kind::Flatten;
  } else {
    return false;
  }
  if (dash == word.size()) return true;
  const auto level = control_level(word.substr(dash + 1));
  if (level) command.level = *level;
  return level.has_value();
}

bool has_target(engine::ControlLevel level) {
  using engine::ControlLevel;
  return level == ControlLevel::Order || level == ControlLevel::Strategy ||
         level == ControlLevel::Instrument;
}

}  // namespace

struct AdminServer::State {
  const PublishedValue<DaemonStatus>& status;
  Post post;
  std::unique_ptr<net::LocalServer> server;
  std::map<std::uint64_t, net::LocalServer::Reply> waiting;
  std::uint64_t next_id = 1;

  State(const PublishedValue<DaemonStatus>& published, Post hand_over)
      : status(published), post(std::move(hand_over)) {}

  void handle(const std::string& line, net::LocalPeer peer, net::LocalServer::Reply reply) {
    const auto space = line.find(' ');
    const std::string word = line.substr(0, space);
    std::string argument = space == std::string::npos ? "" : line.substr(space + 1);
    if (word == "status") return reply(to_json(status.load()));
    if (word == "pnl") return reply(to_json(status.load().money));
    if (word == "latency") return reply(latency_json(status.load()));
    if (word == "page" || word == "pnl-page" || word == "latency-page") {
      const DaemonStatus now = status.load();
      std::string page = word == "page"       ? status_page(now)
                         : word == "pnl-page" ? money_page(now.money)
                                              : latency_page(now);
      std::ranges::replace(page, '\n', kPageLineEnd);
      return reply(std::move(page));
    }
    AdminCommand command;
    if (read_control(word, command)) {
      if (has_target(command.level)) {
        const auto end = std::min(argument.find(' '), argument.size());
        command.target = ControlTarget(argument.substr(0, end));
        if (end == 0 || !ControlTarget::fits(argument.substr(0, end)))
          return reply(R"({"ok":false,"error":"whose? a name or a number follows"})");
        argument.erase(0, end + 1);
      }
    } else if (word == "hold") {
      command.kind = AdminCommand::Kind::Hold;
    } else if (word == "orders") {
      command.kind = AdminCommand::Kind::Orders;
    } else if (word == "accept") {
      command.kind = AdminCommand::Kind::Accept;
    } else if (word == "reload-credentials") {
      command.kind = AdminCommand::Kind::ReloadCredentials;
    } else if (word == "limits") {
      command.kind = AdminCommand::Kind::ShowLimits;
    } else if (word == "limits-page") {
      command.kind = AdminCommand::Kind::ShowLimitsPage;
    } else if (word == "limits-set") {
      command.kind = AdminCommand::Kind::SetLimit;
    } else if (word == "limits-reload") {
      command.kind = AdminCommand::Kind::ReloadLimits;
    } else if (word == "enable") {
      command.kind = AdminCommand::Kind::EnableStrategy;
    } else if (word == "override") {
      command.kind = AdminCommand::Kind::GrantOverride;
    } else {
      return reply(
          R"({"ok":false,"error":"unknown command; known: status, page, pnl, pnl-page, latency, latency-page, orders, kill, hold, resume, )"
          R"(cancel, accept, reload-credentials, limits, limits-page, limits-set, limits-reload, enable, )"
          R"(override"})");
    }
    if (!FixedString<120>::fits(argument) && command.kind != AdminCommand::Kind::Kill &&
        command.kind != AdminCommand::Kind::Hold && command.kind != AdminCommand::Kind::Resume)
      return reply(R"({"ok":false,"error":"the command is too long: 120 bytes at most"})");
    command.argument = FixedString<120>(argument);
    command.who = FixedString<47>(fmt::format("user {}, process {}", peer.user, peer.process));
    command.id = next_id++;
    command.received = wall_clock_now();
    if (!post(command)) {
      return reply(R"({"ok":false,"error":"the reactor's command queue is full: try again"})");
    }
    waiting.emplace(command.id, std::move(reply));
  }
};

std::expected<std::unique_ptr<AdminServer>, Error> AdminServer::listen(
    net::EventLoop& loop, const std::string& path, const PublishedValue<DaemonStatus>& status,
    Post post) {
  auto state = std::make_unique<State>(status, std::move(post));
  State* raw = state.get();
  auto server = net::LocalServer::listen(
      loop, path,
      [raw](const std::string& line, net::LocalPeer peer, net::LocalServer::Reply reply) {
        raw->handle(line, peer, std::move(reply));
      });
  if (!server) return std::unexpected(std::move(server.error()));
  state->server = std::move(*server);
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(state)));
}

AdminServer::AdminServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
AdminServer::~AdminServer() = default;

void AdminServer::answer(std::uint64_t id, bool good, std::string text, bool page) {
  const auto found = state_->waiting.find(id);
  if (found == state_->waiting.end()) return;
  if (page) {
    std::ranges::replace(text, '\n', kPageLineEnd);
    found->second(std::move(text));
  } else {
    std::ranges::replace(text, '"', '\'');
    std::ranges::replace(text, '\n', ' ');
    found->second(
        fmt::format("{{\"ok\":{},\"{}\":\"{}\"}}", good, good ? "message" : "error", text));
  }
  state_->waiting.erase(found);
}

void AdminServer::answer(const AdminAnswer& answer) {
  std::string text(answer.text.view());
  std::ranges::replace(text, '"', '\'');
  this->answer(answer.id, fmt::format("{{\"ok\":{},\"{}\":\"{}\"}}", answer.good,
                                      answer.good ? "message" : "error", text));
}

void AdminServer::answer(std::uint64_t id, std::string line) {
  const auto found = state_->waiting.find(id);
  if (found == state_->waiting.end()) return;
  found->second(std::move(line));
  state_->waiting.erase(found);
}

}  // namespace gannet::app
