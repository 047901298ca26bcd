#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/instrument_table.h"
#include "gateway/okx/protocol/order_session.h"
#include "gateway/okx/protocol/place_templates.h"
#include "gateway/okx/protocol/signing.h"

namespace gannet::okx {

inline constexpr Timestamp kOutboundTime = from_unix_millis(1'795'430'400'000);

inline OrderTerms swap_terms() {
  OrderTerms terms;
  terms.name = InstrumentName("BTC-USDT-SWAP");
  terms.code = 10458;
  terms.kind = InstrumentKind::Swap;
  terms.price_digits = 3;
  terms.quantity_digits = 2;
  return terms;
}

inline PlaceRequest some_place() {
  PlaceRequest request;
  request.instrument = {0};
  request.client_id = {900000000017};
  request.post_only = true;
  request.price = {61'250'100};
  request.quantity = {5};
  request.expire_time = kOutboundTime + seconds(1);
  return request;
}
inline AmendRequest some_amend() {
  AmendRequest request;
  request.venue_id = {3811122233344455566};
  request.amend_id = 18;
  request.new_price = Price{61'249'900};
  request.expire_time = kOutboundTime + seconds(1);
  return request;
}
inline constexpr CancelRequest kSomeCancel{{900000000017}, {3811122233344455566}, {0}};

/// Takes reports and drops them.
class AccountSink final : public AccountListener, public SessionProblems, public SocketOutput {
 public:
  void on_execution_report(const ExecutionReport& report) noexcept override {
    ++reports;
    sum += report.price.raw;
  }
  void on_fill_report(const FillReport&) noexcept override {}
  void on_position(const PositionReport&, bool) noexcept override {}
  void on_balance(const BalanceReport&, bool) noexcept override {}
  void on_snapshot_begin(SnapshotKind, std::uint64_t, Timestamp) noexcept override {}
  void on_snapshot_end(SnapshotKind, std::uint64_t, bool, Timestamp) noexcept override {}
  void on_account_connection(ConnectionState, Timestamp) noexcept override {}
  void on_account_alive(Timestamp) noexcept override {}
  void on_venue_clock(Nanos, Timestamp) noexcept override {}
  void on_problem(ProblemKind, std::int32_t, std::string_view) noexcept override { ++problems; }
  bool send_text(std::string_view) noexcept override { return true; }
  void reconnect(std::string_view) noexcept override {}
  std::uint64_t reports = 0;
  std::int64_t sum = 0;
  int problems = 0;
};

/// The private session with a push of an order behind a padding; `this_update` is what differs.
struct OrderPushWorld {
  explicit OrderPushWorld(std::string_view this_update) {
    Instrument instrument;
    instrument.name = InstrumentName("BTC-USDT-SWAP");
    instrument.kind = InstrumentKind::Swap;
    instrument.contract = ContractKind::Linear;
    instrument.price_digits = 3;
    instrument.quantity_digits = 2;
    instrument.base = currencies.intern("BTC");
    instrument.quote = currencies.intern("USDT");
    instrument.settle = instrument.quote;
    instruments.add(instrument);
    session.on_open(sink, kOutboundTime);
    frame =
        R"({"arg":{"channel":"orders","instType":"ANY","uid":"446655"},"data":[{"algoClOrdId":"",)"
        R"("algoId":"","attachAlgoClOrdId":"","attachAlgoOrds":[],"amendSource":"","avgPx":"61250.1",)"
        R"("cTime":"1795430400412","cancelSource":"","category":"normal","ccy":"",)"
        R"("clOrdId":"900000000017","code":"0","fee":"-0.00245","feeCcy":"USDT","fillFwdPx":"",)"
        R"("fillMarkPx":"61250.3","fillMarkVol":"","fillPxUsd":"","fillPxVol":"",)"
        R"("instId":"BTC-USDT-SWAP","instType":"SWAP","isTpLimit":"false","lastPx":"61250.1",)"
        R"("lever":"5","linkedAlgoOrd":{"algoId":""},"msg":"","notionalUsd":"30.62",)"
        R"("ordId":"3811122233344455566","ordType":"post_only","pnl":"0","posSide":"net",)"
        R"("px":"61250.1","pxType":"","pxUsd":"","pxVol":"","quickMgnType":"","rebate":"0",)"
        R"("rebateCcy":"USDT","reduceOnly":"false","reqId":"","side":"buy","slOrdPx":"",)"
        R"("slTriggerPx":"","slTriggerPxType":"","source":"","stpId":"","stpMode":"cancel_maker",)"
        R"("sz":"0.05","tag":"mm1","tdMode":"cross","tgtCcy":"","tpOrdPx":"","tpTriggerPx":"",)"
        R"("tpTriggerPxType":"","tradeQuoteCcy":"","amendResult":"","uTime":"1795430400413",)";
    frame += this_update;
    frame += "}]}";
    size = frame.size();
    frame.append(kTextPadding, '\0');
  }
  void feed() noexcept { session.on_text({frame.data(), size}, kOutboundTime); }

  CurrencyTable currencies;
  InstrumentTable instruments;
  AccountContext context{instruments, currencies, AccountId{0}, OrderTag("mm1")};
  Signer signer{{Secret("key"), Secret("secret"), Secret("pass")}};
  AccountSink sink;
  OrderSession session{signer, context, sink, sink, {}};
  std::string frame;
  std::size_t size = 0;
};

inline constexpr std::string_view kLiveUpdate =
    R"("accFillSz":"0","execType":"","fillFee":"0","fillFeeCcy":"","fillNotionalUsd":"",)"
    R"("fillPnl":"0","fillPx":"","fillSz":"0","fillTime":"","state":"live","tradeId":"")";
inline constexpr std::string_view kFillUpdate =
    R"("accFillSz":"0.02","execType":"M","fillFee":"-0.00245","fillFeeCcy":"USDT",)"
    R"("fillNotionalUsd":"12.25","fillPnl":"0","fillPx":"61250.1","fillSz":"0.02",)"
    R"("fillTime":"1795430400412","state":"partially_filled","tradeId":"771200345")";

}  // namespace gannet::okx
