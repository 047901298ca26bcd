#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"

namespace gannet::net {

/// Where one host is, over all attempts to reach it: names are looked up anew for every attempt,
/// and when the look-up fails or is late, the addresses that it gave last serve on (KILL-07).
/// Attempts begin at `first`, which moves on when an address fails, so that one that swallows every
/// packet is not the only one ever tried. Thread: the loop's.
class AddressBook {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;

  /// `first`: several connections to one host begin at different addresses, where it has several.
  explicit AddressBook(std::size_t first, Nanos lookup_timeout = seconds(2))
      : first_(first), lookup_timeout_(lookup_timeout) {}

  /// The answer of a look-up, in its order of preference: replaces what was known.
  void learn(std::span<const Endpoint> answer);
  bool knows_any() const noexcept { return !known_.empty(); }
  /// All known addresses in the order to try them: those of the preferred family first, from
  /// `first` on.
  std::vector<Endpoint> in_order() const;
  void on_failed() noexcept { ++first_; }

  /// How long a look-up may take while older addresses are known.
  Nanos lookup_timeout() const noexcept { return lookup_timeout_; }

  std::string connected_to;  ///< for the log; "" before the first connection

 private:
  std::vector<Endpoint> known_;  // of the preferred family first; sorted within it
  std::size_t preferred_ = 0;    // how many those are
  std::size_t first_;
  Nanos lookup_timeout_;
};

}  // namespace gannet::net
