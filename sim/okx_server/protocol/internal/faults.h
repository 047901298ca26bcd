#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sim/okx_server/protocol/fault_table.h"
#include "sim/random.h"

namespace gannet::okx_server {

/// Misbehaviour that was ordered: a rule or mode that is on, or an action about to be done.
struct Fault {
  using Kind = FaultKind;

  std::uint64_t id = 0;
  Kind kind = Kind::DropAck;
  std::string target;  ///< operation, channel, path, instrument or connection; "": any
  std::map<std::string, std::string, std::less<>> options;
  std::uint64_t left = 1;  ///< how often still; kAlways: no bound
  std::uint64_t nth = 1;   ///< every n-th occasion alone
  std::uint64_t seen = 0;  ///< occasions so far
  std::uint64_t taken = 0;
  double probability = 1;
  std::optional<Timestamp> until;

  static constexpr std::uint64_t kAlways = ~std::uint64_t{0};

  std::string_view text(std::string_view name, std::string_view otherwise = "") const noexcept;
  std::int64_t number(std::string_view name, std::int64_t otherwise) const noexcept;
  bool flag(std::string_view name, bool otherwise) const noexcept;
  /// A member in milliseconds, or with its unit ("2s", "150ms").
  Nanos duration(std::string_view name, Nanos otherwise) const noexcept;
};

/// A fault with its times: done or armed at `at`, and again `every` so often.
struct FaultOrder {
  Fault fault;
  Timestamp at;
  Nanos lasting;  ///< of rules and modes; 0: until spent or cleared
  Nanos every;    ///< 0: once
  std::uint64_t repeats = 1;
};

/// "2s", "150ms", "1.5s", "3m", "1h"; bare digits are milliseconds. Nothing if it is none of these
/// or longer than a year.
std::optional<Nanos> parse_duration(std::string_view text) noexcept;

/// Rules and modes that are on. Deterministic: chance comes from the seed.
class Faults {
 public:
  explicit Faults(std::uint64_t seed) noexcept : random_(seed ^ 0x6661756c74ull) {}

  /// False: there are too many.
  bool add(Fault fault, Timestamp now);
  void clear() {
    on_.clear();
    recount();
  }
  bool remove(std::uint64_t id);
  /// Ends what is over.
  void set_time(Timestamp now);

  /// Is any of these on? Cheap: asked for every frame.
  bool any(FaultKind kind) const noexcept { return armed_[index(kind)] > 0; }
  /// The first fault of that kind that hits the target, one use of it spent and counted.
  std::optional<Fault> take(FaultKind kind, std::string_view target);
  /// As `take`, for a connection: its path, its name, or "all".
  std::optional<Fault> take_for(FaultKind kind, std::string_view path, std::string_view name);
  /// A mode that is on for that target; null if none. Counted when `count` is said.
  const Fault* find(FaultKind kind, std::string_view target) const noexcept;
  const Fault* find_for(FaultKind kind, std::string_view path,
                        std::string_view name) const noexcept;
  void count(FaultKind kind) noexcept { ++counts_[index(kind)]; }

  const std::vector<Fault>& all() const noexcept { return on_; }
  /// How often each kind happened since the start.
  std::uint64_t happened(FaultKind kind) const noexcept { return counts_[index(kind)]; }
  sim::Random& random() noexcept { return random_; }

 private:
  static constexpr std::size_t kMost = 1000;
  static constexpr std::size_t index(FaultKind kind) noexcept {
    return static_cast<std::size_t>(kind);
  }
  template <class Hits>
  std::optional<Fault> take_if(FaultKind kind, Hits&& hits);
  void recount() noexcept;

  std::vector<Fault> on_;
  std::array<std::uint32_t, kFaultKinds> armed_{};
  std::array<std::uint64_t, kFaultKinds> counts_{};
  sim::Random random_;
};

}  // namespace gannet::okx_server
