#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <simdjson.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/state_directory.h"
#include "test_paths.h"

namespace gannet::test {

/// Asks until it is so; false when it still is not after a generous while. Sanitizers and a busy
/// machine slow everything down: no test may need less.
template <class Condition>
bool wait_until(Condition condition, Nanos longest = seconds(60)) {
  const Nanos deadline = monotonic_now() + longest;
  while (!condition()) {
    if (monotonic_now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// A parsed JSON text. Reading a member that is not there, or is of another type, throws: the test
/// fails with the reason.
class Json {
 public:
  explicit Json(std::string_view text) : text_(text) {
    if (const auto error = parser_->parse(text_).get(root_); error != simdjson::SUCCESS) {
      throw std::runtime_error("not JSON (" + std::string(simdjson::error_message(error)) +
                               "): " + text_.substr(0, 400));
    }
  }
  simdjson::dom::element root() const { return root_; }
  auto operator[](std::string_view key) const { return root_[key]; }
  std::int64_t number(std::string_view key) const { return std::int64_t(root_[key]); }
  bool flag(std::string_view key) const { return bool(root_[key]); }
  std::string text(std::string_view key) const { return std::string(std::string_view(root_[key])); }
  const std::string& source() const { return text_; }

 private:
  std::string text_;
  std::unique_ptr<simdjson::dom::parser> parser_ = std::make_unique<simdjson::dom::parser>();
  simdjson::dom::element root_;
};

/// A folder for everything one test writes, gone with it, and the engine's ring in shared memory
/// too.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gannet-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    if (auto directory = StateDirectory::open(state()))
      std::filesystem::remove(directory->shared_memory_file("journal-ring"), ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(std::string_view name) const { return (path_ / name).string(); }
  std::string state() const { return file("state"); }
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(file(name), std::ios::binary | std::ios::trunc) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

inline std::string program(std::string_view name) {
  return std::string(GANNET_BINARY_DIR) + "/bin/" + std::string(name);
}

/// A program that runs beside the test, its output in files. Ends with the test, whatever happens
/// to either.
class Process {
 public:
  using Environment = std::map<std::string, std::string>;

  Process(const Folder& folder, std::string path, std::vector<std::string> arguments,
          const Environment& environment = {}) {
    static int started = 0;
    const std::string name =
        std::filesystem::path(path).filename().string() + "-" + std::to_string(++started);
    out_ = folder.file(name + ".out");
    err_ = folder.file(name + ".err");
    // Everything that allocates comes before the fork.
    arguments.insert(arguments.begin(), path);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::vector<std::string> variables;  // of two of one name, the first is found
    for (const auto& [key, value] : environment) variables.push_back(key + "=" + value);
    for (char** variable = environ; *variable != nullptr; ++variable)
      variables.emplace_back(*variable);
    std::vector<char*> envp;
    for (std::string& variable : variables) envp.push_back(variable.data());
    envp.push_back(nullptr);
    const int out = ::open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const int err = ::open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(out, STDOUT_FILENO);
      ::dup2(err, STDERR_FILENO);
      ::execve(path.c_str(), argv.data(), envp.data());
      ::_exit(127);
    }
    ::close(out);
    ::close(err);
  }
  ~Process() {
    if (running()) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) { ::kill(pid_, number); }
  bool running() {
    if (status_) return false;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
    return !status_;
  }
  /// Waits for the end: the exit code, or minus the signal. A program that does not end fails the
  /// test.
  int wait(Nanos longest = seconds(90)) {
    if (!wait_until([this] { return !running(); }, longest)) {
      ADD_FAILURE() << "process " << pid_ << " did not end\n" << err();
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      status_ = SIGKILL;
    }
    return WIFEXITED(*status_) ? WEXITSTATUS(*status_) : -WTERMSIG(*status_);
  }
  std::string out() const { return read_file(out_); }
  std::string err() const { return read_file(err_); }

 private:
  std::string out_, err_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

}  // namespace gannet::test
