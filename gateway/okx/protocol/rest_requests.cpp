#include "gateway/okx/protocol/rest_requests.h"

#include "gateway/okx/protocol/instrument_codes.h"
#include "gateway/okx/protocol/json_text.h"
#include "gateway/okx/protocol/order_words.h"

namespace gannet::okx {
namespace {

HttpRequest make_request(const RestIdentity& identity, std::string_view method,
                         std::string_view target, std::string_view body, Timestamp venue_now) {
  HttpRequest request;
  request.method = method;
  request.target = target;
  request.body = body;
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  if (identity.simulated_trading) request.headers.emplace_back("x-simulated-trading", "1");
  if (identity.signer != nullptr) {
    const RestTimestamp timestamp = rest_timestamp(venue_now);
    const Signature signature =
        identity.signer->sign_rest(timestamp.view(), request.method, request.target, request.body);
    request.headers.emplace_back("OK-ACCESS-SIGN", signature.view());
    request.headers.emplace_back("OK-ACCESS-TIMESTAMP", timestamp.view());
    request.secret_headers = {{"OK-ACCESS-KEY", identity.signer->api_key()},
                              {"OK-ACCESS-PASSPHRASE", identity.signer->passphrase()}};
  }
  return request;
}

RestIdentity without_key(RestIdentity identity) noexcept {
  identity.signer = nullptr;
  return identity;
}

std::string instruments_target(std::string_view path, InstrumentKind kind, std::string_view family,
                               std::string_view name = {}) {
  std::string target(path);
  target += "?instType=";
  target += instrument_type_of(kind);
  if (!family.empty()) target.append("&instFamily=").append(family);
  if (!name.empty()) target.append("&instId=").append(name);
  return target;
}

}  // namespace

HttpRequest make_get(const RestIdentity& identity, std::string_view target, Timestamp venue_now) {
  return make_request(identity, "GET", target, "", venue_now);
}

HttpRequest make_post(const RestIdentity& identity, std::string_view target, std::string_view body,
                      Timestamp venue_now) {
  return make_request(identity, "POST", target, body, venue_now);
}

HttpRequest time_request(const RestIdentity& identity) {
  return make_get(without_key(identity), "/api/v5/public/time", {});
}

HttpRequest public_instruments_request(const RestIdentity& identity, InstrumentKind kind,
                                       std::string_view family) {
  return make_get(without_key(identity),
                  instruments_target("/api/v5/public/instruments", kind, family), {});
}

HttpRequest public_instrument_request(const RestIdentity& identity, const Instrument& instrument) {
  const bool option = instrument.kind == InstrumentKind::Option;
  return make_get(without_key(identity),
                  instruments_target("/api/v5/public/instruments", instrument.kind,
                                     option ? instrument.family.view() : std::string_view{},
                                     instrument.name.view()),
                  {});
}

HttpRequest account_instruments_request(const RestIdentity& identity, InstrumentKind kind,
                                        std::string_view family, Timestamp venue_now) {
  return make_get(identity, instruments_target("/api/v5/account/instruments", kind, family),
                  venue_now);
}

HttpRequest account_config_request(const RestIdentity& identity, Timestamp venue_now) {
  return make_get(identity, "/api/v5/account/config", venue_now);
}

HttpRequest balance_request(const RestIdentity& identity, Timestamp venue_now) {
  return make_get(identity, "/api/v5/account/balance", venue_now);
}

HttpRequest set_leverage_request(const RestIdentity& identity, std::string_view instrument_name,
                                 std::string_view leverage, MarginMode margin_mode,
                                 Timestamp venue_now) {
  std::string body = R"({"instId":)";
  append_json_string(body, instrument_name);
  body += R"(,"lever":)";
  append_json_string(body, leverage);
  body += R"(,"mgnMode":)";
  append_json_string(body, word(margin_mode));
  body += "}";
  return make_post(identity, "/api/v5/account/set-leverage", body, venue_now);
}

HttpRequest recent_orders_request(const RestIdentity& identity, InstrumentKind kind,
                                  Timestamp venue_now) {
  std::string target = "/api/v5/trade/orders-history?instType=";
  target.append(instrument_type_of(kind)).append("&limit=100");
  return make_get(identity, target, venue_now);
}

HttpRequest leverage_request(const RestIdentity& identity, std::string_view instrument_name,
                             MarginMode margin_mode, Timestamp venue_now) {
  std::string target = "/api/v5/account/leverage-info?instId=";
  target.append(instrument_name).append("&mgnMode=").append(word(margin_mode));
  return make_get(identity, target, venue_now);
}

HttpRequest cancel_all_after_request(const RestIdentity& identity, int timeout_seconds,
                                     std::string_view tag, Timestamp venue_now) {
  std::string body = R"({"timeOut":")" + std::to_string(timeout_seconds) + '"';
  if (!tag.empty()) {
    body += R"(,"tag":)";
    append_json_string(body, tag);
  }
  body += "}";
  return make_post(identity, "/api/v5/trade/cancel-all-after", body, venue_now);
}

HttpRequest book_request(const RestIdentity& identity, std::string_view instrument_name,
                         int levels) {
  std::string target = "/api/v5/market/books?instId=";
  target.append(instrument_name).append("&sz=").append(std::to_string(levels));
  return make_get(without_key(identity), target, {});
}

}  // namespace gannet::okx
