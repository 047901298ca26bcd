#include "gateway/okx/protocol/order_rules.h"

namespace gannet::okx {

std::string_view describe(Lack lack) noexcept {
  switch (lack) {
    case Lack::None:
      return "";
#define GANNET_OKX_CASE(id, text) \
  case Lack::id:                  \
    return text;
      GANNET_OKX_LACKS(GANNET_OKX_CASE)
#undef GANNET_OKX_CASE
  }
  return "";
}

}  // namespace gannet::okx
