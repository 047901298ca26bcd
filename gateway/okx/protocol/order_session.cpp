#include "gateway/okx/protocol/order_session.h"

#include <algorithm>

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/error_codes.h"

namespace gannet::okx {

/// Events only (update interval 0): the regular repeats would only cost time. [PROTOCOL 5.5, 5.6]
constexpr std::array<OrderSession::ChannelRequest, 5> OrderSession::kChannels{{
    {"orders", "suborders",
     R"({"id":"suborders","op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})"},
    {"account", "subaccount",
     R"({"id":"subaccount","op":"subscribe","args":[{"channel":"account","extraParams":"{\"updateInterval\":\"0\"}"}]})"},
    {"positions", "subpositions",
     R"({"id":"subpositions","op":"subscribe","args":[{"channel":"positions","instType":"ANY","extraParams":"{\"updateInterval\":\"0\"}"}]})"},
    {"balance_and_position", "subcash",
     R"({"id":"subcash","op":"subscribe","args":[{"channel":"balance_and_position"}]})"},
    {"liquidation-warning", "subwarnings",
     R"({"id":"subwarnings","op":"subscribe","args":[{"channel":"liquidation-warning","instType":"ANY"}]})"},
}};
/// By fee tier: its refusal costs nothing, and nothing waits for it. [PROTOCOL 5.4]
constexpr OrderSession::ChannelRequest OrderSession::kFillHints{
    "fills", "subfills", R"({"id":"subfills","op":"subscribe","args":[{"channel":"fills"}]})"};

OrderSession::OrderSession(const Signer& signer, const AccountContext& context,
                           AccountListener& listener, SessionProblems& problems,
                           OrderSessionSettings settings)
    : AccountSession(signer, problems, settings, kChannels),
      context_(context),
      listener_(listener),
      in_flight_(settings.maximum_in_flight) {}

SendResult OrderSession::send(std::string_view frame, std::span<const Flight> flights,
                              Timestamp now) noexcept {
  if (!ready()) return SendResult::NotConnected;
  if (!in_flight_.has_room(flights.size())) return SendResult::QueueFull;
  if (!output()->send_text(frame)) return SendResult::QueueFull;
  in_flight_.add(flights, now + settings_.request_timeout);
  for (const Flight& flight : flights) counters_.wire.add(flight.request);
  return SendResult::Sent;
}

bool OrderSession::take_plain(std::string_view text, Timestamp now) noexcept {
  return decode_plain_order(text, context_, now, *this);
}

void OrderSession::on_login() noexcept {
  if (settings_.fill_hints) static_cast<void>(output()->send_text(kFillHints.message));
}

void OrderSession::watch_requests(Timestamp now) noexcept {
  counters_.timed_out_requests +=
      in_flight_.expire(now, [&](const Flight& flight) { report_unknown(flight, now); });
}

void OrderSession::lose_requests(Timestamp now) noexcept {
  counters_.lost_requests +=
      in_flight_.expire_all([&](const Flight& flight) { report_unknown(flight, now); });
}

bool OrderSession::take_error(const Frame& frame, std::int32_t code, Timestamp now) noexcept {
  const std::uint64_t id = positive_number(frame.id);
  if (in_flight_.count(id) > 0) {  // a request so wrong that the venue saw no operation in it
    answer_all(id, code, now);
    return true;
  }
  if (frame.id != kFillHints.id) return false;
  problems_.on_problem(ProblemKind::Refused, code, frame.message);
  return true;
}

void OrderSession::tell_connection(ConnectionState state, Timestamp now) noexcept {
  listener_.on_account_connection(state, now);
}

void OrderSession::tell_stop(std::int32_t code, std::string_view sentence) noexcept {
  problems_.on_problem(ProblemKind::Fatal, code, sentence);
}

