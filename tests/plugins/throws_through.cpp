// Does without the SDK's C++ face, so its exception crosses the C boundary.
#include <stdexcept>

#include "gannet/abi.h"

namespace {

int instance;

std::int32_t create(const gannet_host*, void*, const gannet_parameters*, void** self) {
  *self = &instance;
  return GANNET_OK;
}
void destroy(void*) {}
std::int32_t start(void*) { throw std::runtime_error("through the wall"); }

}  // namespace

extern "C" __attribute__((visibility("default"))) const gannet_descriptor*
gannet_strategy_descriptor() {
  static const gannet_struct_sizes sizes = GANNET_STRUCT_SIZES;
  static gannet_handlers handlers{};
  handlers.size = sizeof handlers;
  handlers.create = create;
  handlers.destroy = destroy;
  handlers.start = start;
  static gannet_descriptor descriptor{};
  descriptor.size = sizeof descriptor;
  descriptor.abi_version = GANNET_ABI_VERSION;
  descriptor.sizes = &sizes;
  descriptor.name = "throws_through";
  descriptor.handlers = &handlers;
  return &descriptor;
}
