// Where an API key must not be, and how it is exchanged while the engine trades. [SEC-02]
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "support/daemon.h"

namespace gannet::test {
namespace {

namespace fs = std::filesystem;

struct Key {
  std::string api_key, secret, passphrase;
};

/// Put together at run time, so that the words are in no program's read-only data.
Key key_of(const std::string& name) {
  const std::string canary = name + "-" + std::string("canary");
  return {canary + "-key-0123456789abcdef", canary + "-secret-0123456789abcdef",
          canary + "-pass-0123"};
}

std::string venue_accounts(const std::vector<std::pair<Key, std::string>>& keys) {
  std::string text =
      "[[user]]\nname = \"trader\"\ntrading = [\"100000 USDT\", \"10 BTC\"]\n"
      "[[user]]\nname = \"other\"\ntrading = [\"1000 USDT\"]\n";
  for (const auto& [key, more] : keys) {
    text += "[[key]]\nkey = \"" + key.api_key + "\"\nsecret = \"" + key.secret +
            "\"\npassphrase = \"" + key.passphrase + "\"\n" + more + "\n";
  }
  return text;
}

class SecretsTest : public ::testing::Test {
 protected:
  void write_key(const Key& key) const {
    for (const auto& [name, text] :
         {std::pair{"key", key.api_key}, {"secret", key.secret}, {"pass", key.passphrase}}) {
      ::chmod(folder.write(name, text).c_str(), 0600);
    }
  }
  /// The daemon's configuration with its key in files.
  DemoConfig config(const Venue& venue) const {
    DemoConfig made{.state_directory = folder.state(), .venue = &venue.ready()};
    made.key_files = folder.file("");
    return made;
  }
  Said reload() const {
    return gannet(folder, {"credentials", "reload", "--state", folder.state()});
  }

  Folder folder;
};

std::size_t count_in(std::string_view text, std::string_view needle) {
  std::size_t count = 0;
  for (std::size_t at = text.find(needle); at != std::string_view::npos;
       at = text.find(needle, at + 1)) {
    ++count;
  }
  return count;
}

std::size_t hits_in(std::string_view text, const std::vector<Key>& keys) {
  std::size_t hits = 0;
  for (const Key& key : keys) {
    for (const std::string& word : {key.api_key, key.secret, key.passphrase}) {
      hits += count_in(text, word);
    }
  }
  return hits;
}

struct MemoryScan {
  std::uint64_t bytes = 0;
  std::size_t marks = 0;  // of a word that must be there: proof that something was looked at
  std::size_t hits = 0;
};

/// Looks through what a core dump of the process would hold: its writable memory but for what is
/// marked "dd". Absent: the system does not let even us look, which is an answer too.
std::optional<MemoryScan> scan_dumpable_memory(pid_t pid, const std::vector<Key>& keys) {
  constexpr std::size_t kPiece = 4u << 20;
  constexpr std::size_t kOverlap = 256;           // a word may lie across two pieces
  constexpr std::uint64_t kLargest = 8ull << 30;  // a sanitizer's reserve, not a program's
  const std::string proc = "/proc/" + std::to_string(pid);
  const int memory = ::open((proc + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (memory < 0) return std::nullopt;
  MemoryScan scan;
  std::string piece(kPiece, '\0');
  std::uint64_t begin = 0, end = 0;
  bool writable = false;
  for (const std::string& line : lines_of(read_file(proc + "/smaps"))) {
    std::istringstream head(line);
    std::uint64_t from = 0, to = 0;
    char dash = 0;
    std::string rights;
    if (head >> std::hex >> from >> dash >> to >> rights && dash == '-') {
      begin = from;
      end = to;
      writable = rights.find('w') != std::string::npos;
    }
    if (!line.starts_with("VmFlags:") || !writable || line.find(" dd") != std::string::npos ||
        end - begin > kLargest) {
      continue;
    }
    for (std::uint64_t at = begin; at < end; at += kPiece - kOverlap) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, end - at));
      const ssize_t got = ::pread(memory, piece.data(), wanted, static_cast<off_t>(at));
      if (got <= 0) break;
      const std::string_view text(piece.data(), static_cast<std::size_t>(got));
      scan.bytes += text.size();
      scan.marks += count_in(text, "BTC-USDT-SWAP");
      scan.hits += hits_in(text, keys);
    }
  }
  ::close(memory);
  return scan;
}

std::size_t hits_in_files(const fs::path& folder, const std::vector<Key>& keys) {
  std::size_t hits = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::size_t here = hits_in(read_file(entry.path()), keys);
    if (here != 0) ADD_FAILURE() << entry.path() << " holds the key " << here << " times";
    hits += here;
  }
  return hits;
}

