#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kill/https.h"
#include "kill/options.h"

namespace gannet::kill {

struct OpenOrder {
  std::string id;          ///< the venue's number
  std::string instrument;  ///< its name
  std::string tag;
  std::string text;  ///< for people
  std::string side;  ///< "buy" or "sell"
  std::string leg;   ///< "net", "long", "short"
  bool algo = false;
  bool reduces = false;  ///< it can only make a position smaller
};

struct OpenPosition {
  std::string instrument;
  std::string leg;
  std::string quantity;  ///< as the venue says it
  bool is_long = false;
};

/// How a question to the venue ended, after all tries.
enum class Answer {
  Good,
  Refused,   ///< the key, or we: trying again is no use
  TimedOut,  ///< no usable answer until the end of our time
};

/// The venue's REST API as far as a kill needs it: own signature, own reading. Every call tries
/// again after what passes (time-outs, 5xx, rate limits, garbage, a clock that is off), until
/// `until`; what it asks may all be asked twice without harm. One thread.
class Account {
 public:
  Account(const Options& options, Clock::time_point until);

  /// The venue's clock, and whether the key works.
  Answer begin();
  /// All pages of all lists; `orders` is whole or the answer is not Good.
  Answer list_orders(std::vector<OpenOrder>& orders);
  /// The plain ones alone.
  Answer list_plain(std::vector<OpenOrder>& orders);
  Answer list_positions(std::vector<OpenPosition>& positions);
  /// What was taken; what was not shows in the next list.
  Answer cancel(std::span<const OpenOrder> orders);
  /// Untagged: everybody's.
  Answer arm_timer(int seconds);

  const std::string& error() const { return error_; }
  int requests() const { return requests_; }
  int retries() const { return retries_; }

 private:
  struct Page;
  Answer ask(std::string_view method, const std::string& path, const std::string& body, Page& page);
  Answer list_pages(const std::string& path, std::string_view id_key, bool algo,
                    std::vector<OpenOrder>& orders);
  void learn_clock();
  std::string sign(std::string_view time, std::string_view method, std::string_view path,
                   std::string_view body) const;

  const Options& options_;
  Clock::time_point until_;
  Https https_;
  std::int64_t clock_offset_ms_ = 0;  // venue minus ours
  std::string error_;
  int requests_ = 0;
  int retries_ = 0;
};

/// UTC as "2026-11-23T09:08:57.715Z", from milliseconds since the Unix epoch.
std::string iso_time(std::int64_t unix_ms);
/// Base64 of HMAC-SHA256.
std::string hmac_base64(std::string_view key, std::string_view text);

}  // namespace gannet::kill
