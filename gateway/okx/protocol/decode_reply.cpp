#include "gateway/okx/protocol/decode_reply.h"

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/error_codes.h"

namespace gannet::okx {
namespace {

enum Field : std::size_t { kVenueId, kClientId, kCode, kFields };
constexpr FieldNames<kFields> kNames({"ordId", "clOrdId", "sCode"});

}  // namespace

DecodeStatus decode_reply(FrameReader& frame, bool has_data, ReplyItems& items) noexcept {
  items.clear();
  if (!has_data) return frame.finish();
  return for_each_row(frame, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, kFields> texts{};
    if (const DecodeStatus status = read_texts(row, kNames, texts); !status) return status;
    ReplyItem item;
    item.venue_id = {positive_number(texts[kVenueId])};
    item.client_id = client_order_id(texts[kClientId]);
    item.code = parse_code(texts[kCode]);
    if (!items.push(item)) return std::unexpected(DecodeError::Overflow);
    return {};
  });
}

}  // namespace gannet::okx
