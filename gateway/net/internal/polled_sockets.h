#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gannet::net {

/// A socket that is probed by its loop instead of announced by the kernel.
class PolledSocket {
 public:
  /// Takes what has come, if anything, and tells it. Returns how many things were told.
  virtual std::size_t probe() noexcept = 0;
  /// Between rounds, where nobody waits: what may cost something.
  virtual void prepare() noexcept = 0;
  /// Writes what was held back for the end of an event (see WriteCork).
  virtual void write_corked() noexcept = 0;

 protected:
  ~PolledSocket() = default;
};

/// Holds back what the handling of one frame writes to a socket after its first text, until that
/// frame is done with: the first, an order that the frame gave rise to, is on the wire at once, and
/// what follows it (the cancel of an older one, say) costs its system call afterwards; or none at
/// all, where another frame is waiting, whose own first text takes it along. Thread: the loop's.
class WriteCork {
 public:
  WriteCork() { held_.reserve(64); }

  void begin_event() noexcept {
    ++event_;
    in_event_ = true;
  }
  /// `more`: another frame is here already. What was held back through one more event goes now.
  void end_event(bool more) noexcept {
    in_event_ = false;
    std::erase_if(held_, [&](const Held& held) {
      if (more && held.since == event_) return false;
      held.socket->write_corked();
      return true;
    });
  }
  /// Within an event, after the socket's first text of it.
  bool holds(std::uint64_t wrote_in) const noexcept { return in_event_ && wrote_in == event_; }
  std::uint64_t event() const noexcept { return event_; }
  void hold(PolledSocket& socket) { held_.push_back({&socket, event_}); }
  void forget(const PolledSocket& socket) noexcept {
    std::erase_if(held_, [&](const Held& held) { return held.socket == &socket; });
  }

 private:
  struct Held {
    PolledSocket* socket;
    std::uint64_t since;
  };
  std::vector<Held> held_;
  std::uint64_t event_ = 0;
  bool in_event_ = false;
};

/// The sockets that a busy loop probes, the urgent ones first. A socket may come and go within a
/// probe. Thread: the loop's.
class PolledSockets {
 public:
  PolledSockets() { entries_.reserve(64); }

  /// `every`: it has a turn once in so many rounds.
  void add(PolledSocket& socket, unsigned every) {
    every = std::max(every, 1u);
    const Entry entry{&socket, every, rounds_ - every};  // its turn is now
    const auto place = std::ranges::upper_bound(entries_, entry.every, {}, &Entry::every);
    if (probing_) {
      entries_.push_back(entry);  // in its place with the next round
      is_sorted_ = false;
    } else {
      entries_.insert(place, entry);
    }
  }
  void remove(const PolledSocket& socket) noexcept {
    for (Entry& entry : entries_) {
      if (entry.socket == &socket) entry.socket = nullptr;
    }
    has_gaps_ = true;
  }

  void prepare() noexcept {
    for (const Entry& entry : entries_) {
      if (entry.socket != nullptr) entry.socket->prepare();
    }
  }

  std::size_t probe() noexcept {
    tidy();
    ++rounds_;
    probing_ = true;
    std::size_t told = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      // While a more urgent one has something, the others wait: an acknowledgement does not come
      // before a tick. Not for long, though: it may be a fill.
      const std::uint64_t waited = rounds_ - entries_[i].probed;
      const bool gives_way = told != 0 && entries_[i].every > entries_.front().every;
      if (waited < entries_[i].every + (gives_way ? kMostPutOff : 0u)) continue;
      entries_[i].probed = rounds_;
      // One that has more to tell goes on before less urgent ones have their turn, within bounds.
      for (int again = 0; again < kMostInARow && entries_[i].socket != nullptr; ++again) {
        const std::size_t now = entries_[i].socket->probe();
        told += now;
        if (now == 0) break;
      }
    }
    probing_ = false;
    return told;
  }

 private:
  static constexpr int kMostInARow = 8;
  static constexpr unsigned kMostPutOff = 8;
  struct Entry {
    PolledSocket* socket;
    unsigned every;
    std::uint64_t probed;  ///< the round in which it was
  };

  void tidy() noexcept {
    if (has_gaps_) std::erase_if(entries_, [](const Entry& e) { return e.socket == nullptr; });
    has_gaps_ = false;
    if (!is_sorted_) std::ranges::stable_sort(entries_, {}, &Entry::every);
    is_sorted_ = true;
  }

  std::vector<Entry> entries_;
  std::uint64_t rounds_ = 0;
  bool probing_ = false;
  bool has_gaps_ = false;
  bool is_sorted_ = true;
};

}  // namespace gannet::net
