#include "sim/okx_server/protocol/internal/algo_members.h"

#include <string>

#include "sim/okx_server/protocol/internal/algo_names.h"
#include "sim/okx_server/protocol/internal/json_reader.h"

namespace gannet::okx_server {

Verdict bad_member(std::string_view name) {
  return {"51000", "Parameter " + std::string(name) + " error", ""};
}
Verdict empty_member(std::string_view name) {
  return {"50014", "Parameter " + std::string(name) + " can not be empty", ""};
}
Verdict either_member(std::string_view one, std::string_view other) {
  return {"50015",
          "Either parameter " + std::string(one) + " or " + std::string(other) + " is required",
          ""};
}

Verdict take_price(const Instrument& instrument, simdjson::dom::object item, std::string_view name,
                   std::optional<Price>& price) {
  const std::string_view text = text_or_empty(item, name);
  if (text.empty()) return {};
  const auto raw = parse_units(text, instrument.price_digits);
  if (!raw || *raw <= 0 || *raw > kLargestPrice) return bad_member(name);
  price = Price{*raw};
  return {};
}

Verdict take_ratio(simdjson::dom::object item, std::string_view name,
                   std::optional<sim::Ratio>& ratio) {
  const std::string_view text = text_or_empty(item, name);
  if (text.empty()) return {};
  const auto raw = parse_units(text, 9);
  if (!raw || *raw > 100 * sim::kWhole || *raw < -100 * sim::kWhole) return bad_member(name);
  ratio = *raw;
  return {};
}

Verdict take_source(simdjson::dom::object item, std::string_view name, sim::PriceSource& source) {
  const auto parsed = parse_price_source(text_or_empty(item, name));
  if (!parsed) return bad_member(name);
  source = *parsed;
  return {};
}

Verdict take_quantity(const Instrument& instrument, simdjson::dom::object item,
                      std::string_view name, Quantity& quantity) {
  const std::string_view text = text_or_empty(item, name);
  const auto raw = parse_units(text, instrument.quantity_digits);
  if (!raw && raw.error() == ParseError::TooPrecise)
    return verdict_of(sim::Refusal::QuantityOffLot, Operation::Place, instrument,
                      sim::OrderType::Limit, 0);
  if (!raw || *raw <= 0) return bad_member(name);
  quantity = Quantity{*raw};
  return {};
}

Verdict take_distance(const Instrument& instrument, simdjson::dom::object item,
                      std::string_view by_ratio, std::string_view by_price,
                      std::optional<sim::Distance>& distance) {
  const std::string_view ratio = text_or_empty(item, by_ratio);
  const std::string_view price = text_or_empty(item, by_price);
  if (ratio.empty() && price.empty()) return {};
  if (!ratio.empty() && !price.empty()) return bad_member(by_price);
  sim::Distance made;
  made.is_ratio = !ratio.empty();
  const auto raw =
      made.is_ratio ? parse_units(ratio, 9) : parse_units(price, instrument.price_digits);
  if (!raw || *raw < 0 || *raw > kLargestPrice)
    return bad_member(made.is_ratio ? by_ratio : by_price);
  if (made.is_ratio)
    made.ratio = *raw;
  else
    made.absolute = Price{*raw};
  distance = made;
  return {};
}

std::optional<simdjson::dom::object> first_object(simdjson::dom::object item,
                                                  std::string_view name) {
  simdjson::dom::array array;
  simdjson::dom::element first;
  if (item.at_key(name).get(array) != simdjson::SUCCESS ||
      array.at(0).get(first) != simdjson::SUCCESS)
    return std::nullopt;
  return as_object(first);
}

}  // namespace gannet::okx_server
