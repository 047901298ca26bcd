#include "sim/okx_server/protocol/internal/step_control.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/cancel_all_after.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/rsi_start.h"

namespace gannet::okx_server {
namespace {

constexpr std::int64_t kLongestStepMs = 86'400'000;
/// What is due between two slices is told, and triggered orders act, at the end of the slice.
constexpr Nanos kSlice = milliseconds(10);

HttpResponse answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

HttpResponse complaint(std::string_view text) {
  std::string body;
  JsonWriter(body).begin_object().field("error", text).end_object();
  return answer(400, std::move(body));
}

/// The next multiple of a slice: where slices end depends on the time alone, not on the steps.
Nanos end_of_slice(Nanos stepped) noexcept {
  return {(stepped.count / kSlice.count + 1) * kSlice.count};
}

}  // namespace

HttpResponse step(ServerState& state, const HttpRequest& request) {
  if (!state.settings.step_mode) return complaint("not in step mode: start with --step");
  simdjson::dom::element root;
  if (state.parser.parse(request.body.data(), request.body.size(), true).get(root) !=
      simdjson::SUCCESS) {
    return complaint("the body is not JSON");
  }
  const auto members = as_object(root);
  const auto ms = members ? integer_member(*members, "ms") : std::nullopt;
  if (!ms || *ms < 1 || *ms > kLongestStepMs) return complaint("ms: want 1..86400000");
  const Nanos until = state.stepped + milliseconds(*ms);
  while (state.stepped < until) {
    state.stepped = std::min(end_of_slice(state.stepped), until);
    if (state.advance_market) state.advance_market(state.exchange_time());
    state.exchange->advance(state.exchange_time());
    fire_cancel_all_after(state);
    begin_by_rsi(state);
    state.algos->run(state.exchange_time());
    flush_changes(state);
  }
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field("ok", true)
      .field("time", std::to_string(to_unix_millis(state.exchange_time())))
      .end_object();
  return answer(200, std::move(body));
}

}  // namespace gannet::okx_server
