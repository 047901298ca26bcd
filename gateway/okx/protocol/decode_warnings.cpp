#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/decode_market_updates.h"

// liquidation-orders, adl-warning and status: what the venue warns of.

namespace gannet::okx {
namespace {

constexpr std::size_t kMaxDetails = 128;

struct LiquidationText {
  enum : std::size_t { kSide, kPrice, kQuantity, kLoss, kTs };
  std::array<std::string_view, 5> fields;
};
constexpr FieldNames<5> kLiquidationNames(std::array<std::string_view, 5>{"side", "bkPx", "sz",
                                                                          "bkLoss", "ts"});

std::expected<LiquidationEvent, DecodeError> make_liquidation(const LiquidationText& text,
                                                              const InstrumentCode& code) noexcept {
  using Text = LiquidationText;
  LiquidationEvent event;
  event.instrument = code.id;
  if (text.fields[Text::kSide] != "buy" && text.fields[Text::kSide] != "sell") {
    return std::unexpected(DecodeError::UnknownValue);
  }
  event.side = text.fields[Text::kSide] == "buy" ? Side::Buy : Side::Sell;
  const auto price = rounded_units(text.fields[Text::kPrice], code.price_digits, Rounding::Nearest);
  if (!price) return std::unexpected(price.error());
  const auto quantity = clamped_units(text.fields[Text::kQuantity], code.quantity_digits);
  if (!quantity) return std::unexpected(quantity.error());
  if (*price < 0) return std::unexpected(DecodeError::OutOfRange);
  event.bankruptcy_price = {*price};
  event.quantity = {*quantity};
  if (!text.fields[Text::kLoss].empty()) {
    const auto loss = real_number(text.fields[Text::kLoss]);
    if (!loss) return std::unexpected(loss.error());
    event.loss = *loss;
  }
  const auto time = time_or_zero(text.fields[Text::kTs]);
  if (!time) return std::unexpected(time.error());
  event.exchange_time = *time;
  return event;
}

AdlWarningEvent::State adl_state_of(std::string_view word) noexcept {
  using State = AdlWarningEvent::State;
  if (word == "normal") return State::Normal;
  if (word == "warning") return State::Warning;
  if (word == "adl") return State::Deleveraging;
  return State::Unknown;
}

VenueStatusEvent::State status_state_of(std::string_view word) noexcept {
  using State = VenueStatusEvent::State;
  if (word == "scheduled") return State::Scheduled;
  if (word == "ongoing") return State::Ongoing;
  if (word == "pre_open") return State::PreOpen;
  if (word == "completed") return State::Completed;
  if (word == "canceled") return State::Cancelled;
  return State::Unknown;
}

/// 0 sockets; 5 trading, 8 and 9 trading in batches of accounts and of products. [PROTOCOL 4.9]
VenueStatusEvent::Service service_of(std::string_view number) noexcept {
  using Service = VenueStatusEvent::Service;
  if (number == "0") return Service::Sockets;
  if (number == "5" || number == "8" || number == "9") return Service::Trading;
  return Service::Other;
}

}  // namespace

DecodeStatus decode_liquidations(const UpdateContext& context) noexcept {
  return for_each_row(context.reader, [&](JsonValue row) -> DecodeStatus {
    // The instrument may be named behind the details: keep them until it is known.
    std::array<LiquidationText, kMaxDetails> details;
    std::size_t count = 0;
    std::string_view name;
    const DecodeStatus fields =
        for_each_field(row, [&](std::string_view key, JsonValue value) -> DecodeStatus {
          if (key == "instId") return take_text(value, name);
          if (key != "details") return {};
          return for_each_element(value, [&](JsonValue detail) -> DecodeStatus {
            if (count == details.size()) return std::unexpected(DecodeError::Overflow);
            return read_texts(detail, kLiquidationNames, details[count++].fields);
          });
        });
    if (!fields) return fields;
    if (name.empty()) return std::unexpected(DecodeError::MissingField);
    const InstrumentCode* const code = context.codes.find(name);
    if (code == nullptr) return {};  // of the type, not ours
    for (std::size_t i = 0; i < count; ++i) {
      auto event = make_liquidation(details[i], *code);
      if (!event) return std::unexpected(event.error());
      event->receive_time = context.receive_time;
      if (const DecodeStatus added = context.out.add(*event); !added) return added;
    }
    return {};
  });
}

DecodeStatus decode_adl_warning(const UpdateContext& context) noexcept {
  enum : std::size_t { kType, kFamily, kState, kBalance, kTs };
  static constexpr FieldNames<5> kNames(
      std::array<std::string_view, 5>{"instType", "instFamily", "state", "bal", "ts"});
  return for_each_row(context.reader, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, 5> text;
    if (const DecodeStatus read = read_texts(row, kNames, text); !read) return read;
    if (text[kFamily].empty()) return std::unexpected(DecodeError::MissingField);
    AdlWarningEvent warning;
    warning.state = adl_state_of(text[kState]);
    if (!text[kBalance].empty()) {
      const auto balance = real_number(text[kBalance]);
      if (!balance) return std::unexpected(balance.error());
      warning.fund_balance = *balance;
    }
    const auto time = time_or_zero(text[kTs]);
    if (!time) return std::unexpected(time.error());
    warning.exchange_time = *time;
    warning.receive_time = context.receive_time;
    for (const InstrumentCode& code : context.codes.rows()) {
      if (!code.id.valid() || code.family.view() != text[kFamily]) continue;
      if (!text[kType].empty() && instrument_type_of(code.kind) != text[kType]) continue;
      warning.instrument = code.id;
      if (const DecodeStatus added = context.out.add(warning); !added) return added;
    }
    return {};
  });
}

DecodeStatus decode_venue_status(const UpdateContext& context) noexcept {
  enum : std::size_t { kState, kBegin, kEnd, kService, kEnvironment, kTitle, kTs };
  static constexpr FieldNames<7> kNames(std::array<std::string_view, 7>{
      "state", "begin", "end", "serviceType", "env", "title", "ts"});
  return for_each_row(context.reader, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, 7> text;
    if (const DecodeStatus read = read_texts(row, kNames, text); !read) return read;
    if (text[kState].empty()) return std::unexpected(DecodeError::MissingField);
    VenueStatusEvent status;
    status.state = status_state_of(text[kState]);
    status.service = service_of(text[kService]);
    status.of_demo = text[kEnvironment] == "2";
    status.title = text[kTitle];
    Timestamp* const times[] = {&status.begin, &status.end, &status.exchange_time};
    const std::size_t fields[] = {kBegin, kEnd, kTs};
    for (std::size_t i = 0; i < 3; ++i) {
      const auto time = time_or_zero(text[fields[i]]);
      if (!time) return std::unexpected(time.error());
      *times[i] = *time;
    }
    status.receive_time = context.receive_time;
    return context.out.add(status);
  });
}

}  // namespace gannet::okx
