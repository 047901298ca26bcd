#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "domain/venue.h"
#include "engine/trading_core.h"
#include "risk/settings.h"
#include "simtest/journal.h"
#include "simtest/network.h"
#include "simtest/run_settings.h"
#include "simtest/venue.h"

namespace gannet::simtest {

/// Looks at everything that leaves the engine, everything it writes down and everything that really
/// happens, and says which invariant is broken first. Keeps the last events for whoever has to find
/// out why. It decides nothing.
class Watch final : public DiskJournal::Listener, public WireTap {
 public:
  Watch(Timestamp start, const std::function<void(std::string_view)>& trace)
      : start_(start), trace_(trace) {}

  void set_truth(const Truth& truth) noexcept { truth_ = &truth; }
  /// A person has killed, and nobody resumed: whatever the engine says of itself.
  void set_killed(bool killed) noexcept { killed_ = killed; }
  bool killed() const noexcept { return killed_; }
  /// The same of a part: what of it is not valid counts as all.
  void set_killed(const engine::ControlScope& part, bool killed) noexcept;
  const std::vector<engine::ControlScope>& killed_parts() const noexcept { return killed_parts_; }
  /// The newest of kill and resume that the journal holds is a kill.
  bool kill_is_on_disk() const noexcept { return kill_on_disk_; }
  bool kill_is_on_disk(const engine::ControlScope& part) const noexcept;
  /// The engine that lives now; null: none does.
  void set_core(const engine::TradingCore* core, const risk::RateLimits* limits) noexcept;
  void set_time(Timestamp now, std::uint64_t step) noexcept {
    now_ = now;
    step_ = step;
  }

  void note(std::string_view what, std::string_view text = {}) noexcept;
  void fail(std::string_view invariant, std::string what);
  /// More for whoever has to find out why; after a failure.
  void explain(std::string line) {
    if (violation_) violation_->last_events.push_back(std::move(line));
  }
  const std::optional<Violation>& violation() const noexcept { return violation_; }

  // ---- the engine's death, in the middle of whatever it does ----

  /// It dies after so many records and requests more.
  void die_after(std::uint64_t acts) noexcept { acts_left_ = acts + 1; }
  void revive() noexcept {
    is_dead_ = false;
    acts_left_ = 0;
  }
  bool is_dead() noexcept override { return is_dead_; }
  /// One act more is done. True: the engine is dead and it is not done any more.
  bool act() noexcept;

  // ---- what the engine sends ----

  enum class Bucket : std::uint8_t { Place, Amend, Cancel, PlaceBatch, AmendBatch, CancelBatch };
  void on_new_order(ClientOrderId id, InstrumentId instrument, Timestamp now) noexcept;
  void on_sent(Bucket bucket, InstrumentId instrument, std::size_t count) noexcept;
  /// What was sent last is in no journal any more: nobody can count it.
  void forget_sent() noexcept;
  void on_wire(Line line, Way way, std::string_view text) noexcept override;
  void on_rest(const HttpRequest& request) noexcept override;

  // ---- what it writes down ----

  void on_record(engine::RecordType type, std::span<const std::byte> payload,
                 Timestamp now) noexcept override;
  /// The journal lost its end: what is booked is read from it anew.
  void reread(const DiskJournal& journal);

  // ---- what really happens ----

  /// After every step.
  void look_at_truth(std::int64_t limit) noexcept;
  void forget_limits() noexcept { checks_limits_ = false; }

  std::uint64_t orders() const noexcept { return orders_; }
  std::uint64_t booked() const noexcept { return booked_count_; }
  std::uint64_t accepted() const noexcept { return accepted_; }
  std::uint64_t records_of(engine::RecordType type) const noexcept {
    return records_[static_cast<std::size_t>(type)];
  }

 private:
  static constexpr std::size_t kRemembered = 48;
  static constexpr std::size_t kTextMost = 240;
  struct Remembered {
    Nanos at;
    std::uint64_t step = 0;
    std::uint16_t size = 0;
    std::array<char, kTextMost> text{};
  };

  std::string say(const Remembered& event) const;
  bool is_booked_before(const engine::FillBookedRecord& fill);
  void note_command(std::span<const std::byte> payload) noexcept;
  void note_control(std::span<const std::byte> payload) noexcept;

  Timestamp start_;
  const std::function<void(std::string_view)>& trace_;
  const Truth* truth_ = nullptr;
  const engine::TradingCore* core_ = nullptr;
  const risk::RateLimits* limits_ = nullptr;
  Timestamp now_;
  std::uint64_t step_ = 0;
  std::optional<Violation> violation_;

  bool is_dead_ = false;
  std::uint64_t acts_left_ = 0;
  bool killed_ = false;
  std::vector<engine::ControlScope> killed_parts_;
  std::vector<engine::ControlScope> parts_on_disk_;
  bool kill_on_disk_ = false;

  std::unordered_set<std::uint64_t> journaled_;
  std::unordered_set<std::uint64_t> sent_ids_;
  std::unordered_set<Truth::MatchKey, Truth::MatchHash> booked_;
  std::uint64_t booked_count_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t orders_ = 0;
  bool checks_limits_ = true;
  std::array<std::array<std::deque<Timestamp>, kInstruments>, 6> windows_;
  std::array<std::uint64_t, 64> records_{};
  std::array<Remembered, kRemembered> events_;
  std::uint64_t noted_ = 0;
};

}  // namespace gannet::simtest
