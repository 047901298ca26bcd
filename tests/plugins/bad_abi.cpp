// A plugin of another interface version.
#include "gannet/abi.h"

extern "C" __attribute__((visibility("default"))) const gannet_descriptor*
gannet_strategy_descriptor() {
  static gannet_descriptor descriptor{};
  descriptor.size = sizeof descriptor;
  descriptor.abi_version = 99;
  return &descriptor;
}
