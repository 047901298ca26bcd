#pragma once

#include <string>

#include "base/http_message.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// POST /sim/v1/instruments with one of
///   {"instId":"BTC-USDT-SWAP","state":"suspend"}
///   {"instId":"BTC-USDT-SWAP","tickSz":"0.5","lotSz":"1","minSz":"1","maxMktSz":"100"}, and with
///     "in":"60s" it is announced (upcChg) and takes effect then
///   {"list":"NEW-USDT-SWAP","like":"BTC-USDT-SWAP","state":"preopen","price":"1.5", terms as
///   above}
///   {"delist":"NEW-USDT-SWAP"}: its orders are cancelled, `instruments` tells it as expired, REST
///     no longer has it.
/// Answers {"ok":true,"instId":...}, or a sentence under "error". GET lists names and states.
HttpResponse control_instruments(ServerState& state, const HttpRequest& request);

/// Announced changes whose time has come.
void apply_announced_changes(ServerState& state);

}  // namespace gannet::okx_server
