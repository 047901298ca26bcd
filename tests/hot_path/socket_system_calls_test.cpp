// What the path between two sockets asks of the kernel: a `recv` for what came and a `send` for
// what goes, and nothing else. Here the market's and the account's sockets of a loop that spins,
// over real TLS; each tick is answered by an order and a cancel, as the probe strategy does.
#include <gtest/gtest.h>
#include <linux/prctl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>

#include "bench/alloc_counter.h"
#include "gateway/net/websocket_client.h"
#include "support/loopback.h"
#include "support/raw_tls_peer.h"

// Code from which system calls pass: the return from a signal handler, and the handler's own call.
asm(R"(
  .text
  .balign 16
  .globl gannet_test_passing_begin, gannet_test_return, gannet_test_call, gannet_test_passing_end
gannet_test_passing_begin:
gannet_test_return:
  mov $15, %eax
  syscall
gannet_test_call:                 # number, six arguments in an array
  push %rbx
  mov %rdi, %rax
  mov %rsi, %rbx
  mov 0(%rbx), %rdi
  mov 8(%rbx), %rsi
  mov 16(%rbx), %rdx
  mov 24(%rbx), %r10
  mov 32(%rbx), %r8
  mov 40(%rbx), %r9
  syscall
  pop %rbx
  ret
gannet_test_passing_end:
  nop
)");
extern "C" {
extern const char gannet_test_passing_begin[];
extern const char gannet_test_passing_end[];
void gannet_test_return();
long gannet_test_call(long number, const long* arguments);
}

namespace gannet::net {
namespace {

volatile char watched = 0;
std::array<std::uint32_t, 512> calls{};

/// Makes the call that was caught, and counts it.
void on_call(int, siginfo_t* info, void* context) {
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  const auto number = static_cast<std::size_t>(info->si_syscall);
  calls[number < calls.size() ? number : 0] += 1;
  const long arguments[] = {registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                            registers[REG_R10], registers[REG_R8],  registers[REG_R9]};
  registers[REG_RAX] = gannet_test_call(info->si_syscall, arguments);
}

/// All system calls of this thread while `watched` is 1 are made, and counted.
class CallCounter {
 public:
  CallCounter() {
    // By the bare system call: the library's own way back would be caught, too.
    struct {
      void (*handler)(int, siginfo_t*, void*);
      unsigned long flags;
      void (*restorer)();
      unsigned long mask;
    } action{on_call, SA_SIGINFO | 0x04000000u, gannet_test_return, 0};
    supported_ =
        ::syscall(SYS_rt_sigaction, SIGSYS, &action, nullptr, 8) == 0 &&
        ::prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, gannet_test_passing_begin,
                gannet_test_passing_end - gannet_test_passing_begin, &watched) == 0;
  }
  ~CallCounter() {
    watched = 0;
    if (supported_) ::prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
    ::signal(SIGSYS, SIG_DFL);
  }
  bool supported() const { return supported_; }

 private:
  bool supported_ = false;
};

class Market final : public WebSocketHandler {
 public:
  void on_open(Timestamp) noexcept override { open = true; }
  void on_text(std::string_view, Timestamp) noexcept override {
    ++ticks;
    if (account == nullptr) return;
    taken += account->send_text(order) ? 1u : 0u;
    taken += account->send_text(cancel) ? 1u : 0u;
  }
  void on_closed(const CloseReason&, Timestamp) noexcept override { closed = true; }

  WebSocketClient* account = nullptr;
  std::string order = std::string(280, 'o');
  std::string cancel = std::string(120, 'c');
  std::size_t ticks = 0;
  std::size_t taken = 0;
  bool open = false;
  bool closed = false;
};

class SocketCalls : public LoopbackTest {};

TEST_F(SocketCalls, OfATickAndItsOrderAreRecvAndSendAlone) {
  constexpr std::size_t kWarm = 200;
  constexpr std::size_t kTicks = 500;
  std::atomic<std::size_t> wanted = 0;
  const std::string tick = server_frame(0x81, std::string(300, 't'));
  RawTlsServer market_server(files, [&](RawTlsConnection& connection) {
    connection.accept_websocket();
    for (std::size_t sent = 0; sent < kWarm + kTicks; ++sent) {
      wanted.wait(sent);
      connection.write(tick);
    }
    connection.read_all();
  });
  std::atomic<std::size_t> bytes = 0;
  RawTlsServer account_server(files, [&](RawTlsConnection& connection) {
    connection.accept_websocket();
    for (std::string got = connection.read_some(); !got.empty(); got = connection.read_some())
      bytes += got.size();
  });
  loop.spin();
  const auto client_of = [&](const RawTlsServer& server, Market& handler_of) {
    auto made = WebSocketClient::make(
        loop, client_tls(), {.url = "wss://127.0.0.1:" + std::to_string(server.port()) + "/"},
        handler_of);
    EXPECT_TRUE(made);
    (*made)->connect();
    while (!handler_of.open && !handler_of.closed) loop.poll();
    return std::move(*made);
  };
  Market market;
  Market account_events;
  auto account = client_of(account_server, account_events);
  auto client = client_of(market_server, market);
  ASSERT_TRUE(market.open && account_events.open);
  market.account = account.get();

  const auto run_to = [&](std::size_t ticks) {
    for (std::size_t at = market.ticks; at < ticks; ++at) {
      // What the loop does between rounds (it may ask the system for new mask keys), and waking the
      // server's thread, is not the path's.
      const char was = watched;
      watched = 0;
      loop.poll();
      wanted = at + 1;
      wanted.notify_all();
      watched = was;
      while (market.ticks <= at) loop.poll_sockets();
    }
  };
  run_to(kWarm);
  CallCounter counter;
  if (!counter.supported()) GTEST_SKIP() << "this kernel has no system call dispatch";
  calls = {};
  watched = 1;
  run_to(kWarm + kTicks);
  watched = 0;
  std::array<std::uint32_t, 512> seen = calls;
  EXPECT_GE(seen[SYS_recvfrom], kTicks);
  EXPECT_EQ(seen[SYS_sendto], 2 * kTicks) << "the order, and what followed it";
  seen[SYS_recvfrom] = seen[SYS_sendto] = 0;
  for (std::size_t number = 0; number < seen.size(); ++number)
    EXPECT_EQ(seen[number], 0u) << "system call " << number;
  EXPECT_EQ(market.taken, 2 * (kWarm + kTicks));
  // Each frame has a head of 8 bytes, or of 6.
  const std::size_t expected = (kWarm + kTicks) * (280 + 8 + 120 + 6);
  while (bytes < expected) loop.poll();
  EXPECT_EQ(bytes, expected);
  client->cut("end");
  account->cut("end");
  while (!market.closed || !account_events.closed) loop.poll();
}

}  // namespace
}  // namespace gannet::net
