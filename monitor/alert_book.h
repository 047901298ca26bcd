#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "monitor/alert.h"

namespace gannet::monitor {

/// What routes are to tell of one alert.
struct AlertNews {
  enum class What : std::uint8_t { Fired, Repeated, Resolved };
  What what = What::Fired;
  Alert alert;
  std::uint64_t count = 0;  ///< how often it happened that no news has told yet
};

/// All alerts that fire, one entry a fingerprint, however often it happens: the first time is told
/// at once, the repeats are counted and told in a digest, and the counts of all news of an alert
/// add up to what happened. [MON-10] Bounded: when kMost entries fire, what is new is grouped, one
/// entry a rule. Values in, values out. Thread: one.
class AlertBook {
 public:
  static constexpr std::size_t kMost = 512;

  explicit AlertBook(Nanos digest_interval) : digest_interval_(digest_interval) {}

  /// It happened so many times: an event, which is over as soon as it was.
  void happen(const AlertRule& rule, const AlertLabels& labels, std::string detail,
              std::uint64_t times, Moment now);
  /// A condition became true, and stays so until `end` with what this returns.
  std::uint64_t begin(const AlertRule& rule, const AlertLabels& labels, std::string detail,
                      Moment now);
  void end(std::uint64_t fingerprint, Moment now);
  /// What the condition looks like now, for the next news and for who asks.
  void refresh(std::uint64_t fingerprint, std::string detail);

  /// Ends what has been quiet long enough, tells the repeats that are due.
  void work(Moment now);
  std::vector<AlertNews> take_news();

  /// That fire now, the worst and oldest first.
  std::vector<Alert> firing() const;
  std::array<std::uint64_t, kSeverities> firing_by_severity() const noexcept;
  /// How often each rule's alerts began.
  const std::map<std::string, std::uint64_t>& raised() const noexcept { return raised_; }

 private:
  struct Entry {
    Alert alert;
    Nanos quiet_for;
    Nanos last_true;
    Nanos last_told;
    std::uint64_t conditions = 0;  ///< that are true now
    std::uint64_t untold = 0;
  };

  Entry& entry_of(const AlertRule& rule, const AlertLabels& labels, std::string detail,
                  std::uint64_t times, Moment now);
  void tell(Entry& entry, AlertNews::What what, Moment now);

  Nanos digest_interval_;
  std::map<std::uint64_t, Entry> entries_;
  std::vector<AlertNews> news_;
  std::map<std::string, std::uint64_t> raised_;
};

}  // namespace gannet::monitor
