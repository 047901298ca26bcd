#include "risk/rate_limiter.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace gannet::risk {
namespace {

std::uint32_t part_of(std::uint32_t count, std::uint32_t ppm) noexcept {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(count) * ppm / 1'000'000);
}

/// Rounded up: a reserve of nothing is none.
std::uint32_t reserve_of(const RateLimit& limit, std::uint32_t ppm,
                         const RateBucket& bucket) noexcept {
  const auto reserve = static_cast<std::uint32_t>(
      (static_cast<std::uint64_t>(limit.count) * ppm + 999'999) / 1'000'000);
  // One is left for ordinary cancels, however small the bucket.
  return std::min(reserve, bucket.burst() > 0 ? bucket.burst() - 1 : 0);
}

/// The account's bucket counts ordinary new orders and amends alone.
bool counts_new_orders(RequestKind kind) noexcept {
  return kind == RequestKind::Place || kind == RequestKind::Amend;
}

/// This engine's part, where several run on one account; one at least.
RateLimit share_of(const RateLimit& limit, std::uint32_t share_ppm) noexcept {
  return {std::max<std::uint32_t>(part_of(limit.count, share_ppm), 1), limit.window};
}

RateLimits shared(RateLimits limits) noexcept {
  for (RateLimit* limit : {&limits.place, &limits.place_batch, &limits.amend, &limits.amend_batch,
                           &limits.cancel, &limits.cancel_batch, &limits.place_algo,
                           &limits.amend_algo, &limits.cancel_algo, &limits.account})
    *limit = share_of(*limit, limits.share_ppm);
  return limits;
}

}  // namespace

RateBucket::RateBucket(const RateLimit& limit, std::uint32_t burst_ppm, Nanos recovery) noexcept
    : recovery_(recovery) {
  const std::uint32_t count = std::max<std::uint32_t>(limit.count, 1);
  const std::int64_t window = std::max<std::int64_t>(limit.window.count, 1);
  burst_ = std::clamp<std::uint32_t>(part_of(count, burst_ppm), 1, std::max(count - 1, 1u));
  const std::uint32_t refill = count - burst_;
  // Rounded up, so that the refill of one window is never more than planned. With nothing to refill
  // (a limit of one) the next is due when the window has passed.
  interval_ = refill > 0 ? Nanos{(window + refill - 1) / refill} : Nanos{window + 1};
}

void RateBucket::recover(Timestamp now) noexcept {
  while (halvings_ > 0 && now >= halved_until_) {
    --halvings_;
    halved_until_ = halved_until_ + recovery_;
  }
}

Timestamp RateBucket::ready_at(std::uint32_t count, std::uint32_t reserve, Timestamp now) noexcept {
  if (halvings_ > 0) recover(now);
  if (count > burst_ - std::min(reserve, burst_)) return kNever;
  const std::uint32_t burst = burst_now();
  const Nanos interval = interval_now();
  // While halved, a batch larger than the burst goes when the bucket is whole; the reserve is
  // halved with it, and leaves one to ordinary requests.
  const std::uint32_t kept = std::min(reserve >> halvings_, burst - 1);
  const std::uint32_t asked = std::min(count, burst - kept);
  // Further ahead than a whole burst can only be a clock that stepped back: an empty bucket now.
  full_at_ = std::min(full_at_, now + interval * std::max(burst, burst_));
  const Timestamp full_after = std::max(full_at_, now) + interval * asked;
  return full_after - interval * (burst - kept);
}

void RateBucket::take(std::uint32_t count, Timestamp now) noexcept {
  full_at_ = std::max(full_at_, now) + interval_now() * count;
}

void RateBucket::on_refusal(Timestamp now) noexcept {
  recover(now);
  // Refusals of one burst come together: they are one.
  const bool is_same = halvings_ > 0 && now - halved_at_ < seconds(1);
  if (!is_same) {
    halved_at_ = now;
    if (halvings_ < kMostHalvings) ++halvings_;
  }
  halved_until_ = now + recovery_;
  full_at_ = now + interval_now() * burst_now();
}

std::uint32_t RateBucket::remaining(std::uint32_t reserve, Timestamp now) const noexcept {
  RateBucket as_of = *this;
  as_of.recover(now);
  const std::uint32_t burst = as_of.burst_now();
  const Nanos interval = as_of.interval_now();
  const std::uint32_t kept = reserve == 0 ? 0 : std::min(reserve >> as_of.halvings_, burst - 1);
  const Nanos ahead = std::min(std::max(full_at_, now) - now, interval * burst);
  const Nanos room = interval * (burst - kept) - ahead;
  return room.count <= 0 ? 0 : static_cast<std::uint32_t>(room.count / interval.count);
}

RateLimiter::RateLimiter(const RateLimits& given, const InstrumentTable& instruments)
    : limits_(shared(given)), account_(limits_.account, limits_.burst_ppm, limits_.recovery) {
  const RateLimits& limits = limits_;
  const auto bucket_of = [&limits](const RateLimit& limit) {
    return RateBucket(limit, limits.burst_ppm, limits.recovery);
  };
  const RateBucket fresh[kBuckets] = {
      bucket_of(limits.place),       bucket_of(limits.place_batch), bucket_of(limits.amend),
      bucket_of(limits.amend_batch), bucket_of(limits.cancel),      bucket_of(limits.cancel_batch),
      bucket_of(limits.place_algo),  bucket_of(limits.place_algo),  bucket_of(limits.amend_algo),
      bucket_of(limits.amend_algo),  bucket_of(limits.cancel_algo), bucket_of(limits.cancel_algo)};
  cancel_reserve_ = reserve_of(limits.cancel, limits.cancel_reserve_ppm,
                               fresh[slot(RequestKind::Cancel, RequestForm::Single)]);
  cancel_batch_reserve_ = reserve_of(limits.cancel_batch, limits.cancel_reserve_ppm,
                                     fresh[slot(RequestKind::Cancel, RequestForm::Batch)]);
  cancel_algo_reserve_ = reserve_of(limits.cancel_algo, limits.cancel_reserve_ppm,
                                    fresh[slot(RequestKind::CancelAlgo, RequestForm::Single)]);
  std::unordered_map<std::string, std::uint32_t> groups;
  members_.reserve(instruments.size());
  for (const Instrument& instrument : instruments) {
    const bool is_option = instrument.kind == InstrumentKind::Option;
    std::string key(is_option ? instrument.family.view() : instrument.name.view());
    if (is_option) key += '/';  // a family may be named like an instrument
    const auto [it, is_new] =
        groups.try_emplace(key, static_cast<std::uint32_t>(buckets_.size() / kBuckets));
    if (is_new) {
      buckets_.insert(buckets_.end(), std::begin(fresh), std::end(fresh));
      for (const RateLimit& limit : {limits.cancel, limits.cancel_batch, limits.cancel_algo})
        cancels_.emplace_back(limit);
    }
    members_.push_back({it->second, is_derivative(instrument.kind)});
  }
}

RateLimiter::Decision RateLimiter::try_acquire(RequestKind kind, InstrumentId instrument,
                                               Timestamp now, RequestPriority priority,
                                               std::uint32_t count, RequestForm form,
                                               RequestCounting counting) noexcept {
  const Member* const of = member(instrument);
  if (of == nullptr) return {false, RateBucket::kNever};
  RateBucket& bucket = buckets_[of->group * kBuckets + slot(kind, form)];
  const bool counts_in_account =
      counts_new_orders(kind) && of->counts_in_account && counting == RequestCounting::Account;
  Timestamp ready = bucket.ready_at(count, reserve(kind, form, priority), now);
  if (counts_in_account) ready = std::max(ready, account_.ready_at(count, 0, now));
  WindowCount* const window = cancels(kind, form, of->group);
  if (window != nullptr) {
    const Timestamp whole = window->ready_at(count, now);
    ready = priority == RequestPriority::Risk ? whole : std::max(ready, whole);
  }
  if (ready > now) return {false, ready};
  if (window != nullptr) window->take(count, now);
  bucket.take(count, now);
  if (counts_in_account) account_.take(count, now);
  return {true, {}};
}

void RateLimiter::charge(RequestKind kind, RequestForm form, InstrumentId instrument,
                         Timestamp when, RequestCounting counting) noexcept {
  const Member* const of = member(instrument);
  if (of == nullptr) return;
  buckets_[of->group * kBuckets + slot(kind, form)].take(1, when);
  if (WindowCount* const window = cancels(kind, form, of->group)) window->take(1, when);
  if (counts_new_orders(kind) && of->counts_in_account && counting == RequestCounting::Account)
    account_.take(1, when);
}

std::uint32_t RateLimiter::remaining(RequestKind kind, InstrumentId instrument, Timestamp now,
                                     RequestPriority priority, RequestForm form) const noexcept {
  const Member* const of = member(instrument);
  if (of == nullptr) return 0;
  const RateBucket& bucket = buckets_[of->group * kBuckets + slot(kind, form)];
  std::uint32_t own = bucket.remaining(reserve(kind, form, priority), now);
  if (const WindowCount* const window = cancels(kind, form, of->group)) {
    const std::uint32_t whole = window->remaining(now);
    own = priority == RequestPriority::Risk ? whole : std::min(own, whole);
  }
  if (!counts_new_orders(kind) || !of->counts_in_account) return own;
  return std::min(own, account_.remaining(0, now));
}

void RateLimiter::on_venue_refusal(RequestKind kind, InstrumentId instrument, Timestamp now,
                                   RequestForm form) noexcept {
  if (const Member* const of = member(instrument)) {
    buckets_[of->group * kBuckets + slot(kind, form)].on_refusal(now);
    if (WindowCount* const window = cancels(kind, form, of->group)) window->on_refusal(now);
  }
}

const WindowCount* RateLimiter::cancels(RequestKind kind, RequestForm form,
                                        std::uint32_t group) const noexcept {
  if (kind == RequestKind::CancelAlgo) return &cancels_[group * kCancels + 2];
  if (kind != RequestKind::Cancel) return nullptr;
  return &cancels_[group * kCancels + (form == RequestForm::Batch ? 1 : 0)];
}

void RateLimiter::set_account_limit(std::uint32_t count) noexcept {
  const RateLimit limit = share_of({count, limits_.account.window}, limits_.share_ppm);
  if (limit.count == limits_.account.count) return;
  limits_.account.count = limit.count;
  account_ = RateBucket(limit, limits_.burst_ppm, limits_.recovery);
}

std::uint32_t RateLimiter::reserve(RequestKind kind, RequestForm form,
                                   RequestPriority priority) const noexcept {
  if (priority == RequestPriority::Risk) return 0;
  if (kind == RequestKind::CancelAlgo) return cancel_algo_reserve_;
  if (kind != RequestKind::Cancel) return 0;
  return form == RequestForm::Single ? cancel_reserve_ : cancel_batch_reserve_;
}

const RateLimiter::Member* RateLimiter::member(InstrumentId instrument) const noexcept {
  return instrument.value < members_.size() ? &members_[instrument.value] : nullptr;
}

}  // namespace gannet::risk
