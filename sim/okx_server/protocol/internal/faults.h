#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sim/okx_server/protocol/server_io.h"

namespace gannet::okx_server {

/// Misbehaviour ordered by `POST /sim/v1/faults` and not yet spent.
struct Fault {
  enum class Kind : std::uint8_t {
    DropAck,        ///< the operation happens, its reply is lost
    DropRequest,    ///< the operation is lost on its way in
    LateAck,        ///< pushes go first, the reply after `delay`
    RejectCode,     ///< refuse with `code`, without doing it
    DuplicatePush,  ///< the push goes out twice
    DelayPush,      ///< the push goes out after `delay`
    DropPush,       ///< the push is lost
    HttpStatus,     ///< answer with that status and a body that is no JSON
    CutOnOpen,      ///< every new connection of that sort is cut at once
  };
  Kind kind = Kind::DropAck;
  std::string target;  ///< operation, channel, path or connection; "": any
  std::string code;
  int status = 0;
  std::uint64_t left = 1;  ///< how often still
  Nanos delay;
};

class Faults {
 public:
  void add(Fault fault) {
    if (faults_.size() < kMost) faults_.push_back(std::move(fault));
  }
  void clear() { faults_.clear(); }
  const std::vector<Fault>& all() const noexcept { return faults_; }

  /// The first fault of that kind for that target, one use of it spent.
  std::optional<Fault> take(Fault::Kind kind, std::string_view target) {
    for (std::size_t i = 0; i < faults_.size(); ++i) {
      Fault& fault = faults_[i];
      if (fault.kind != kind || (!fault.target.empty() && fault.target != target)) continue;
      Fault taken = fault;
      if (--fault.left == 0) faults_.erase(faults_.begin() + static_cast<std::ptrdiff_t>(i));
      return taken;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kMost = 1000;
  std::vector<Fault> faults_;
};

}  // namespace gannet::okx_server
