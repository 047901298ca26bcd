#include "gateway/net/websocket_client.h"

#include <openssl/crypto.h>

#include <atomic>
#include <cstdlib>

#include "bench/alloc_counter.h"
#include "support/loopback.h"
#include "support/raw_tls_peer.h"

namespace gannet::net {
namespace {

// OpenSSL 3 takes and gives back a few dozen bytes for each record it writes, whatever we do; they
// are counted apart, so that the test is about our own code and Asio's and Beast's.
std::atomic<std::uint64_t> openssl_allocations = 0;

const bool kOpensslIsCounted = CRYPTO_set_mem_functions(
                                   [](std::size_t size, const char*, int) {
                                     ++openssl_allocations;
                                     return std::malloc(size);
                                   },
                                   [](void* memory, std::size_t size, const char*, int) {
                                     ++openssl_allocations;
                                     return std::realloc(memory, size);
                                   },
                                   [](void* memory, const char*, int) { std::free(memory); }) == 1;

std::uint64_t own_allocations() noexcept { return bench::allocations() - openssl_allocations; }

class CountingHandler final : public WebSocketHandler {
 public:
  void on_open(Timestamp) noexcept override { open = true; }
  void on_text(std::string_view text, Timestamp) noexcept override {
    ++texts;
    bytes += text.size();
  }
  void on_closed(const CloseReason&, Timestamp) noexcept override { closed = true; }

  bool open = false;
  bool closed = false;
  std::size_t texts = 0;
  std::size_t bytes = 0;
};

class WebSocketHotPath : public LoopbackTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(kOpensslIsCounted);
    LoopbackTest::SetUp();
  }
};

TEST_F(WebSocketHotPath, ReadingFramesDoesNotAllocateAfterWarmUp) {
  std::atomic<int> stage = 0;
  const std::string frame = server_frame(0x81, std::string(3'000, 'b'));
  RawTlsServer server(files, [&](RawTlsConnection& connection) {
    connection.accept_websocket();
    for (int i = 0; i < 50; ++i) connection.write(frame);
    stage.wait(0);  // the counter counts all threads: this one must not allocate while we read
    for (int i = 0; i < 500; ++i) connection.write(frame);
    connection.read_all();
  });
  CountingHandler counting;
  auto client = WebSocketClient::make(
      loop, client_tls(), {.url = "wss://127.0.0.1:" + std::to_string(server.port()) + "/"},
      counting);
  ASSERT_TRUE(client);
  (*client)->connect();
  while (counting.texts < 50 && !counting.closed) loop.poll();
  ASSERT_FALSE(counting.closed);
  const std::uint64_t before = own_allocations();
  stage = 1;
  stage.notify_all();
  while (counting.texts < 550 && !counting.closed) loop.poll();
  const std::uint64_t after = own_allocations();
  EXPECT_EQ(after - before, 0u);
  EXPECT_EQ(counting.bytes, 550u * 3'000u);
  (*client)->cut("end");
  while (!counting.closed) loop.poll();
}

TEST_F(WebSocketHotPath, SendingDoesNotAllocateNeitherWithinATurnNorBetweenTwo) {
  std::atomic<int> stage = 0;
  RawTlsServer server(files, [&](RawTlsConnection& connection) {
    connection.accept_websocket();
    stage.wait(0);  // reads nothing meanwhile: what is sent fits the socket's buffers
    connection.read_all();
  });
  CountingHandler counting;
  auto client = WebSocketClient::make(
      loop, client_tls(), {.url = "wss://127.0.0.1:" + std::to_string(server.port()) + "/"},
      counting);
  ASSERT_TRUE(client);
  (*client)->connect();
  while (!counting.open && !counting.closed) loop.poll();
  ASSERT_TRUE(counting.open);
  const std::string order(300, 'o');
  const auto send_some = [&](int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE((*client)->send_text(order));
      ASSERT_TRUE((*client)->send_text(order));  // waits behind the first
      loop.poll();
      loop.poll();
    }
  };
  send_some(50);
  const std::uint64_t before = own_allocations();
  send_some(50);
  const std::uint64_t after = own_allocations();
  EXPECT_EQ(after - before, 0u);
  (*client)->cut("end");
  stage = 1;
  stage.notify_all();
  while (!counting.closed) loop.poll();
}

}  // namespace
}  // namespace gannet::net
