#include "sim/okx_server/protocol/internal/cancel_all_after.h"

#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

Timestamp timer_clock(const ServerState& state) noexcept {
  return state.settings.step_mode ? state.exchange_time() : state.now;
}

}  // namespace

RestReply cancel_all_after(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  const auto body = root ? as_object(*root) : std::nullopt;
  if (!body) return refusal("50002", "JSON syntax error", 400);
  const std::string tag(text_or_empty(*body, "tag"));
  if (!tag.empty() && !is_plain_name(tag, 16)) return refusal("51000", "Parameter tag error", 400);
  const auto number = integer_member(*body, "timeOut");  // some clients send it as a number
  const auto timeout = number && *number >= 0 ? std::optional(static_cast<std::uint64_t>(*number))
                                              : parse_digits(text_or_empty(*body, "timeOut"));
  if (!timeout || (*timeout != 0 && (*timeout < 10 || *timeout > 120)))
    return refusal("51000", "Parameter timeOut error", 400);
  UserState& user = call.account();
  // The limit is by user and tag, so it can not be the route's.
  if (call.state.settings.limits.rest &&
      !call.state.limiter.acquire("caa:" + user.settings.uid + ":" + tag, 1, seconds(1), 1,
                                  call.state.now))
    return refusal("50011", "Rate limit reached", 429);
  Timestamp trigger;
  if (*timeout == 0) {
    user.cancel_all_after.erase(tag);
  } else {
    constexpr std::size_t kMostTags = 20;
    const std::size_t tags = user.cancel_all_after.size() - user.cancel_all_after.count("");
    if (!tag.empty() && !user.cancel_all_after.contains(tag) && tags >= kMostTags)
      return refusal("51071", "More than 20 tag timers");
    trigger = timer_clock(call.state) + seconds(static_cast<std::int64_t>(*timeout));
    user.cancel_all_after[tag] = trigger;
  }
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("triggerTime", *timeout == 0 ? "0" : millis_text(trigger))
      .field("tag", tag)
      .field("ts", millis_text(call.state.now))
      .end_object();
  reply.timed = true;
  return reply;
}

void fire_cancel_all_after(ServerState& state) {
  const Timestamp now = timer_clock(state);
  for (UserState& user : state.users) {
    std::vector<std::string> fired;
    for (const auto& [tag, due] : user.cancel_all_after) {
      if (due <= now) fired.push_back(tag);
    }
    for (const std::string& tag : fired) {
      user.cancel_all_after.erase(tag);
      state.exchange->cancel_all(user.id, tag, sim::CancelCause::CancelAllAfter,
                                 state.exchange_time());
    }
  }
}

}  // namespace gannet::okx_server