void OrderSession::handle_reply(const Frame& frame, Timestamp now) noexcept {
  ++counters_.replies;
  const std::uint64_t id = positive_number(frame.id);
  const std::size_t count = in_flight_.count(id);
  const std::int32_t code = parse_code(frame.code);
  const DecodeStatus status = decode_reply(reader_, frame.has_data, items_);
  if (count != 0) measure_clock(frame, id, now);
  if (count == 0) {
    ++counters_.unmatched_replies;
    return;
  }
  if (!status) {
    // An answer that cannot be read: nobody knows what became of the request.
    count_bad(status.error(), "a reply to an order request");
    answer_all(id, -1, now);
    return;
  }
  if (items_.empty()) {
    answer_all(id, code == 0 ? -1 : code, now);  // success without an item says nothing
    if (code == kNotLoggedIn)
      restart("the venue no longer takes this connection for logged in", now);
    return;
  }
  // Items name their orders; those that do not are taken in the order of the request.
  for (std::size_t i = 0; i < items_.size(); ++i) {
    std::uint64_t match = 0;
    for (std::uint64_t j = id; j < id + count && match == 0; ++j) {
      const Flight* candidate = in_flight_.find(j);
      if (candidate != nullptr && names(items_[i], *candidate)) match = j;
    }
    // One that names an order which is not in the message says nothing about those that are.
    if (match == 0 && i < count) {
      const Flight* at_its_place = in_flight_.find(id + i);
      if (at_its_place != nullptr && !items_[i].client_id.valid() &&
          (!items_[i].venue_id.valid() || !at_its_place->venue_id.valid()))
        match = id + i;
    }
    const Flight* found = match == 0 ? nullptr : in_flight_.find(match);
    if (found == nullptr) continue;
    const Flight flight = *found;
    in_flight_.erase(match);
    ReplyItem item = items_[i];
    if (item.code == -1) item.code = code;  // no sCode: the frame's code speaks
    answer(match, flight, item, true, now);
  }
  answer_all(id, -1, now);  // whatever got no item
}

