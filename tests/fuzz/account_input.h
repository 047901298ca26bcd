#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/okx/protocol/algo_rest.h"
#include "gateway/okx/protocol/algo_session.h"
#include "tests/support/plain_twin.h"
#include "unit/okx_protocol/account_side.h"

namespace gannet::test {

/// Everything that may take a byte string from the account's sockets and from answers to its
/// requests, behind one call. What the network says must never crash it. [SEC-08]
class AccountInput {
 public:
  AccountInput()
      : algos_(side_.signer, side_.context, side_.heard, side_.heard, {}),
        algo_rest_({&side_.signer, false}, side_.context, side_.terms, side_.heard, side_.heard,
                   side_.http, {}) {}

  void feed(std::string_view text) {
    side_.now = side_.now + milliseconds(10);
    if (!side_.rest->stop_reason().empty()) renew();
    if (side_.orders->state() != okx::OrderSession::State::Ready) begin();
    keep_in_flight();
    side_.say(text);
    const okx::testing::Text padded(text);
    // The reader without a parser says what the general one does, or nothing.
    if (twin_.order(padded.view(), side_.context) == PlainTwin::Verdict::Disagree) std::abort();
    algos_.on_text(padded.view(), side_.now);
    if (algos_.state() == okx::AlgoSession::State::Closed) algos_.on_open(side_.socket, side_.now);
    answer(text);
    side_.heard = {};
    side_.socket.sent.clear();
    side_.http.sent.clear();
  }
  std::uint64_t frames() const { return side_.orders->counters().frames; }

 private:
  void begin() {
    side_.orders->on_closed(side_.now);
    if (side_.orders->state() == okx::OrderSession::State::Stopped) renew();
    side_.connect();
  }
  /// What stopped for good begins anew, as a program would that was started again.
  void renew() {
    side_.venue.reset();  // it knows the session until it goes
    side_.orders = std::make_unique<okx::OrderSession>(side_.signer, side_.context, side_.heard,
                                                       side_.heard, okx::OrderSessionSettings{});
    side_.rest = std::make_unique<okx::RestSession>(
        okx::RestIdentity{&side_.signer, false}, side_.context, side_.terms, side_.heard,
        side_.heard, side_.http, okx::RestSessionSettings{});
    side_.venue = std::make_unique<okx::AccountVenue>(*side_.orders, *side_.rest, side_.context,
                                                      side_.terms, side_.heard);
  }
  void keep_in_flight() {
    if (side_.orders->in_flight() > 8) return;
    const PlaceRequest one = side_.place_request(17);
    const PlaceRequest two = side_.place_request(18);
    static_cast<void>(side_.venue->place(one, side_.now));
    const PlaceRequest both[] = {one, two};
    static_cast<void>(side_.venue->place_batch(both, side_.now));
  }
  /// The same text as the answer to a question and to a request by REST.
  void answer(std::string_view text) {
    static_cast<void>(side_.rest->query_order(side_.swap, {17}, {}, side_.now));
    static_cast<void>(side_.rest->request_snapshot(SnapshotKind::OpenOrders, 1, {}, side_.now));
    static_cast<void>(side_.rest->request_snapshot(SnapshotKind::Positions, 2, {}, side_.now));
    const auto asked = std::move(side_.http.sent);
    side_.http.sent.clear();
    for (const auto& [id, request] : asked) side_.answer(id, 200, std::string(text));
    side_.http.sent.clear();
    static_cast<void>(algo_rest_.request_list(1, side_.now));
    const auto listed = std::move(side_.http.sent);
    side_.http.sent.clear();
    for (const auto& [id, request] : listed) {
      HttpResponse response;
      response.status = 200;
      response.body = text;
      algo_rest_.on_response(id, response, side_.now);
    }
    side_.pass(milliseconds(1));
  }

  okx::testing::AccountSide side_;
  PlainTwin twin_;
  okx::AlgoSession algos_;
  okx::AlgoRest algo_rest_;
};

}  // namespace gannet::test
