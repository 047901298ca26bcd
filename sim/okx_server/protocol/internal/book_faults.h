#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// Bends both sides of a book (best first) that a message of the channel is about to tell, if a
/// fault wants it. True: it did, and the next message must tell the truth again.
bool bend_book(ServerState& state, InstrumentId id, std::string_view channel,
               std::vector<BookLevel>& bids, std::vector<BookLevel>& asks);

/// What bbo-tbt says of the best price while the channels disagree.
void bend_best(ServerState& state, InstrumentId id, std::optional<BookLevel>& bid,
               std::optional<BookLevel>& ask);

/// OKX's checksum of a book (the algorithm it had until 2026-06): CRC-32 over the first 25 levels
/// of both sides in turn, as a signed number.
std::int32_t book_checksum(const Instrument& instrument, const std::vector<BookLevel>& bids,
                           const std::vector<BookLevel>& asks);

}  // namespace gannet::okx_server
