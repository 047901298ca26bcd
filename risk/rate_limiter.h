#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/instrument_table.h"
#include "risk/settings.h"
#include "risk/window_count.h"

namespace gannet::risk {

/// Algo orders have buckets of their own; their batches (cancels alone) draw from the single
/// bucket.
enum class RequestKind : std::uint8_t { Place, Amend, Cancel, PlaceAlgo, AmendAlgo, CancelAlgo };
/// A batch of one element counts as Single (so does the venue).
enum class RequestForm : std::uint8_t { Single, Batch };
constexpr RequestForm form_of(std::size_t elements) noexcept {
  return elements > 1 ? RequestForm::Batch : RequestForm::Single;
}
/// Risk: kill, hold sweeps and risk actions; of cancels all that the venue's window allows, where
/// ordinary ones keep to burst and refill, and leave a reserve.
enum class RequestPriority : std::uint8_t { Normal, Risk };

/// Whether a new order or amend counts in the account's limit too. Not where the venue exempts it,
/// or where it has been counted: as an element of a batch of which it alone is left.
enum class RequestCounting : std::uint8_t { Account, InstrumentOnly };

/// One bucket by the generic cell rate algorithm. `burst` requests at once after a pause, one more
/// every `interval`; burst + window / interval <= limit, so that no sliding window holds more than
/// the limit. 32 bytes of state and two additions a request.
///
/// A refusal by the venue halves burst and rate, at most to an eighth: it counts more than we do,
/// or allows less. After `recovery` without another one they double again.
class RateBucket {
 public:
  static constexpr std::uint8_t kMostHalvings = 3;

  RateBucket() = default;
  /// Splits `limit` into burst and refill. A limit of one is one at a time, a window apart.
  RateBucket(const RateLimit& limit, std::uint32_t burst_ppm,
             Nanos recovery = seconds(30)) noexcept;

  /// When `count` more may go without touching the last `reserve` of the burst; `now` or earlier:
  /// at once. kNever when they exceed what the bucket can ever hold.
  Timestamp ready_at(std::uint32_t count, std::uint32_t reserve, Timestamp now) noexcept;
  void take(std::uint32_t count, Timestamp now) noexcept;
  /// Nothing left until a refill, and half of it from then on.
  void on_refusal(Timestamp now) noexcept;
  /// How many may go at once.
  std::uint32_t remaining(std::uint32_t reserve, Timestamp now) const noexcept;
  /// Unhalved.
  std::uint32_t burst() const noexcept { return burst_; }
  std::uint8_t halvings() const noexcept { return halvings_; }

  static constexpr Timestamp kNever{std::numeric_limits<std::int64_t>::max()};

 private:
  Timestamp full_at_;  // the theoretical arrival time: when the bucket would be whole again
  Nanos interval_{1};
  std::uint32_t burst_ = 0;
  std::uint8_t halvings_ = 0;
  Nanos recovery_;
  Timestamp halved_at_;     // last
  Timestamp halved_until_;  // unless refused again

  /// Undoes halvings that are over.
  void recover(Timestamp now) noexcept;
  std::uint32_t burst_now() const noexcept {
    const std::uint32_t burst = burst_ >> halvings_;
    return burst > 0 ? burst : 1;
  }
  Nanos interval_now() const noexcept { return {interval_.count << halvings_}; }
};

/// The venue's request limits, counted as the venue counts them (PRE-09): per instrument (options:
/// per family; rows of one name share), place, amend and cancel apart, single and batch apart; and
/// one account bucket for place + amend of everything but spot and margin. An acquisition takes
/// from all its buckets or from none.
///
/// Thread: one (the reactor). No allocation after construction. `now` must come from a clock that
/// is not stepped forward by hand: a jump would refill the buckets. A step back only makes it wait.
class RateLimiter {
 public:
  struct Decision {
    bool granted = false;
    Timestamp retry_at;  ///< when not granted: the earliest time it can be; kNever: never
  };

  RateLimiter(const RateLimits& limits, const InstrumentTable& instruments);

  /// `count`: the request's orders in this instrument (a batch over several instruments asks once
  /// per instrument). An instrument added after construction is refused for ever (kNever).
  Decision try_acquire(RequestKind kind, InstrumentId instrument, Timestamp now,
                       RequestPriority priority = RequestPriority::Normal, std::uint32_t count = 1,
                       RequestForm form = RequestForm::Single,
                       RequestCounting counting = RequestCounting::Account) noexcept;
  /// A request that another life of this process sent, in the order of their times: it counts at
  /// the venue as this one's do, granted or not.
  void charge(RequestKind kind, RequestForm form, InstrumentId instrument, Timestamp when,
              RequestCounting counting = RequestCounting::Account) noexcept;
  /// How many single (or batch) requests would be granted now: a strategy's remaining budget.
  std::uint32_t remaining(RequestKind kind, InstrumentId instrument, Timestamp now,
                          RequestPriority priority = RequestPriority::Normal,
                          RequestForm form = RequestForm::Single) const noexcept;
  /// The venue refused a request of ours as too many: believe it.
  void on_venue_refusal(RequestKind kind, InstrumentId instrument, Timestamp now,
                        RequestForm form = RequestForm::Single) noexcept;
  /// Likewise for the account's bucket.
  void on_venue_account_refusal(Timestamp now) noexcept { account_.on_refusal(now); }
  /// The account's limit as the venue tells it (fill-ratio tiers), this engine's share of it.
  void set_account_limit(std::uint32_t count) noexcept;
  /// Of the account's bucket: what a person sees.
  std::uint32_t account_remaining(Timestamp now) const noexcept {
    return account_.remaining(0, now);
  }
  std::uint8_t account_halvings() const noexcept { return account_.halvings(); }
  std::uint32_t account_burst() const noexcept { return account_.burst(); }
  /// Of the instrument's own single requests, after a pause: what `remaining` is measured by.
  std::uint32_t burst(RequestKind kind, InstrumentId instrument) const noexcept {
    const Member* const of = member(instrument);
    if (of == nullptr) return 0;
    return buckets_[of->group * kBuckets + slot(kind, RequestForm::Single)].burst();
  }

 private:
  static constexpr std::size_t kBuckets = 12;  // kind x form
  static constexpr std::size_t kCancels = 3;
  static constexpr std::uint32_t kNoGroup = static_cast<std::uint32_t>(-1);

  struct Member {
    std::uint32_t group = kNoGroup;
    bool counts_in_account = false;
  };

  static std::size_t slot(RequestKind kind, RequestForm form) noexcept {
    return static_cast<std::size_t>(kind) * 2 + static_cast<std::size_t>(form);
  }
  /// Null: not a cancel.
  const WindowCount* cancels(RequestKind kind, RequestForm form,
                             std::uint32_t group) const noexcept;
  WindowCount* cancels(RequestKind kind, RequestForm form, std::uint32_t group) noexcept {
    return const_cast<WindowCount*>(std::as_const(*this).cancels(kind, form, group));
  }
  std::uint32_t reserve(RequestKind kind, RequestForm form,
                        RequestPriority priority) const noexcept;
  const Member* member(InstrumentId instrument) const noexcept;

  std::vector<Member> members_;       // by instrument
  std::vector<RateBucket> buckets_;   // [group][kind x form]
  std::vector<WindowCount> cancels_;  // [group][single, batch, algo]: of all priorities
  RateLimits limits_;                 // as given, less what others' shares are
  RateBucket account_;
  std::uint32_t cancel_reserve_ = 0;
  std::uint32_t cancel_batch_reserve_ = 0;
  std::uint32_t cancel_algo_reserve_ = 0;
};

}  // namespace gannet::risk
