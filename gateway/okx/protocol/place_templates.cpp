#include "gateway/okx/protocol/place_templates.h"

#include <algorithm>
#include <bit>

#include "gateway/okx/protocol/text_writer.h"

namespace gannet::okx {
namespace {

constexpr std::size_t kFewest = 64;
constexpr std::size_t kMost = 1'024;

/// Goes through a frame from one value that changes to the next.
class Cutter {
 public:
  explicit Cutter(std::string_view frame) noexcept : rest_(frame) {}

  /// What stands before the value of `key` (which ends with the value's opening quote); the value
  /// itself is passed. Nothing: it is not there.
  std::string_view before(std::string_view key) noexcept {
    const std::size_t at = rest_.find(key);
    const std::size_t end = at == std::string_view::npos ? at : rest_.find('"', at + key.size());
    if (end == std::string_view::npos) return {};
    const std::string_view piece = rest_.substr(0, at + key.size());
    rest_.remove_prefix(end);
    return piece;
  }
  std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

template <std::size_t N>
bool put(std::array<char, N>& to, std::uint8_t& size, std::string_view piece) noexcept {
  if (piece.empty() || piece.size() > N) return false;
  std::ranges::copy(piece, to.begin());
  size = static_cast<std::uint8_t>(piece.size());
  return true;
}

std::uint64_t millis_of(Timestamp expiry) noexcept {
  return static_cast<std::uint64_t>(to_unix_millis(expiry));
}

constexpr std::string_view kFrameHead = R"({"id":")";
constexpr std::string_view kFrameEnd = R"("})";
constexpr std::string_view kBatchHead = R"(","op":"batch-orders","args":[)";
constexpr std::string_view kItemsEnd = R"(],"expTime":")";

}  // namespace

PlaceTemplates::PlaceTemplates(std::size_t instruments)
    : slots_(std::bit_ceil(std::clamp(instruments * 8, kFewest, kMost))) {}

const PlaceTemplates::Template* PlaceTemplates::make(Template& place, std::uint32_t shape,
                                                     const PlaceRequest& request,
                                                     const OrderTerms& terms,
                                                     const OrderTag& tag) noexcept {
  const Encoded frame = encode_place(frame_, Target{1}, request, terms, tag);
  if (!frame) return nullptr;
  place.shape = 0;
  Cutter cut(*frame);
  if (cut.before(kFrameHead) != kFrameHead) return nullptr;
  const bool fits = put(place.client_id, place.to_client_id, cut.before(R"("clOrdId":")")) &&
                    put(place.size, place.to_size, cut.before(R"(,"sz":")")) &&
                    put(place.price, place.to_price, cut.before(R"(,"px":")")) &&
                    put(place.expiry, place.to_expiry, cut.before(kItemsEnd)) &&
                    cut.rest() == kFrameEnd;
  if (!fits) return nullptr;
  const std::string_view head(place.client_id.data(), place.to_client_id);
  place.item = static_cast<std::uint8_t>(head.find('{'));
  place.item_end = static_cast<std::uint8_t>(place.to_expiry - kItemsEnd.size());
  place.instrument = request.instrument;
  place.code = *terms.code;
  place.shape = shape;
  return &place;
}

Encoded PlaceTemplates::encode(OrderText& out, Target target, const PlaceRequest& request,
                               const OrderTerms& terms, const OrderTag& tag) noexcept {
  const Template* const made = target.rest() ? nullptr : find(request, terms, tag);
  if (made == nullptr) return encode_place(out, target, request, terms, tag);
  TextWriter text(out);
  text.raw(kFrameHead)
      .number(target.request_id)
      .piece(made->client_id, made->to_client_id)
      .number(request.client_id.value)
      .piece(made->size, made->to_size)
      .units(request.quantity.raw, terms.quantity_digits)
      .piece(made->price, made->to_price)
      .units(request.price.raw, terms.price_digits)
      .piece(made->expiry, made->to_expiry)
      .number(millis_of(request.expire_time))
      .raw(kFrameEnd);
  return finish(text);
}

Encoded PlaceTemplates::encode_batch(OrderText& out, Target target,
                                     std::span<const PlaceRequest> requests,
                                     std::span<const OrderTerms* const> terms,
                                     const OrderTag& tag) noexcept {
  std::array<const Template*, kMaxBatch> made{};
  const bool is_sound =
      !target.rest() && requests.size() <= kMaxBatch && requests.size() == terms.size();
  bool all = is_sound && !requests.empty();
  for (std::size_t i = 0; all && i < requests.size(); ++i) {
    made[i] = find(requests[i], *terms[i], tag);
    all = made[i] != nullptr;
  }
  // Two shapes may want one place in the table: the one made later has it.
  for (std::size_t i = 0; all && i < requests.size(); ++i)
    all = made[i]->is_for(requests[i].instrument, shape_of(requests[i]), *terms[i]);
  if (!all) return encode_place_batch(out, target, requests, terms, tag);
  TextWriter text(out);
  text.raw(kFrameHead).number(target.request_id).raw(kBatchHead);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Template& piece = *made[i];
    if (i > 0) text.raw(",");
    text.raw({piece.client_id.data() + piece.item,
              static_cast<std::size_t>(piece.to_client_id - piece.item)})
        .number(requests[i].client_id.value)
        .piece(piece.size, piece.to_size)
        .units(requests[i].quantity.raw, terms[i]->quantity_digits)
        .piece(piece.price, piece.to_price)
        .units(requests[i].price.raw, terms[i]->price_digits)
        .piece(piece.expiry, piece.item_end);
  }
  text.raw(kItemsEnd).number(millis_of(expiry_of(requests))).raw(kFrameEnd);
  return finish(text);
}

}  // namespace gannet::okx
