#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "domain/instrument_table.h"
#include "sim/exchange.h"

namespace gannet::sim {

/// Writes each event of an exchange as one JSON line: `{"t":<ns of virtual time since the start>,
/// "event":"trade",...}`. Orders are numbered as they first appear and users as they were added,
/// and nothing in it comes from a clock: two runs with the same seed, settings and calls write the
/// same bytes, whenever they are made. Numbers are the instrument's decimals, as text.
/// Thread: the exchange's.
class EventLog final : public ExchangeEvents {
 public:
  /// `write` gets each line without its end. The tables outlive the log.
  EventLog(const InstrumentTable& instruments, const CurrencyTable& currencies, Timestamp start,
           std::function<void(std::string_view line)> write)
      : instruments_(instruments),
        currencies_(currencies),
        start_(start),
        last_(start),
        write_(std::move(write)) {}

  void on_order_change(const OrderChange& change) noexcept override;
  void on_trade(const PublicTrade& trade) noexcept override;
  void on_level(InstrumentId instrument, Side side, Price price, Quantity quantity,
                std::uint32_t orders, Timestamp time) noexcept override;
  void on_position(UserId user, const PositionView& position) noexcept override;
  void on_balance(UserId user, const BalanceView& balance) noexcept override;
  void on_bill(const Bill& bill) noexcept override;
  void on_mark_price(InstrumentId instrument, Price mark, Price index,
                     Timestamp time) noexcept override;
  void on_margin_warning(UserId user, const PositionView& position) noexcept override;
  void on_liquidation(const LiquidationView& liquidation) noexcept override;
  void on_funding_settled(InstrumentId instrument,
                          const FundingSettlement& settlement) noexcept override;

 private:
  EventLog& begin(std::string_view event, Timestamp time);
  EventLog& text(std::string_view key, std::string_view value);
  EventLog& number(std::string_view key, std::int64_t value);
  EventLog& units(std::string_view key, std::int64_t raw, int digits);
  EventLog& amount(std::string_view key, const Amount& value);
  EventLog& instrument(InstrumentId id);
  EventLog& price(InstrumentId id, std::string_view key, Price value);
  EventLog& quantity(InstrumentId id, std::string_view key, Quantity value);
  void end();
  std::int64_t ordinal(VenueOrderId id);

  const InstrumentTable& instruments_;
  const CurrencyTable& currencies_;
  Timestamp start_;
  Timestamp last_;  // events without a time of their own happen with the one before
  std::function<void(std::string_view)> write_;
  std::unordered_map<std::uint64_t, std::int64_t> ordinals_;
  std::string line_;
};

}  // namespace gannet::sim
