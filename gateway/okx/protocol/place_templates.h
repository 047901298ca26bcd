#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/okx/protocol/encode_order.h"

namespace gannet::okx {

/// New limit orders for the socket from frames made beforehand: of one instrument and one shape
/// (side, type, margin, options) all orders have the same bytes but for their ids, size, price and
/// expiry. A template is a frame of `encode_place`, cut at those; so what is written from it is
/// what `encode_place` writes. What has no template (market orders, exits, REST) goes the general
/// way.
///
/// Templates are made at the first order of a shape and kept in a table of fixed size, where a
/// newer one may take an older one's place. `tag` and the terms (but for the instrument's code)
/// must not change over its life. Thread: the reactor. Allocates at construction only.
class PlaceTemplates {
 public:
  explicit PlaceTemplates(std::size_t instruments);

  /// As encode_place, and its errors. PRE-21: the one caller is AccountVenue, as of the batch
  /// below.
  Encoded encode(OrderText& out, Target target, const PlaceRequest& request,
                 const OrderTerms& terms, const OrderTag& tag) noexcept;
  /// As encode_place_batch, and its errors.
  Encoded encode_batch(OrderText& out, Target target, std::span<const PlaceRequest> requests,
                       std::span<const OrderTerms* const> terms, const OrderTag& tag) noexcept;
  /// There is one for an order like this: so the venue has such orders.
  bool knows(const PlaceRequest& request, const OrderTerms& terms) const noexcept {
    const std::uint32_t shape = shape_of(request);
    if (shape == 0 || !request.client_id.valid()) return false;
    return slots_[slot_of(request.instrument, shape)].is_for(request.instrument, shape, terms);
  }

 private:
  static constexpr std::size_t kPiece = 128;

  /// A frame's bytes between what changes.
  struct Template {
    InstrumentId instrument;
    std::uint32_t shape = 0;  ///< 0: none
    std::int64_t code = 0;
    std::uint8_t to_client_id = 0;  ///< bytes of each piece
    std::uint8_t to_size = 0;
    std::uint8_t to_price = 0;
    std::uint8_t to_expiry = 0;
    std::uint8_t item = 0;      ///< in the first piece: where the order itself begins
    std::uint8_t item_end = 0;  ///< in the last: where it has ended
    std::array<char, kPiece> client_id{};
    std::array<char, kPiece> size{};
    std::array<char, 32> price{};
    std::array<char, kPiece> expiry{};

    bool is_for(InstrumentId wanted, std::uint32_t wanted_shape,
                const OrderTerms& terms) const noexcept {
      return shape == wanted_shape && instrument == wanted && terms.code && *terms.code == code;
    }
  };

  /// What of a request decides the bytes of its template; 0: it has none.
  static std::uint32_t shape_of(const PlaceRequest& request) noexcept {
    const OrderOptions& options = request.options;
    if (request.kind != OrderKind::Limit || request.quote_quantity.raw != 0 ||
        request.exits.any() || options.slippage_max_bps != 0 || request.expire_time.nanos <= 0)
      return 0;
    const auto bits = [](auto value, unsigned at) {
      return static_cast<std::uint32_t>(value) << at;
    };
    return bits(1, 31) | bits(request.side, 0) | bits(request.time_in_force, 1) |
           bits(request.post_only, 3) | bits(request.reduce_only, 4) |
           bits(request.margin_mode, 5) | bits(request.position_side, 7) |
           bits(options.self_trade, 9) | bits(options.program, 11) | bits(options.clamp_price, 13) |
           bits(options.exact_size, 14);
  }
  std::size_t slot_of(InstrumentId instrument, std::uint32_t shape) const noexcept {
    constexpr std::size_t kShapesEach = 8;
    const std::uint32_t spread = shape * 0x9E37'79B9u >> 29;
    return (instrument.value * kShapesEach + spread) & (slots_.size() - 1);
  }

  const Template* find(const PlaceRequest& request, const OrderTerms& terms,
                       const OrderTag& tag) noexcept {
    const std::uint32_t shape = shape_of(request);
    if (shape == 0 || !request.client_id.valid()) return nullptr;
    Template& found = slots_[slot_of(request.instrument, shape)];
    if (found.is_for(request.instrument, shape, terms)) return &found;
    return make(found, shape, request, terms, tag);
  }
  const Template* make(Template& place, std::uint32_t shape, const PlaceRequest& request,
                       const OrderTerms& terms, const OrderTag& tag) noexcept;

  std::vector<Template> slots_;  // a power of two of them
  OrderText frame_;              // that a template is cut from
};

}  // namespace gannet::okx
