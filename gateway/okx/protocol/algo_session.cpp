#include "gateway/okx/protocol/algo_session.h"

namespace gannet::okx {

constexpr std::array<AlgoSession::ChannelRequest, 2> AlgoSession::kChannels{{
    {"orders-algo", "subalgos",
     R"({"id":"subalgos","op":"subscribe","args":[{"channel":"orders-algo","instType":"ANY"}]})"},
    {"algo-advance", "subadvanced",
     R"({"id":"subadvanced","op":"subscribe","args":[{"channel":"algo-advance","instType":"ANY"}]})"},
}};

AlgoSession::AlgoSession(const Signer& signer, const AccountContext& context,
                         AccountListener& listener, SessionProblems& problems,
                         const AccountSessionSettings& settings)
    : AccountSession(signer, problems, settings, kChannels),
      context_(context),
      listener_(listener) {}

void AlgoSession::handle_push(const Frame& frame, Timestamp now) noexcept {
  const bool is_ours =
      frame.channel == Channel::OrdersAlgo || frame.channel == Channel::AlgoAdvance;
  const DecodeStatus status =
      is_ours ? decode_algos(reader_, ExecutionReport::Source::Push, context_, now, *this)
              : reader_.finish();
  if (!is_ours) count_ignored("data of a channel that was not asked for");
  if (!status) count_bad(status.error(), "a frame about algo orders");
}

void AlgoSession::on_algo_row(const AlgoReport& report) noexcept {
  listener_.on_algo_report(report);
}

void AlgoSession::on_bad_algo(const AlgoReport& ids, DecodeError error) noexcept {
  count_bad(error, "a row about an algo order");
  // Something happened to this order, and we do not know what: have it asked for.
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

/// Without it algo orders are told by the lists alone: a loss of time, not of truth. The order
/// session stops the engine for what is wrong with the key.
void AlgoSession::tell_stop(std::int32_t code, std::string_view /*sentence*/) noexcept {
  problems_.on_problem(ProblemKind::Refused, code, "algo order channels: not asked for any more");
}

}  // namespace gannet::okx
