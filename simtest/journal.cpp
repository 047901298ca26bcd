#include "simtest/journal.h"

namespace gannet::simtest {

engine::PriorBelief DiskJournal::read(std::uint32_t instruments) const {
  engine::PriorBelief belief;
  if (records_.empty()) return belief;
  for (std::uint32_t i = 0; i < instruments; ++i)
    belief.add_instrument(InstrumentId{i}, records_.front().time);
  for_each([&](engine::RecordType type, std::span<const std::byte> payload, Timestamp time) {
    belief.add(type, payload, time);
  });
  return belief;
}

}  // namespace gannet::simtest
