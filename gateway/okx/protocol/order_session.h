#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "domain/venue.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/account_session.h"
#include "gateway/okx/protocol/clock_filter.h"
#include "gateway/okx/protocol/decode_account.h"
#include "gateway/okx/protocol/decode_hints.h"
#include "gateway/okx/protocol/decode_order.h"
#include "gateway/okx/protocol/decode_position.h"
#include "gateway/okx/protocol/decode_reply.h"
#include "gateway/okx/protocol/error_codes.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/in_flight.h"

namespace gannet::okx {

using OrderSessionSettings = AccountSessionSettings;
using OrderSessionCounters = AccountSessionCounters;

class OrderSession;

/// Of two sessions that are told the same, one is heard.
class OrderPushFilter {
 public:
  /// False: the same push came by the other session already.
  virtual bool is_news(const OrderSession& session, const ExecutionReport& report) noexcept = 0;

 protected:
  ~OrderPushFilter() = default;
};

/// Asked about requests that the venue refused before their refusal is told: one that certainly was
/// not executed may be sent another way.
class RequestRescue {
 public:
  /// `id`: the element's. True: it is taken over, and its report comes from there.
  virtual bool rescue(std::uint64_t id, const Flight& flight, std::int32_t code,
                      Timestamp now) noexcept = 0;
  /// No more elements of this answer.
  virtual void rescue_done(Timestamp now) noexcept = 0;

 protected:
  ~RequestRescue() = default;
};

/// The private socket: account pushes, and orders with their replies. Requests are handed in as
/// encoded frames (AccountVenue makes them) and are watched until their reply, their time-out or
/// the connection's end: exactly one reply report each. Thread: reactor.
class OrderSession final : public AccountSession,
                           private OrderRows,
                           private BalanceRows,
                           private PositionRows,
                           private CashRows,
                           private FillHintRows,
                           private LiquidationWarningRows {
 public:
  OrderSession(const Signer& signer, const AccountContext& context, AccountListener& listener,
               SessionProblems& problems, OrderSessionSettings settings);

  /// Outlives the session's inputs, or is taken back (null).
  void set_rescue(RequestRescue* rescue) noexcept { rescue_ = rescue; }
  void set_push_filter(OrderPushFilter* filter) noexcept { filter_ = filter; }
  /// The best measurement of the venue's clock, by the times in its replies, since the last call.
  std::optional<ClockSample> take_clock_sample() noexcept {
    return std::exchange(clock_sample_, std::nullopt);
  }

  std::size_t in_flight() const noexcept override { return in_flight_.size(); }
  std::uint64_t unlisted_codes() const noexcept { return unlisted_.count(); }

  /// The id that the next request's frame must carry; `count` of them for a batch.
  std::uint64_t next_request_id() const noexcept { return in_flight_.next_id(); }
  /// Sends a frame made with next_request_id(), and watches for its reply. `flights`: what each
  /// element of the message asks, 1..kMaxBatch.
  SendResult send(std::string_view frame, std::span<const Flight> flights, Timestamp now) noexcept;

 private:
  // The decoders' rows.
  void on_order(const DecodedOrder& order) noexcept override;
  void on_bad_order(const ExecutionReport& ids, DecodeError error) noexcept override;
  void on_balance_row(const BalanceReport& balance) noexcept override;
  void on_bad_balance(DecodeError error) noexcept override;
  void on_position_row(const PositionReport& position) noexcept override;
  void on_bad_position(DecodeError error) noexcept override;
  void on_cash_row(const CashReport& cash) noexcept override;
  void on_bad_cash(DecodeError error) noexcept override;
  void on_fill_hint_row(const FillHint& hint) noexcept override;
  void on_bad_fill_hint(DecodeError error) noexcept override;
  void on_warning_row(const LiquidationWarning& warning) noexcept override;
  void on_bad_warning(DecodeError error) noexcept override;

  // AccountSession
  bool take_plain(std::string_view text, Timestamp now) noexcept override;
  void handle_push(const Frame& frame, Timestamp now) noexcept override;
  void handle_reply(const Frame& frame, Timestamp now) noexcept override;
  bool take_error(const Frame& frame, std::int32_t code, Timestamp now) noexcept override;
  void tell_connection(ConnectionState state, Timestamp now) noexcept override;
  void tell_alive(Timestamp now) noexcept override { listener_.on_account_alive(now); }
  void on_login() noexcept override;
  void watch_requests(Timestamp now) noexcept override;
  void lose_requests(Timestamp now) noexcept override;
  void tell_stop(std::int32_t code, std::string_view sentence) noexcept override;

  void measure_clock(const Frame& frame, std::uint64_t id, Timestamp now) noexcept;
  void answer_all(std::uint64_t id, std::int32_t code, Timestamp now) noexcept;
  void answer(std::uint64_t id, const Flight& flight, const ReplyItem& item, bool per_item,
              Timestamp now) noexcept;
  void report_unknown(const Flight& flight, Timestamp now) noexcept;
  void note_code(std::int32_t code) noexcept;

  static const std::array<ChannelRequest, 5> kChannels;
  static const ChannelRequest kFillHints;

  const AccountContext& context_;
  AccountListener& listener_;
  ReplyItems items_;
  InFlightTable in_flight_;
  OrderPushFilter* filter_ = nullptr;
  std::optional<ClockSample> clock_sample_;
  RequestRescue* rescue_ = nullptr;
  bool from_snapshot_ = false;
  UnlistedCodes unlisted_;
};

}  // namespace gannet::okx
