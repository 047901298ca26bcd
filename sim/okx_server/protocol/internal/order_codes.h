#pragma once

#include <string>
#include <string_view>

#include "domain/instrument.h"
#include "sim/exchange.h"

namespace gannet::okx_server {

enum class Operation : std::uint8_t { Place, Amend, Cancel };

/// OKX's answer to one item of an operation.
struct Verdict {
  std::string code = "0";
  std::string message;
  std::string sub_code;

  bool ok() const noexcept { return code == "0"; }
};

/// The exchange's refusal in OKX's numbers. `off_tick_code`: see Settings.
Verdict verdict_of(sim::Refusal refusal, Operation operation, const Instrument& instrument,
                   sim::OrderType type, int off_tick_code);

}  // namespace gannet::okx_server