TEST_F(SecretsTest, ACanaryIsInNoLogJournalRecordingEnvironmentOrDump_SEC02) {
  const Key key = key_of("one");
  const std::string accounts =
      folder.write("venue.toml", venue_accounts({{key, "user = \"trader\""}}));
  Venue venue(folder, {"--config", accounts});
  write_key(key);
  DemoConfig wanted = config(venue);
  wanted.passphrase_in_environment = true;
  wanted.more = "[record]\ndirectory = \"" + folder.state() +
                "/recording\"\nprivate_frames = true\ndisk_free_min = \"0%\"\n";
  Daemon daemon(folder, wanted);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(daemon.wait_for_orders(3));
  // A second log-in, a refused reload and the REST questions of a reconciliation leave traces, too.
  venue.order_fault(R"({"fault":"cut","connection":"private"})");
  ASSERT_TRUE(daemon.wait_for("a reconnect", [](const Json& now) {
    return now.number("reconnects") > 0 && now.text("state") == "ready";
  }));
  const Said refused = reload();
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("the old key stays"), std::string::npos) << refused.err;
  ASSERT_TRUE(daemon.wait_for_orders(3));

  const std::string proc = "/proc/" + std::to_string(daemon.process().pid());
  const std::string environment = read_file(proc + "/environ");
  EXPECT_NE(environment.find("GANNET_TEST_PASSPHRASE="), std::string::npos)
      << "nothing was looked at";
  EXPECT_EQ(hits_in(environment, {key}), 0u);
  EXPECT_EQ(hits_in(read_file(proc + "/cmdline"), {key}), 0u);
  Key in_memory = key;
#if defined(__SANITIZE_ADDRESS__)
  // The sanitizer's runtime copies the environment for itself before the program begins.
  in_memory.passphrase = in_memory.secret;
#endif
  if (const auto scan = scan_dumpable_memory(daemon.process().pid(), {in_memory})) {
    EXPECT_GT(scan->marks, 0u) << "nothing was looked at";
    EXPECT_EQ(scan->hits, 0u) << "of " << scan->bytes << " bytes";
  }

  // There is no core file at all, whatever the limits say.
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  ::prlimit(daemon.process().pid(), RLIMIT_CORE, &unlimited, nullptr);
  const fs::path cwd = fs::current_path();
  const std::string pid = std::to_string(daemon.process().pid());
  daemon.process().signal(SIGABRT);
  EXPECT_EQ(daemon.process().wait(), -SIGABRT);
  EXPECT_FALSE(fs::exists(cwd / ("core." + pid)) || fs::exists(cwd / "core"));

  EXPECT_EQ(hits_in_files(folder.state(), {key}), 0u);
  EXPECT_EQ(hits_in(read_file(folder.file("gannetd.log")), {key}), 0u);
  EXPECT_EQ(hits_in(daemon.process().err() + daemon.process().out(), {key}), 0u);
  EXPECT_GT(daemon.log_lines({"order.placed"}).size(), 0u);
}

TEST_F(SecretsTest, AnotherKeyIsProvenBeforeItIsUsedAndARefusedOneChangesNothing) {
  const Key one = key_of("one"), two = key_of("two"), foreign = key_of("foreign"),
            unknown = key_of("unknown"), dangerous = key_of("dangerous");
  const std::string accounts = folder.write(
      "venue.toml",
      venue_accounts({{one, "user = \"trader\""},
                      {two, "user = \"trader\""},
                      {foreign, "user = \"other\""},
                      {dangerous, "user = \"trader\"\npermissions = [\"trade\", \"withdraw\"]"}}));
  Venue venue(folder, {"--config", accounts, "--log-requests", "all"});
  write_key(one);
  Daemon daemon(folder, config(venue));
  ASSERT_TRUE(daemon.wait_for_orders(2));

  for (const auto& [key, why] : {std::pair{unknown, "old key stays"},
                                 {foreign, "the key is of another account"},
                                 {dangerous, "the key may withdraw"}}) {
    write_key(key);
    const Said refused = reload();
    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find(why), std::string::npos) << refused.err;
    EXPECT_EQ(daemon.status()->number("reconnects"), 0);
  }
  ::chmod(folder.file("secret").c_str(), 0644);
  EXPECT_NE(reload().err.find("chmod 0600 it"), std::string::npos);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  // The log is written behind the answers.
  ASSERT_TRUE(daemon.wait_for("four refusals in the log", [&](const Json&) {
    return daemon.log_lines({"credentials.refused"}).size() == 4u;
  }));

  write_key(two);
  const Said taken = reload();
  EXPECT_EQ(taken.code, 0) << taken.err;
  EXPECT_NE(taken.out.find("the new key is in use"), std::string::npos) << taken.out;
  // Both of the account's connections have moved by then, and nothing was cut.
  ASSERT_TRUE(daemon.wait_for("the figures", [](const Json& now) {
    return now.number("moves") >= 2 && now.text("state") == "ready";
  }));
  EXPECT_EQ(daemon.status()->number("reconnects"), 0);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  EXPECT_EQ(daemon.log_lines({"credentials.reloaded"}).size(), 1u);
  // The venue tells keys apart by their first letters: orders and REST go by the new one.
  for (const char* request : {"ws/private order key=two-", "/trade/cancel-all-after key=two-"}) {
    EXPECT_TRUE(wait_until([&] {
      return std::ranges::any_of(venue.refusals(), [&](const std::string& line) {
        return line.find(request) != std::string::npos;
      });
    })) << request;
  }
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  EXPECT_EQ(venue.open_orders(), 0u);
  EXPECT_EQ(hits_in(read_file(folder.file("gannetd.log")), {one, two, foreign, unknown, dangerous}),
            0u);
}

}  // namespace
}  // namespace gannet::test
