#include "app/drill_engine.h"

#include <signal.h>
#include <simdjson.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>
#include <utility>

#include "app/admin.h"
#include "gateway/net/local_server.h"

namespace gannet::app {
namespace {

constexpr std::chrono::milliseconds kLook{10};
constexpr std::chrono::seconds kEndPatience{60};
constexpr int kAnswerPatience = 10;  // seconds

}  // namespace

DrillEngine::DrillEngine(const std::string& config, const std::string& state_directory,
                         const std::string& log)
    : socket_(admin_socket_path(state_directory)) {
  const std::string program =
      (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "gannetd").string();
  std::vector<std::string> words{program, "--config", config, "--log", log};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
}

DrillEngine::~DrillEngine() {
  if (pid_ > 0 && !stop()) end_at_once();
}

void DrillEngine::rest() { std::this_thread::sleep_for(kLook); }

bool DrillEngine::runs() { return pid_ > 0 && !reap(std::chrono::seconds{0}); }

std::optional<int> DrillEngine::stop() {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
  if (!reap(kEndPatience)) return std::nullopt;
  return exit_code_;
}

void DrillEngine::end_at_once() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
  reap(kEndPatience);
}

bool DrillEngine::reap(std::chrono::seconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (pid_ > 0) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != 0) {
      exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      pid_ = -1;
    } else if (std::chrono::steady_clock::now() >= end) {
      return false;
    } else {
      rest();
    }
  }
  return true;
}

std::optional<std::string> DrillEngine::ask(const std::string& line) const {
  auto answer = net::ask_local_server(socket_, line, kAnswerPatience);
  if (!answer) return std::nullopt;
  return std::move(*answer);
}

std::optional<DrillStatus> DrillEngine::status() const {
  const auto line = ask("status");
  if (!line) return std::nullopt;
  simdjson::dom::parser parser;
  DrillStatus out;
  try {
    const simdjson::dom::element root = parser.parse(*line);
    out.state = std::string(std::string_view(root["state"]));
    std::string_view reason;
    if (root["hold_reason"].get(reason) == simdjson::SUCCESS) out.reason = std::string(reason);
    out.flat = root["flat"];
    out.open_orders = root["open_orders"];
    for (const auto row : root["instruments"].get_array()) {
      if (std::string_view(row["state"]) == "held")
        out.held.emplace_back(std::string_view(row["instrument"]));
    }
    const simdjson::dom::element times = root["kill_times_ns"];
    out.waited = times["waited"];
    out.sent = times["sent"];
    out.cancels = times["cancels"];
    out.flat_after = times["flat"];
  } catch (const simdjson::simdjson_error&) {
    return std::nullopt;
  }
  return out;
}

}  // namespace gannet::app
