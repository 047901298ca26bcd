#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/okx/protocol/instrument_sink.h"
#include "gateway/okx/protocol/rest_frame.h"

namespace gannet::test {

/// An answer by REST through the rows of every shape.
class RestInput {
 public:
  RestInput() {
    add<TickBands>(okx::Endpoint::TickBands);
    add<PriceLimits>(okx::Endpoint::PriceLimit);
    add<ReferencePriceRow>(okx::Endpoint::MarkPrice);
    add<FundingRate>(okx::Endpoint::FundingRate);
    add<FundingCharge>(okx::Endpoint::FundingHistory);
    add<DeliveryRound>(okx::Endpoint::DeliveryHistory);
    add<UnderlyingList>(okx::Endpoint::Underlying);
    add<CollateralDiscount>(okx::Endpoint::CollateralDiscount);
    add<BookRow>(okx::Endpoint::Book);
    add<CandleRow>(okx::Endpoint::CandleHistory);
    add<CandleRow>(okx::Endpoint::IndexCandles);
    add<PublicTrade>(okx::Endpoint::TradeHistory);
    add<AccountBalance>(okx::Endpoint::Balance);
    add<ClosedPosition>(okx::Endpoint::PositionsHistory);
    add<AccountRisk>(okx::Endpoint::AccountRisk);
    add<FeeRates>(okx::Endpoint::TradeFee);
    add<Bill>(okx::Endpoint::Bills);
    add<DeadManTimer>(okx::Endpoint::CancelAllAfter);
    add<OrderRecord>(okx::Endpoint::OpenOrders);
    add<FillRecord>(okx::Endpoint::Fills);
    add<MoneyMovement>(okx::Endpoint::DepositHistory);
    shapes_.push_back({okx::Endpoint::Instruments, std::make_unique<Definitions>(currencies_)});
  }

  std::size_t shapes() const noexcept { return shapes_.size(); }

  /// True if the page was read whole. Rows do not pile up: each feed begins anew.
  bool feed(std::size_t shape, std::string_view body) {
    static_cast<void>(response_.body.assign(body));
    response_.status = 200;
    frame_.read(response_);
    if (!frame_.ok()) return false;
    okx::PageFacts facts;
    auto& [endpoint, sink] = shapes_[shape % shapes_.size()];
    const std::vector<std::string> before{"1", "2 x"};
    const okx::RowFilter filter{from_unix_millis(1), {}, &before};
    return sink->on_page(frame_.reader(), okx::rule_of(endpoint), filter, facts).has_value();
  }

 private:
  template <class Row>
  struct Forgetting final : okx::PageSink {
    okx::DecodeStatus on_page(okx::FrameReader& reader, const okx::EndpointRule& rule,
                              const okx::RowFilter& filter, okx::PageFacts& facts) override {
      std::vector<Row> rows;
      return okx::decode_rows(reader, rule, filter, rows, facts);
    }
  };
  struct Definitions final : okx::PageSink {
    explicit Definitions(CurrencyTable& table) : currencies(table) {}
    okx::DecodeStatus on_page(okx::FrameReader& reader, const okx::EndpointRule& rule,
                              const okx::RowFilter& filter, okx::PageFacts& facts) override {
      return okx::InstrumentSink(currencies).on_page(reader, rule, filter, facts);
    }
    CurrencyTable& currencies;
  };
  template <class Row>
  void add(okx::Endpoint endpoint) {
    shapes_.push_back({endpoint, std::make_unique<Forgetting<Row>>()});
  }

  CurrencyTable currencies_;
  std::vector<std::pair<okx::Endpoint, std::unique_ptr<okx::PageSink>>> shapes_;
  HttpResponse response_;
  okx::RestFrame frame_;
};

}  // namespace gannet::test
