#include "app/admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace gannet::app {

std::string admin_socket_path(const std::string& state_directory) {
  return state_directory + "/admin.sock";
}

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
    const std::string argument = space == std::string::npos ? "" : line.substr(space + 1);
    if (word == "status") return reply(to_json(status.load()));
    if (word == "pnl") return reply(to_json(status.load().money));
    if (word == "page" || word == "pnl-page") {
      const DaemonStatus now = status.load();
      std::string page = word == "page" ? status_page(now) : money_page(now.money);
      std::ranges::replace(page, '\n', kPageLineEnd);
      return reply(std::move(page));
    }
    AdminCommand command;
    if (word == "kill") {
      command.kind = AdminCommand::Kind::Kill;
    } else if (word == "hold") {
      command.kind = AdminCommand::Kind::Hold;
    } else if (word == "resume") {
      command.kind = AdminCommand::Kind::Resume;
    } else if (word == "accept") {
      command.kind = AdminCommand::Kind::Accept;
    } else if (word == "reload-credentials") {
      command.kind = AdminCommand::Kind::ReloadCredentials;
    } else {
      return reply(
          R"({"ok":false,"error":"unknown command; known: status, page, pnl, pnl-page, kill, )"
          R"(hold, resume, accept, reload-credentials"})");
    }
    command.argument = FixedString<120>(argument);
    command.who = FixedString<47>(fmt::format("user {}, process {}", peer.user, peer.process));
    command.id = next_id++;
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

void AdminServer::answer(const AdminAnswer& answer) {
  const auto found = state_->waiting.find(answer.id);
  if (found == state_->waiting.end()) return;
  std::string text(answer.text.view());
  std::ranges::replace(text, '"', '\'');
  found->second(fmt::format("{{\"ok\":{},\"{}\":\"{}\"}}", answer.good,
                            answer.good ? "message" : "error", text));
  state_->waiting.erase(found);
}

}  // namespace gannet::app
