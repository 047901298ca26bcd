#include "gateway/net/local_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace gannet::net {
namespace {

namespace fs = std::filesystem;

class LocalServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/gannet-local-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    root_ = name;
    path_ = root_ + "/socket";
  }
  void TearDown() override { fs::remove_all(root_); }

  std::unique_ptr<LocalServer> listen(LocalServer::Handler handler) {
    auto server = LocalServer::listen(loop_, path_, std::move(handler));
    EXPECT_TRUE(server.has_value());
    return server ? std::move(*server) : nullptr;
  }
  /// Runs the loop while `work` runs on a thread of its own.
  template <class F>
  void serve(F&& work) {
    std::thread client([&] {
      work();
      loop_.stop();
    });
    loop_.run();
    client.join();
  }

  std::string root_;
  std::string path_;
  EventLoop loop_;
};

TEST_F(LocalServerTest, AnswersEachLineAndKnowsWhoAsks) {
  LocalPeer seen;
  auto server = listen([&](std::string line, LocalPeer peer, LocalServer::Reply reply) {
    seen = peer;
    reply("you said " + line);
  });
  ASSERT_NE(server, nullptr);
  struct stat info{};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  std::vector<std::string> answers;
  serve([&] {
    for (int i = 0; i < 3; ++i) {
      const auto answer = ask_local_server(path_, "line " + std::to_string(i), 10);
      answers.push_back(answer ? *answer : answer.error().message);
    }
  });
  EXPECT_EQ(answers,
            (std::vector<std::string>{"you said line 0", "you said line 1", "you said line 2"}));
  EXPECT_EQ(seen.user, getuid());
  EXPECT_EQ(seen.process, getpid());
}

TEST_F(LocalServerTest, TakesAnAnswerFromAnotherThread) {
  std::thread worker;
  auto server = listen([&](std::string, LocalPeer, LocalServer::Reply reply) {
    worker = std::thread([answer = std::move(reply)]() mutable { answer("later"); });
  });
  ASSERT_NE(server, nullptr);
  std::string answer;
  serve([&] { answer = ask_local_server(path_, "x", 10).value_or("lost"); });
  worker.join();
  EXPECT_EQ(answer, "later");
}

TEST_F(LocalServerTest, RefusesAPathThatSomebodyServesAndReplacesADeadOne) {
  auto server = listen([](std::string, LocalPeer, LocalServer::Reply reply) { reply(""); });
  ASSERT_NE(server, nullptr);
  const auto second = LocalServer::listen(loop_, path_, nullptr);
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().message.find("another process listens"), std::string::npos);
  server.reset();
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(LocalServerTest, ClosesAConnectionWhoseLineNeverEnds) {
  auto server = listen([](std::string line, LocalPeer, LocalServer::Reply reply) { reply(line); });
  ASSERT_NE(server, nullptr);
  bool refused = false;
  bool alive = false;
  serve([&] {
    refused = !ask_local_server(path_, std::string(200'000, 'x'), 10).has_value();
    alive = ask_local_server(path_, "still there", 10) == "still there";
  });
  EXPECT_TRUE(refused);
  EXPECT_TRUE(alive);
}

// SEC-04
TEST_F(LocalServerTest, KnowsThePeersGroupsAndTheFileIsAsWished) {
  LocalPeer seen;
  auto made =
      LocalServer::listen(loop_, path_,
                          [&](std::string, const LocalPeer& peer, LocalServer::Reply reply) {
                            seen = peer;
                            reply("");
                          },
                          {.mode = 0660, .group = ::getegid()});
  ASSERT_TRUE(made) << made.error().message;
  struct stat file{};
  ASSERT_EQ(::stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777u, 0660u);
  serve([&] { EXPECT_TRUE(ask_local_server(path_, "x", 10)); });
  ASSERT_FALSE(seen.groups.empty());
  EXPECT_EQ(seen.groups[0], ::getegid());
}

TEST_F(LocalServerTest, OneMoreThanItTakesEndsTheOneThatWasSilentForLongest) {
  auto server = listen([](std::string line, LocalPeer, LocalServer::Reply reply) { reply(line); });
  ASSERT_NE(server, nullptr);
  serve([&] {
    std::vector<int> silent;
    for (std::size_t i = 0; i < 2 * LocalServer::kMaxConnections; ++i) {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      path_.copy(address.sun_path, path_.size());
      silent.push_back(::socket(AF_UNIX, SOCK_STREAM, 0));
      ASSERT_EQ(
          ::connect(silent.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    EXPECT_EQ(ask_local_server(path_, "me too", 10), "me too");
    char byte = 0;
    EXPECT_EQ(::recv(silent.front(), &byte, 1, 0), 0) << "the oldest was closed";
    for (const int fd : silent) ::close(fd);
  });
}

TEST_F(LocalServerTest, SaysWhenNobodyListens) {
  const auto answer = ask_local_server(root_ + "/none", "x", 1);
  ASSERT_FALSE(answer.has_value());
  EXPECT_NE(answer.error().message.find("cannot reach gannetd"), std::string::npos);
}

}  // namespace
}  // namespace gannet::net