void OrderSession::measure_clock(const Frame& frame, std::uint64_t id, Timestamp now) noexcept {
  const std::optional<Timestamp> deadline = in_flight_.deadline_of(id);
  const std::uint64_t in = positive_number(frame.in_time);
  const std::uint64_t out = positive_number(frame.out_time);
  constexpr std::uint64_t kMost = 9'000'000'000'000'000;  // microseconds that fit as nanoseconds
  if (!deadline || in == 0 || out == 0 || in > kMost || out > kMost) return;
  const auto at = [](std::uint64_t micros) {
    return Timestamp{static_cast<std::int64_t>(micros) * 1'000};
  };
  const ClockSample sample{*deadline - settings_.request_timeout, at(in), at(out), now};
  constexpr Nanos kFarthest = seconds(86'400);  // beyond that it is no clock but a stray number
  const Nanos off = sample.offset();
  if (!sample.is_usable() || off > kFarthest || Nanos{-off.count} > kFarthest) return;
  if (!clock_sample_ || sample.round_trip() <= clock_sample_->round_trip()) clock_sample_ = sample;
}

void OrderSession::answer_all(std::uint64_t id, std::int32_t code, Timestamp now) noexcept {
  for (std::uint64_t j = id; j < id + kMaxBatch; ++j) {
    const Flight* found = in_flight_.find_of(j, id);
    if (found == nullptr) continue;
    const Flight flight = *found;
    in_flight_.erase(j);
    ReplyItem item;
    item.code = code;
    answer(j, flight, item, false, now);
  }
  if (rescue_ != nullptr) rescue_->rescue_done(now);
}

void OrderSession::answer(std::uint64_t id, const Flight& flight, const ReplyItem& item,
                          bool per_item, Timestamp now) noexcept {
  if (flight.request == ExecutionReport::Request::None) {  // no order's: nobody waits for it
    if (item.code != 0) problems_.on_problem(ProblemKind::Refused, item.code, "a mass cancel");
    return;
  }
  if (item.code != 0 && rescue_ != nullptr && rescue_->rescue(id, flight, item.code, now)) return;
  note_code(item.code);
  const Verdict verdict = judge(flight.request, item.code, per_item);
  ExecutionReport report = report_of(flight, context_.account, now);
  report.kind = verdict.kind;
  report.reason = verdict.reason;
  report.venue_code = item.code;
  if (item.venue_id.valid()) report.venue_id = item.venue_id;
  listener_.on_execution_report(report);
}

void OrderSession::report_unknown(const Flight& flight, Timestamp now) noexcept {
  if (flight.request == ExecutionReport::Request::None) return;
  ExecutionReport report = report_of(flight, context_.account, now);
  report.kind = ExecutionReport::Kind::OutcomeUnknown;
  report.reason = VenueReason::OutcomeUnknown;
  listener_.on_execution_report(report);
}

void OrderSession::note_code(std::int32_t code) noexcept {
  if (unlisted_.note(code)) problems_.on_problem(ProblemKind::Refused, code, kUnlistedCode);
}

void OrderSession::handle_push(const Frame& frame, Timestamp now) noexcept {
  from_snapshot_ = frame.event_type == "snapshot";
  DecodeStatus status;
  switch (frame.channel) {
    case Channel::Orders:
      status = decode_orders(reader_, OrderRow::Push, context_, now, *this);
      break;
    case Channel::Account:
      status = decode_account(reader_, context_, now, *this);
      break;
    case Channel::Positions:
      status = decode_positions(reader_, context_, now, *this);
      break;
    case Channel::BalanceAndPosition: {
      std::string_view why;
      from_snapshot_ = false;  // a page of it may be all there is
      status = decode_balance_and_position(reader_, context_, now, *this, *this, why);
      break;
    }
    case Channel::Fills:
      status = decode_fill_hints(reader_, context_, now, *this);
      break;
    case Channel::LiquidationWarning:
      status = decode_liquidation_warnings(reader_, context_, now, *this);
      break;
    default:
      count_ignored("data of a channel that was not asked for");
      status = reader_.finish();
      break;
  }
  if (!status) count_bad(status.error(), frame.channel_name);
}

void OrderSession::on_order(const DecodedOrder& order) noexcept {
  if (filter_ != nullptr && !filter_->is_news(*this, order.report)) return;
  if (!order.amend_failed) {
    listener_.on_execution_report(order.report);
    return;
  }
  // The amend had been accepted and failed later: the refusal first, then how the order stands.
  ExecutionReport refusal = order.report;
  refusal.kind = ExecutionReport::Kind::AmendRejected;
  refusal.request = ExecutionReport::Request::Amend;
  refusal.reason = classify_code(order.amend_code).reason;
  note_code(order.amend_code);
  refusal.venue_code = order.amend_code;
  refusal.has_fill = false;
  listener_.on_execution_report(refusal);
  ExecutionReport state = order.report;
  state.amend_id = 0;
  listener_.on_execution_report(state);
}

void OrderSession::on_bad_order(const ExecutionReport& ids, DecodeError error) noexcept {
  count_bad(error, "orders");
  // We know that something happened to this order, and not what: have it asked for.
  if (!ids.instrument.valid() || !ids.client_id.valid()) return;
  ExecutionReport report;
  report.kind = ExecutionReport::Kind::OutcomeUnknown;
  report.source = ExecutionReport::Source::Push;
  report.reason = VenueReason::OutcomeUnknown;
  report.account = ids.account;
  report.instrument = ids.instrument;
  report.client_id = ids.client_id;
  report.venue_id = ids.venue_id;
  report.own_tag = ids.own_tag;
  report.receive_time = ids.receive_time;
  listener_.on_execution_report(report);
}

void OrderSession::on_balance_row(const BalanceReport& balance) noexcept {
  listener_.on_balance(balance, from_snapshot_);
}
void OrderSession::on_bad_balance(DecodeError error) noexcept { count_bad(error, "account"); }
void OrderSession::on_position_row(const PositionReport& position) noexcept {
  listener_.on_position(position, from_snapshot_);
}
void OrderSession::on_bad_position(DecodeError error) noexcept { count_bad(error, "positions"); }

void OrderSession::on_cash_row(const CashReport& cash) noexcept { listener_.on_cash(cash); }
void OrderSession::on_bad_cash(DecodeError error) noexcept {
  count_bad(error, "balance_and_position");
}
void OrderSession::on_fill_hint_row(const FillHint& hint) noexcept { listener_.on_fill_hint(hint); }
void OrderSession::on_bad_fill_hint(DecodeError error) noexcept { count_bad(error, "fills"); }
void OrderSession::on_warning_row(const LiquidationWarning& warning) noexcept {
  listener_.on_liquidation_warning(warning);
}
void OrderSession::on_bad_warning(DecodeError error) noexcept {
  count_bad(error, "liquidation-warning");
}

}  // namespace gannet::okx
