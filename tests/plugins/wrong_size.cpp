// A plugin whose compiler laid a level out in another way.
#include "gannet/abi.h"

extern "C" __attribute__((visibility("default"))) const gannet_descriptor*
gannet_strategy_descriptor() {
  static gannet_struct_sizes sizes = GANNET_STRUCT_SIZES;
  sizes.level = 20;
  static gannet_descriptor descriptor{};
  descriptor.size = sizeof descriptor;
  descriptor.abi_version = GANNET_ABI_VERSION;
  descriptor.sizes = &sizes;
  descriptor.name = "wrong_size";
  return &descriptor;
}
