#include "domain/order_book.h"

#include <algorithm>

namespace gannet {

template <Side side>
class OrderBook::Editor {
 public:
  Editor(SideLevels& book, std::size_t depth, std::uint64_t& unknown_deletes) noexcept
      : book_(book), depth_(depth), unknown_deletes_(unknown_deletes) {}

  void replace(std::span<const Level> best_first) noexcept {
    book_.begin = book_.end = 0;
    if (is_best_first(best_first)) {
      load(best_first.first(std::min(best_first.size(), depth_)));
    } else {
      update(best_first);
    }
  }

  void update(std::span<const Level> levels) noexcept {
    for (const Level& level : levels) set(level);
    if (has_lost_) overflow_ = is_in_window(lost_best_);
    if (book_.size() > depth_) book_.begin = book_.end - depth_;
  }

  bool overflow() const noexcept { return overflow_; }

 private:
  static bool is_worse(std::int64_t a, std::int64_t b) noexcept {
    return side == Side::Buy ? a < b : a > b;
  }

  /// Strictly ordered and without deletes: what every decent snapshot is.
  static bool is_best_first(std::span<const Level> levels) noexcept {
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (levels[i].quantity <= 0) return false;
      if (i > 0 && !is_worse(levels[i].price, levels[i - 1].price)) return false;
    }
    return true;
  }

  void load(std::span<const Level> best_first) noexcept {
    // Room on both sides: what comes and goes at the far end then moves few bytes too.
    book_.begin = kSlack / 2;
    book_.end = book_.begin + best_first.size();
    std::reverse_copy(best_first.begin(), best_first.end(), book_.levels.begin() + kSlack / 2);
  }

  void set(const Level& level) noexcept {
    const std::size_t i = find(level.price);
    const bool is_there = i < book_.end && book_.levels[i].price == level.price;
    if (level.quantity <= 0) {
      is_there ? erase(i) : static_cast<void>(++unknown_deletes_);
    } else if (is_there) {
      book_.levels[i] = level;
    } else {
      insert(i, level);
    }
  }

  /// The first level that is not worse than `price`. Most updates are near the best: those few are
  /// looked at one by one, the rest is halved.
  std::size_t find(std::int64_t price) const noexcept {
    constexpr std::size_t kNear = 8;
    std::size_t i = book_.end;
    const std::size_t stop = book_.size() > kNear ? book_.end - kNear : book_.begin;
    while (i > stop) {
      if (is_worse(book_.levels[i - 1].price, price)) return i;
      --i;
    }
    const auto first = book_.levels.begin() + static_cast<std::ptrdiff_t>(book_.begin);
    const auto last = book_.levels.begin() + static_cast<std::ptrdiff_t>(i);
    const auto found = std::lower_bound(
        first, last, price, [](const Level& l, std::int64_t p) { return is_worse(l.price, p); });
    return static_cast<std::size_t>(found - book_.levels.begin());
  }

  bool is_in_worse_half(std::size_t i) const noexcept { return i - book_.begin < book_.end - i; }

  void erase(std::size_t i) noexcept {
    Level* const levels = book_.levels.data();
    if (is_in_worse_half(i)) {
      std::copy_backward(levels + book_.begin, levels + i, levels + i + 1);
      ++book_.begin;
      return;
    }
    std::copy(levels + i + 1, levels + book_.end, levels + i);
    --book_.end;
  }

  void insert(std::size_t i, const Level& level) noexcept {
    Level* const levels = book_.levels.data();
    if (book_.end == SideLevels::kCapacity && book_.begin > 0) {
      i -= book_.begin;
      std::copy(levels + book_.begin, levels + book_.end, levels);
      book_.end -= book_.begin;
      book_.begin = 0;
    }
    if (book_.begin > 0 && is_in_worse_half(i)) {
      // A venue that keeps a window tells the next level at its far end with every delete.
      std::copy(levels + book_.begin, levels + i, levels + book_.begin - 1);
      --book_.begin;
      levels[i - 1] = level;
    } else if (book_.end < SideLevels::kCapacity) {
      std::copy_backward(levels + i, levels + book_.end, levels + book_.end + 1);
      levels[i] = level;
      ++book_.end;
    } else if (i == 0) {
      lose(level.price);
    } else {
      lose(levels[0].price);
      std::copy(levels + 1, levels + i, levels);
      levels[i - 1] = level;
    }
  }

  void lose(std::int64_t price) noexcept {
    if (!has_lost_ || is_worse(lost_best_, price)) lost_best_ = price;
    has_lost_ = true;
  }

  bool is_in_window(std::int64_t price) const noexcept {
    return book_.size() < depth_ || is_worse(book_.levels[book_.end - depth_].price, price);
  }

  SideLevels& book_;
  std::size_t depth_;
  std::uint64_t& unknown_deletes_;
  bool has_lost_ = false;
  std::int64_t lost_best_ = 0;  // the best of what found no room
  bool overflow_ = false;
};

namespace {

/// Price and quantity of a best level; nothing for an empty side.
struct Best {
  bool there = false;
  std::int64_t price = 0;
  std::int64_t quantity = 0;

  explicit Best(const Level* level) noexcept {
    if (level != nullptr) *this = Best(level->price, level->quantity);
  }
  friend bool operator==(const Best&, const Best&) noexcept = default;

 private:
  Best(std::int64_t p, std::int64_t q) noexcept : there(true), price(p), quantity(q) {}
};

}  // namespace

OrderBook::OrderBook(std::size_t depth) noexcept
    : depth_(std::clamp<std::size_t>(depth, 1, kMaxLevels)) {}

BookChange OrderBook::apply(const BookUpdate& update) noexcept {
  const Best bid_before(best_bid());
  const Best ask_before(best_ask());
  Editor<Side::Buy> bids(bids_, depth_, unknown_deletes_);
  Editor<Side::Sell> asks(asks_, depth_, unknown_deletes_);
  if (update.kind == BookUpdate::Kind::Snapshot) {
    bids.replace(update.bids);
    asks.replace(update.asks);
  } else {
    bids.update(update.bids);
    asks.update(update.asks);
  }
  sequence_ = update.sequence;
  exchange_time_ = update.exchange_time;
  receive_time_ = update.receive_time;
  return {.best_bid_changed = bid_before != Best(best_bid()),
          .best_ask_changed = ask_before != Best(best_ask()),
          .overflow = bids.overflow() || asks.overflow()};
}

void OrderBook::clear() noexcept {
  bids_.begin = bids_.end = 0;
  asks_.begin = asks_.end = 0;
  sequence_ = -1;
}

}  // namespace gannet
