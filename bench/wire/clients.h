#pragma once

#include <cstdint>
#include <string>

#include "bench/wire/tick_maker.h"

namespace gannet::bench {

/// What the bench's own clients of the probe venue are told. Each answers every tick with one limit
/// order at its best bid, for as long as the venue is there, then ends the process.
struct ClientTask {
  std::uint16_t port = 0;
  std::string ca_file{};
  TickMaker::Channel channel = TickMaker::Channel::Best;
  std::uint32_t instruments = 1;
};

/// As little as a client can do: OpenSSL, framing by hand, the price found by memory search and
/// copied into an order that was written beforehand. No book, no check, no memory of what it sent.
/// `spins`: polls its socket; else it sleeps in the kernel until there is something.
[[noreturn]] void run_floor(const ClientTask& task, bool spins);

/// The usual: Beast, one blocking socket for the market and one for orders, a document of JSON for
/// each message, and a book in `std::map` where there is one. No check and no memory either.
[[noreturn]] void run_beast(const ClientTask& task);

/// The subscription that both send.
std::string subscription(const ClientTask& task);

}  // namespace gannet::bench
