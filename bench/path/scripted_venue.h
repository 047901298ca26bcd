#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fixed_vector.h"
#include "base/http_message.h"
#include "base/time.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::bench {

/// What becomes of the orders that the engine has written.
enum class Ending : std::uint8_t {
  Rest,  ///< they rest until the strategy cancels them
  Fill,  ///< they are filled at once, in two parts
};

/// The account side of a venue for one instrument, written after the documented shapes: keeps the
/// frames that the engine wrote, and makes the answers and pushes when it is asked for them. No
/// matching and no clock. Taking a frame neither allocates nor formats; making answers does, so it
/// stays outside of what is measured. One thread.
class ScriptedVenue final : public okx::SocketOutput, public okx::RestOutput {
 public:
  /// Followed by kTextPadding bytes, as the transport's are.
  struct Text {
    std::string bytes;
    std::size_t size = 0;
    std::string_view view() const noexcept { return {bytes.data(), size}; }
  };
  struct Request {
    std::uint64_t id = 0;
    std::string target;
  };

  ScriptedVenue(std::string_view instrument, std::string_view tag)
      : instrument_(instrument), tag_(tag) {}

  // What the sessions write.
  bool send_text(std::string_view text) noexcept override;
  void reconnect(std::string_view why) noexcept override;
  bool send_request(std::uint64_t id, HttpRequest request) noexcept override;

  /// From here on the next frame is stamped with the monotonic clock.
  void arm() noexcept { first_written_ = {}; }
  /// When the first frame since `arm` was handed over; zero: none was.
  Nanos first_written() const noexcept { return first_written_; }
  /// The frames written since the last `make_answers`.
  std::size_t frames() const noexcept { return frames_.size(); }
  std::string_view frame(std::size_t i) const noexcept { return frames_[i].view(); }

  /// Answers and pushes to everything written since the last call, in the venue's order; valid
  /// until the next call.
  const std::vector<Text>& make_answers(Ending ending, Timestamp now);
  /// REST questions since the last call.
  std::vector<Request> take_requests() { return std::exchange(requests_, {}); }
  HttpResponse answer(const Request& request, Timestamp now) const;

  std::uint64_t orders() const noexcept { return orders_; }
  std::uint64_t cancels() const noexcept { return cancels_; }
  std::uint64_t fills() const noexcept { return fills_; }
  /// Reconnects, frames that were not understood or found no room: 0, or the script is wrong.
  std::uint64_t surprises() const noexcept { return surprises_; }

 private:
  struct Frame {
    std::array<char, 1'024> bytes{};
    std::size_t size = 0;
    std::string_view view() const noexcept { return {bytes.data(), size}; }
  };
  struct Order {
    std::string client_id;
    std::string price;
    std::string quantity;
    std::uint64_t venue_id = 0;
  };

  void say(std::string text);
  void answer_place(std::string_view frame, Ending ending, Timestamp now);
  void answer_cancel(std::string_view frame, Timestamp now);
  void reply(std::string_view frame, std::string_view operation, const Order& order);
  void push(const Order& order, std::string_view progress, Timestamp now);
  std::string row(const Order& order, std::string_view progress, Timestamp now) const;

  std::string instrument_;
  std::string tag_;
  FixedVector<Frame, 16> frames_;
  Nanos first_written_;
  std::vector<Text> answers_;
  std::vector<Order> open_;
  std::vector<Request> requests_;
  std::uint64_t last_venue_id_ = 3'811'122'233'000'000'000;
  std::uint64_t last_trade_id_ = 771'200'000;
  std::uint64_t orders_ = 0;
  std::uint64_t cancels_ = 0;
  std::uint64_t fills_ = 0;
  std::uint64_t filled_orders_ = 0;
  std::uint64_t surprises_ = 0;
};

}  // namespace gannet::bench
