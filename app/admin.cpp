#include "app/admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "app/json_line.h"
#include "base/clock.h"
#include "base/log.h"

namespace gannet::app {

std::string admin_socket_path(const std::string& state_directory) {
  return state_directory + "/admin.sock";
}

namespace {

constexpr Nanos kGarbageQuiet = seconds(10);

std::string answer_line(bool good, std::string_view text) {
  JsonLine line;
  line.begin_object().field("ok", good).field(good ? "message" : "error", text).end_object();
  return line.text();
}

/// What the published status answers by itself; nothing: somebody else must.
std::optional<std::string> from_status(const AdminCommand& command, const DaemonStatus& now) {
  switch (command.kind) {
    case AdminCommand::Kind::Status:
      return command.page ? status_page(now) : to_json(now);
    case AdminCommand::Kind::Pnl:
      return command.page ? money_page(now.money) : to_json(now.money);
    case AdminCommand::Kind::Latency:
      return command.page ? latency_page(now) : latency_json(now);
    default:
      return std::nullopt;
  }
}

}  // namespace

struct AdminServer::State {
  ControlRoles roles;
  const PublishedValue<DaemonStatus>& status;
  Post post;
  std::unique_ptr<net::LocalServer> server;
  std::map<std::uint64_t, net::LocalServer::Reply> waiting;
  std::uint64_t next_id = 1;
  DaemonStatus::ControlFigures figures;
  Timestamp garbage_told;

  State(ControlRoles who, const PublishedValue<DaemonStatus>& published, Post hand_over)
      : roles(std::move(who)), status(published), post(std::move(hand_over)) {}

  void handle(const std::string& line, const net::LocalPeer& peer, net::LocalServer::Reply reply) {
    auto command = read_admin_line(line);
    const RoleSet has = roles.of(peer);
    if (!command) {
      ++figures.garbage;
      tell_garbage(peer, command.error());
      return reply(answer_line(false, sentence_of(command.error())));
    }
    if (!has.meets(command->word->needs)) return forbid(*command, has, peer, std::move(reply));
    ++figures.commands;
    if (auto told = from_status(*command, current())) {
      if (command->page) std::ranges::replace(*told, '\n', kPageLineEnd);
      return reply(std::move(*told));
    }
    command->roles = has;
    command->user = peer.user;
    command->process = peer.process;
    command->who = FixedString<47>(who_is(peer));
    command->id = next_id++;
    command->received = wall_clock_now();
    if (command->word->changes) {
      log(command->received, LogEvent::CommandReceived,
          {LogField::string("what", words_of(*command).view()),
           LogField::string("who", command->who.view())});
    }
    // Before it is handed on: the answer may be there at once.
    const auto waits = waiting.emplace(command->id, std::move(reply)).first;
    if (post(*command)) return;
    waits->second(answer_line(false, "the reactor's command queue is full: try again"));
    waiting.erase(waits);
  }

  DaemonStatus current() const {
    DaemonStatus now = status.load();
    now.control = figures;
    now.control.garbage += server->lines_too_long();
    return now;
  }

  void forbid(const AdminCommand& command, RoleSet has, const net::LocalPeer& peer,
              net::LocalServer::Reply reply) {
    ++figures.forbidden;
    const std::string needs = text_of(command.word->needs);
    const std::string held = has.empty() ? "none" : text_of(has);
    log(wall_clock_now(), LogEvent::CommandForbidden,
        {LogField::string("what", words_of(command).view()), LogField::string("who", who_is(peer)),
         LogField::string("needs", needs), LogField::string("has", held)});
    reply(answer_line(false, fmt::format("{} needs the role {}; yours: {} (see [control] in the "
                                         "configuration)",
                                         command.word->word, needs, held)));
  }

  /// One line in a while: whoever sends garbage must not fill the log.
  void tell_garbage(const net::LocalPeer& peer, AdminRefusal why) {
    const Timestamp now = wall_clock_now();
    if (now - garbage_told < kGarbageQuiet) return;
    garbage_told = now;
    log(now, LogEvent::CommandGarbage,
        {LogField::string("why", sentence_of(why)), LogField::string("who", who_is(peer)),
         LogField::number("lines", static_cast<std::int64_t>(figures.garbage))});
  }
};

std::expected<std::unique_ptr<AdminServer>, Error> AdminServer::listen(
    net::EventLoop& loop, const std::string& path, ControlRoles roles,
    const PublishedValue<DaemonStatus>& status, Post post) {
  const net::LocalServerSettings file = roles.socket();
  auto state = std::make_unique<State>(std::move(roles), status, std::move(post));
  State* raw = state.get();
  auto server = net::LocalServer::listen(
      loop, path,
      [raw](const std::string& line, const net::LocalPeer& peer, net::LocalServer::Reply reply) {
        raw->handle(line, peer, std::move(reply));
      },
      file);
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
    found->second(answer_line(good, text));
  }
  state_->waiting.erase(found);
}

void AdminServer::answer(const AdminAnswer& answer) {
  this->answer(answer.id, answer.good, std::string(answer.text.view()));
}

}  // namespace gannet::app
