#include "engine/strategy_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace gannet::engine {
namespace {

// Sizes of the first version of each struct: what every plugin of ABI version 1 must cover. Never
// to be changed when a struct grows.
constexpr gannet_struct_sizes kFirstSizes = {
    .size = 56,
    .level = 24,
    .amount = 24,
    .decimal = 16,
    .book_side = 24,
    .book = 88,
    .order_event = 144,
    .fill = 104,
    .order = 40,
    .amend = 32,
    .parameter = 72,
    .value = 64,
    .handlers = 176,
    .host = 208,
};
constexpr std::uint32_t kFirstDescriptorSize = 88;
constexpr std::uint32_t kFirstWarmUpSize = 16;
constexpr std::uint32_t kMaxParameters = 256;
constexpr std::uint32_t kMaxWarmUps = 64;

std::unexpected<Error> refuse(std::string message) {
  return std::unexpected(Error{std::move(message)});
}

struct NamedSize {
  const char* name;
  std::uint32_t gannet_struct_sizes::* field;
  bool may_grow;
};
// Structs without a size in front are part of others: they may never change.
constexpr NamedSize kSizes[] = {
    {"gannet_struct_sizes", &gannet_struct_sizes::size, true},
    {"gannet_level", &gannet_struct_sizes::level, false},
    {"gannet_amount", &gannet_struct_sizes::amount, false},
    {"gannet_decimal", &gannet_struct_sizes::decimal, false},
    {"gannet_book_side", &gannet_struct_sizes::book_side, false},
    {"gannet_book", &gannet_struct_sizes::book, true},
    {"gannet_order_event", &gannet_struct_sizes::order_event, true},
    {"gannet_fill", &gannet_struct_sizes::fill, true},
    {"gannet_order", &gannet_struct_sizes::order, true},
    {"gannet_amend", &gannet_struct_sizes::amend, true},
    {"gannet_parameter", &gannet_struct_sizes::parameter, true},
    {"gannet_value", &gannet_struct_sizes::value, true},
    {"gannet_handlers", &gannet_struct_sizes::handlers, true},
    {"gannet_host", &gannet_struct_sizes::host, true},
};

std::expected<void, Error> check_sizes(const gannet_struct_sizes& sizes) {
  for (const NamedSize& s : kSizes) {
    const std::uint32_t got = sizes.*s.field;
    const std::uint32_t first = kFirstSizes.*s.field;
    if (got == first || (s.may_grow && got > first && got % 8 == 0)) continue;
    return refuse(fmt::format(
        "{} has {} bytes in the plugin and {}{} in this engine: rebuild the plugin with this "
        "engine's gannet/abi.h and the platform's usual struct packing",
        s.name, got, s.may_grow ? "at least " : "", first));
  }
  return {};
}

std::optional<std::string> optional_text(const char* text) {
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::expected<ParameterSpec, Error> read_parameter(const gannet_parameter& raw) {
  if (raw.name == nullptr || *raw.name == '\0') return refuse("a parameter has no name");
  if (raw.type > GANNET_PARAMETER_DURATION)
    return refuse(fmt::format("parameter {} is of unknown type {}", raw.name, raw.type));
  ParameterSpec spec;
  spec.type = raw.type;
  spec.name = raw.name;
  spec.unit = raw.unit == nullptr ? "" : raw.unit;
  spec.default_value = optional_text(raw.default_value);
  spec.minimum = optional_text(raw.minimum);
  spec.maximum = optional_text(raw.maximum);
  if (raw.choices != nullptr) spec.choices = split(raw.choices, '|');
  spec.of_instrument = raw.of_instrument == nullptr ? "" : raw.of_instrument;
  spec.doc = raw.doc == nullptr ? "" : raw.doc;
  return spec;
}

/// Plugins of the first version end before the kind; theirs are candles of trades.
std::expected<WarmUp, Error> read_warm_up(const gannet_warm_up& raw) {
  WarmUp warm_up;
  if (raw.size < kFirstWarmUpSize || raw.period <= 0) return refuse("its warm-up makes no sense");
  warm_up.period.length = {raw.period};
  warm_up.count = raw.count;
  if (raw.size < sizeof raw) return warm_up;
  if (raw.kind > GANNET_INDEX_CANDLES || raw.alignment > GANNET_CANDLES_UTC8)
    return refuse("it wants candles of an unknown kind");
  warm_up.kind = static_cast<CandleEvent::Kind>(raw.kind);
  warm_up.period.from_utc8 = raw.alignment == GANNET_CANDLES_UTC8;
  return warm_up;
}

/// Quantities and prices name the parameter whose instrument gives them their units.
std::expected<void, Error> check_schema(const std::vector<ParameterSpec>& parameters) {
  for (const ParameterSpec& p : parameters) {
    const auto same_name = [&p](const ParameterSpec& q) { return q.name == p.name; };
    if (std::ranges::count_if(parameters, same_name) != 1)
      return refuse(fmt::format("parameter {} is there twice", p.name));
    if (p.type != GANNET_PARAMETER_QUANTITY && p.type != GANNET_PARAMETER_PRICE) continue;
    const auto is_owner = [&p](const ParameterSpec& q) {
      return q.name == p.of_instrument && q.type == GANNET_PARAMETER_INSTRUMENT;
    };
    if (std::ranges::none_of(parameters, is_owner))
      return refuse(
          fmt::format("parameter {} is in the units of \"{}\", which is no instrument "
                      "parameter of the plugin",
                      p.name, p.of_instrument));
  }
  return {};
}

}  // namespace

std::expected<StrategyType, Error> read_descriptor(const gannet_descriptor* descriptor) {
  if (descriptor == nullptr) return refuse("the plugin returned no descriptor");
  const gannet_descriptor& raw = *descriptor;
  // The two first fields have the same place in every version: read nothing else before them.
  if (raw.abi_version != GANNET_ABI_VERSION)
    return refuse(
        fmt::format("built for plugin interface {}, this engine speaks {}: rebuild it "
                    "with this engine's SDK",
                    raw.abi_version, GANNET_ABI_VERSION));
  if (raw.size < kFirstDescriptorSize)
    return refuse(
        fmt::format("its descriptor has {} bytes, {} are needed", raw.size, kFirstDescriptorSize));
  if (raw.sizes == nullptr) return refuse("its descriptor has no struct sizes");
  if (auto checked = check_sizes(*raw.sizes); !checked) return std::unexpected(checked.error());
  if (raw.name == nullptr || *raw.name == '\0') return refuse("its descriptor has no name");
  if (raw.handlers == nullptr) return refuse("its descriptor has no handlers");
  if (raw.handlers->size < kFirstSizes.handlers)
    return refuse(fmt::format("its table of handlers has {} bytes, {} are needed",
                              raw.handlers->size, kFirstSizes.handlers));
  if (raw.handlers->create == nullptr || raw.handlers->destroy == nullptr)
    return refuse("it has no create or no destroy function");
  if (raw.book >= static_cast<std::uint32_t>(kBookFeeds))
    return refuse(fmt::format("it wants a book of unknown kind {}", raw.book));
  if (raw.parameter_count > kMaxParameters ||
      (raw.parameter_count > 0 && raw.parameters == nullptr))
    return refuse(fmt::format("its schema of {} parameters makes no sense", raw.parameter_count));

  StrategyType type;
  type.name = raw.name;
  type.version = raw.version == nullptr ? "" : raw.version;
  type.doc = raw.doc == nullptr ? "" : raw.doc;
  const char* parameter = reinterpret_cast<const char*>(raw.parameters);
  for (std::uint32_t i = 0; i < raw.parameter_count; ++i, parameter += raw.sizes->parameter) {
    auto spec = read_parameter(*reinterpret_cast<const gannet_parameter*>(parameter));
    if (!spec) return std::unexpected(spec.error());
    type.parameters.push_back(std::move(*spec));
  }
  if (auto checked = check_schema(type.parameters); !checked)
    return std::unexpected(checked.error());
  if (raw.warm_up != nullptr && raw.warm_up_count > kMaxWarmUps)
    return refuse(fmt::format("its {} kinds of candles are too many", raw.warm_up_count));
  const char* warm_up = reinterpret_cast<const char*>(raw.warm_up);
  for (std::uint32_t i = 0; warm_up != nullptr && i < raw.warm_up_count; ++i) {
    const auto& entry = *reinterpret_cast<const gannet_warm_up*>(warm_up);
    auto read = read_warm_up(entry);
    if (!read) return std::unexpected(read.error());
    type.warm_ups.push_back(*read);
    warm_up += entry.size;
  }
  type.channels = raw.channels;
  type.book = static_cast<BookFeed>(raw.book);
  type.depth = raw.depth;
  // A younger plugin may know more handlers than we would ever call, an older one fewer.
  std::memcpy(&type.handlers, raw.handlers,
              std::min<std::size_t>(raw.handlers->size, sizeof type.handlers));
  type.handlers.size = sizeof type.handlers;
  return type;
}

// What the engine was compiled with must cover the first version too.
static_assert(sizeof(gannet_struct_sizes) == kFirstSizes.size);
static_assert(sizeof(gannet_level) == kFirstSizes.level);
static_assert(sizeof(gannet_amount) == kFirstSizes.amount);
static_assert(sizeof(gannet_decimal) == kFirstSizes.decimal);
static_assert(sizeof(gannet_book_side) == kFirstSizes.book_side);
static_assert(sizeof(gannet_book) >= kFirstSizes.book);
static_assert(sizeof(gannet_order_event) >= kFirstSizes.order_event);
static_assert(sizeof(gannet_fill) >= kFirstSizes.fill);
static_assert(sizeof(gannet_order) >= kFirstSizes.order);
static_assert(sizeof(gannet_amend) >= kFirstSizes.amend);
static_assert(sizeof(gannet_parameter) >= kFirstSizes.parameter);
static_assert(sizeof(gannet_value) >= kFirstSizes.value);
static_assert(sizeof(gannet_handlers) >= kFirstSizes.handlers);
static_assert(sizeof(gannet_host) >= kFirstSizes.host);
static_assert(sizeof(gannet_descriptor) >= kFirstDescriptorSize);

}  // namespace gannet::engine
