#include "bench/path/scripted_venue.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"

namespace gannet::bench {
namespace {

// Every order is one contract; it fills in these two parts.
constexpr std::string_view kFirstPart = "0.4";
constexpr std::string_view kSecondPart = "0.6";

/// The text between `key` and the next quote; "" if the key is not there.
std::string_view value_of(std::string_view frame, std::string_view key) noexcept {
  const std::size_t at = frame.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = frame.substr(at + key.size());
  return rest.substr(0, rest.find('"'));
}

std::string progress(std::string_view state, std::string_view cumulative) {
  return fmt::format(
      R"("accFillSz":"{}","execType":"","fillFee":"0","fillFeeCcy":"","fillNotionalUsd":"",)"
      R"("fillPnl":"0","fillPx":"","fillSz":"0","fillTime":"","state":"{}","tradeId":"")",
      cumulative, state);
}

}  // namespace

bool ScriptedVenue::send_text(std::string_view text) noexcept {
  if (first_written_.count == 0) first_written_ = monotonic_now();
  Frame frame;
  if (text.size() > frame.bytes.size()) {
    ++surprises_;
    return false;
  }
  std::copy_n(text.data(), text.size(), frame.bytes.data());
  frame.size = text.size();
  if (frames_.push(frame)) return true;
  ++surprises_;
  return false;
}

void ScriptedVenue::reconnect(std::string_view) noexcept { ++surprises_; }

bool ScriptedVenue::send_request(std::uint64_t id, HttpRequest request) noexcept {
  requests_.push_back({id, std::move(request.target)});
  return true;
}

const std::vector<ScriptedVenue::Text>& ScriptedVenue::make_answers(Ending ending, Timestamp now) {
  answers_.clear();
  for (const Frame& written : frames_) {
    const std::string_view frame = written.view();
    const std::string_view operation = value_of(frame, R"("op":")");
    if (operation == "order") {
      answer_place(frame, ending, now);
    } else if (operation == "cancel-order") {
      answer_cancel(frame, now);
    } else if (operation == "login") {
      say(R"({"event":"login","code":"0","msg":"","connId":"c0ffee01"})");
    } else if (operation == "subscribe") {
      say(fmt::format(R"({{"event":"subscribe","arg":{{"channel":"{}"}},"connId":"c0ffee01"}})",
                      value_of(frame, R"("channel":")")));
    } else if (frame == "ping") {
      say("pong");
    } else {
      ++surprises_;
    }
  }
  frames_.clear();
  return answers_;
}

void ScriptedVenue::say(std::string text) {
  const std::size_t size = text.size();
  text.append(okx::kTextPadding, '\0');
  answers_.push_back({std::move(text), size});
}

void ScriptedVenue::answer_place(std::string_view frame, Ending ending, Timestamp now) {
  ++orders_;
  Order order;
  order.client_id = value_of(frame, R"("clOrdId":")");
  order.price = value_of(frame, R"("px":")");
  order.quantity = value_of(frame, R"("sz":")");
  order.venue_id = ++last_venue_id_;
  reply(frame, "order", order);
  push(order, progress("live", "0"), now);
  if (ending == Ending::Rest) {
    open_.push_back(order);
    return;
  }
  const auto fill = [&](std::string_view cumulative, std::string_view quantity,
                        std::string_view state) {
    ++fills_;
    push(order,
         fmt::format(R"("accFillSz":"{}","execType":"M","fillFee":"-0.00245","fillFeeCcy":"USDT",)"
                     R"("fillNotionalUsd":"245","fillPnl":"0","fillPx":"{}","fillSz":"{}",)"
                     R"("fillTime":"{}","state":"{}","tradeId":"{}")",
                     cumulative, order.price, quantity, to_unix_millis(now), state,
                     ++last_trade_id_),
         now);
  };
  fill(kFirstPart, kFirstPart, "partially_filled");
  fill("1", kSecondPart, "filled");
  ++filled_orders_;
}

void ScriptedVenue::answer_cancel(std::string_view frame, Timestamp now) {
  ++cancels_;
  const std::string_view venue_id = value_of(frame, R"("ordId":")");
  const auto found = std::ranges::find_if(
      open_, [&](const Order& order) { return std::to_string(order.venue_id) == venue_id; });
  if (found == open_.end()) {
    ++surprises_;
    return;
  }
  reply(frame, "cancel-order", *found);
  push(*found, progress("canceled", "0"), now);
  open_.erase(found);
}

void ScriptedVenue::reply(std::string_view frame, std::string_view operation, const Order& order) {
  say(fmt::format(R"({{"id":"{}","op":"{}","code":"0","msg":"","data":[{{"tag":"{}","ordId":"{}",)"
                  R"("clOrdId":"{}","ts":"1795430400412","sCode":"0","sMsg":"","subCode":""}}],)"
                  R"("inTime":"1795430400412123","outTime":"1795430400412789"}})",
                  value_of(frame, R"("id":")"), operation, tag_, order.venue_id, order.client_id));
}

void ScriptedVenue::push(const Order& order, std::string_view progress, Timestamp now) {
  say(R"({"arg":{"channel":"orders","instType":"ANY","uid":"446655"},"data":[)" +
      row(order, progress, now) + "]}");
}

std::string ScriptedVenue::row(const Order& order, std::string_view progress, Timestamp now) const {
  return fmt::format(
      R"({{"algoClOrdId":"","algoId":"","attachAlgoClOrdId":"","attachAlgoOrds":[],)"
      R"("amendSource":"","avgPx":"{4}","cTime":"{6}","cancelSource":"","category":"normal",)"
      R"("ccy":"","clOrdId":"{1}","code":"0","fee":"-0.00245","feeCcy":"USDT","fillFwdPx":"",)"
      R"("fillMarkPx":"61250.3","fillMarkVol":"","fillPxUsd":"","fillPxVol":"","instId":"{0}",)"
      R"("instType":"SWAP","isTpLimit":"false","lastPx":"{4}","lever":"5",)"
      R"("linkedAlgoOrd":{{"algoId":""}},"msg":"","notionalUsd":"612.5","ordId":"{2}",)"
      R"("ordType":"limit","pnl":"0","posSide":"net","px":"{4}","pxType":"","pxUsd":"",)"
      R"("pxVol":"","quickMgnType":"","rebate":"0","rebateCcy":"USDT","reduceOnly":"false",)"
      R"("reqId":"","side":"buy","slOrdPx":"","slTriggerPx":"","slTriggerPxType":"",)"
      R"("source":"","stpId":"","stpMode":"cancel_maker","sz":"{5}","tag":"{3}",)"
      R"("tdMode":"cross","tgtCcy":"","tpOrdPx":"","tpTriggerPx":"","tpTriggerPxType":"",)"
      R"("tradeQuoteCcy":"","amendResult":"","uTime":"{6}",{7}}})",
      instrument_, order.client_id, order.venue_id, tag_, order.price, order.quantity,
      to_unix_millis(now), progress);
}

HttpResponse ScriptedVenue::answer(const Request& request, Timestamp now) const {
  const auto asks = [&](std::string_view path) { return request.target.starts_with(path); };
  const std::int64_t millis = to_unix_millis(now);
  std::string rows;
  if (asks("/api/v5/public/time")) {
    rows = fmt::format(R"({{"ts":"{}"}})", millis);
  } else if (asks("/api/v5/trade/orders-pending")) {
    for (const Order& order : open_) {
      if (!rows.empty()) rows += ',';
      rows += row(order, progress("live", "0"), now);
    }
  } else if (asks("/api/v5/account/positions")) {
    if (filled_orders_ > 0) {
      rows = fmt::format(
          R"({{"instType":"SWAP","instId":"{}","mgnMode":"cross","posSide":"net","pos":"{}",)"
          R"("avgPx":"61250.1","liqPx":"","tradeId":"{}","uTime":"{}"}})",
          instrument_, filled_orders_, last_trade_id_, millis);
    }
  } else if (asks("/api/v5/account/balance")) {
    rows = fmt::format(
        R"({{"uTime":"{0}","details":[{{"ccy":"USDT","cashBal":"100000","availBal":"90000",)"
        R"("availEq":"90000","eq":"100000","uTime":"{0}"}}]}})",
        millis);
  } else if (asks("/api/v5/trade/cancel-all-after")) {
    rows = fmt::format(R"({{"triggerTime":"{}","tag":"{}","ts":"{}"}})", millis + 15'000, tag_,
                       millis);
  }
  HttpResponse response;
  response.status = 200;
  response.body = R"({"code":"0","msg":"","data":[)" + rows + "]}";
  return response;
}

}  // namespace gannet::bench
