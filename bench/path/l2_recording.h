#pragma once

#include <cstdint>
#include <string>

namespace gannet::bench {

/// Writes a recording of a made-up BTC-USDT-SWAP market after the documented shapes: books-l2-tbt
/// (400 levels a side, then updates), trades, mark and index price. Its mix is that of the real
/// books-l2-tbt session of 2022 in our recordings: 2.7 levels an update, 280 bytes a line, a trade
/// for eight updates; a hundred messages a second. The same seed writes the same bytes.
/// False: the file cannot be written.
bool write_l2_recording(const std::string& path, std::uint64_t messages, std::uint64_t seed);

}  // namespace gannet::bench
