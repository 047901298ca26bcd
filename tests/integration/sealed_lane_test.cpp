// A plugin that asks the kernel for more than a strategy may have, on a lane and inline.
#include "support/daemon.h"
#include "test_paths.h"

namespace gannet::test {
namespace {

constexpr const char* kPlugin = "/lib/gannet/test_plugins/breaks_out.so";

DemoStrategy breaks_out(const std::string& lane) {
  return {"prisoner", std::string(GANNET_BINARY_DIR) + kPlugin, R"(instrument = "ETH-USDT-SWAP")",
          lane};
}

TEST(SealedLane, RefusesSocketsFilesAndProgramsAndTellsEachOnce) {  // SEC-05
  const Folder folder;
  DemoConfig config{.state_directory = folder.state()};
  config.strategies = {quotes(), breaks_out("own")};
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(
      wait_until([&] { return daemon.log_lines({"strategy.log", "own work: done"}).size() == 2; }));
  for (const char* what : {"socket", "open", "execve", "memory", "thread"}) {
    const std::string refused = std::string(what) + ": Operation not permitted";
    EXPECT_EQ(daemon.log_lines({"strategy.log", refused}).size(), 2u) << what;
  }
  for (const char* call : {"socket", "openat", "execve", "mmap"}) {
    const std::string told = R"("lane":"own","call":")" + std::string(call) + R"(")";
    EXPECT_TRUE(wait_until([&] { return !daemon.log_lines({"lane.call_refused", told}).empty(); }))
        << call;
  }
  EXPECT_TRUE(daemon.wait_for_market_frames(50)) << "the engine goes on";
  EXPECT_EQ(daemon.status()->text("state"), "ready");
  EXPECT_EQ(daemon.log_lines({"lane.call_refused", R"("call":"socket")"}).size(), 1u);
  EXPECT_TRUE(daemon.log_lines({"lane.unsealed"}).empty());
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

}  // namespace
}  // namespace gannet::test
