#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/instrument_table.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::okx {

/// Learns from recorded messages what instruments there are and how many decimals their prices and
/// quantities need, for tools that read a recording without the venue's list beside it. What it
/// makes is enough to decode and to print, not to trade: no limits, no contract values. Cold path.
class InstrumentLearner {
 public:
  /// Reads a message whole; what cannot be read teaches nothing. `text` as FrameReader::read.
  void see(std::string_view text) noexcept;

  /// Enters every instrument that is not in the tables yet, in order of first sight, and every
  /// currency seen.
  void add_to(InstrumentTable& instruments, InstrumentCodes& codes,
              CurrencyTable& currencies) const;

 private:
  struct Seen {
    std::string name;
    std::string type;  // instType, "" if never stated
    int price_decimals = 0;
    int quantity_decimals = 0;
  };
  struct Row;  // one object while its fields come by

  Seen& entry(std::string_view name);

  FrameReader reader_;
  std::vector<Seen> seen_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::string> currencies_;
};

}  // namespace gannet::okx
