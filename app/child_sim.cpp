#include "app/child_sim.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <simdjson.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/clock.h"

namespace gannet::app {
namespace {

/// What the child needs between fork and exec, made before the fork: another thread may hold the
/// heap's lock at that moment.
struct Launch {
  std::string program;
  std::vector<std::string> words;
  std::vector<char*> arguments;
  std::optional<cpu_set_t> cpus;
  int log = -1;
};

std::filesystem::path sibling_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return self.parent_path() / "gannet";
}

/// All cores we may use but one; absent when that leaves none.
std::optional<cpu_set_t> cores_without(int cpu) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  const long count = ::sysconf(_SC_NPROCESSORS_ONLN);
  for (int i = 0; i < count && i < CPU_SETSIZE; ++i) CPU_SET(static_cast<unsigned>(i), &cpus);
  CPU_CLR(static_cast<unsigned>(cpu), &cpus);
  if (CPU_COUNT(&cpus) == 0) return std::nullopt;
  return cpus;
}

Launch prepare(const ChildSimOptions& options) {
  Launch launch;
  launch.program = (options.program.empty() ? sibling_program() : options.program).string();
  launch.words = {launch.program, "sim"};
  launch.words.insert(launch.words.end(), options.arguments.begin(), options.arguments.end());
  for (std::string& word : launch.words) launch.arguments.push_back(word.data());
  launch.arguments.push_back(nullptr);
  if (options.avoid_cpu) launch.cpus = cores_without(*options.avoid_cpu);
  if (!options.log_file.empty()) {
    launch.log = ::open(options.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  }
  return launch;
}

/// In the child. Only what is safe after a fork of a threaded program.
[[noreturn]] void become_sim(const Launch& launch, pid_t parent, int ready_pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // it died before we asked to be told
  if (launch.cpus) ::sched_setaffinity(0, sizeof(cpu_set_t), &*launch.cpus);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(ready_pipe, STDOUT_FILENO);
  if (launch.log >= 0) ::dup2(launch.log, STDERR_FILENO);
  ::execv(launch.program.c_str(), launch.arguments.data());
  ::_exit(127);
}

std::expected<std::string, Error> read_line(int pipe, Nanos timeout) {
  const Nanos deadline = monotonic_now() + timeout;
  std::string line;
  for (;;) {
    const std::int64_t left_ms = (deadline - monotonic_now()).count / 1'000'000;
    if (left_ms <= 0) return std::unexpected(Error{"it said nothing in time"});
    pollfd waiting{.fd = pipe, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(left_ms)) <= 0) continue;
    std::array<char, 4'096> bytes{};
    const ssize_t got = ::read(pipe, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::unexpected(Error{"it ended before it was ready"});
    line.append(bytes.data(), static_cast<std::size_t>(got));
    if (const std::size_t end = line.find('\n'); end != std::string::npos) {
      return line.substr(0, end);
    }
  }
}

}  // namespace

std::expected<SimReady, Error> parse_sim_ready(std::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view event;
  const simdjson::padded_string text(line);
  if (parser.parse(text).get(root) != simdjson::SUCCESS ||
      root["event"].get(event) != simdjson::SUCCESS || event != "sim.ready") {
    return std::unexpected(Error{"not a ready line: " + std::string(line.substr(0, 200))});
  }
  SimReady ready;
  for (const auto& [name, into] : {std::pair{"url", &ready.url},
                                   {"ws", &ready.ws},
                                   {"ca", &ready.ca},
                                   {"api_key", &ready.api_key},
                                   {"secret", &ready.secret},
                                   {"passphrase", &ready.passphrase}}) {
    std::string_view value;
    if (root[name].get(value) != simdjson::SUCCESS) {
      return std::unexpected(Error{std::string("the ready line lacks ") + name});
    }
    *into = value;
  }
  return ready;
}

std::expected<std::unique_ptr<ChildSim>, Error> ChildSim::spawn(const ChildSimOptions& options) {
  const Launch launch = prepare(options);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return std::unexpected(Error{std::string("pipe: ") + std::strerror(errno)});
  }
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become_sim(launch, parent, ends[1]);
  ::close(ends[1]);
  if (launch.log >= 0) ::close(launch.log);
  if (pid < 0) {
    ::close(ends[0]);
    return std::unexpected(Error{std::string("fork: ") + std::strerror(errno)});
  }
  std::unique_ptr<ChildSim> child(new ChildSim(pid));
  auto line = read_line(ends[0], options.ready_timeout);
  ::close(ends[0]);
  auto ready =
      line ? parse_sim_ready(*line) : std::expected<SimReady, Error>(std::unexpected(line.error()));
  if (!ready) return std::unexpected(std::move(ready.error()).with(launch.program + " sim"));
  child->ready_ = std::move(*ready);
  return child;
}

ChildSim::~ChildSim() {
  if (reaped_) return;
  ::kill(pid_, SIGTERM);
  const Nanos deadline = monotonic_now() + seconds(3);
  while (running()) {
    if (monotonic_now() > deadline) ::kill(pid_, SIGKILL);
    ::usleep(2'000);
  }
}

bool ChildSim::running() noexcept {
  if (reaped_) return false;
  const pid_t ended = ::waitpid(pid_, nullptr, WNOHANG);
  reaped_ = ended == pid_ || (ended < 0 && errno == ECHILD);
  return !reaped_;
}

}  // namespace gannet::app
