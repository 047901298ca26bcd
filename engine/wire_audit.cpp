#include "engine/wire_audit.h"

namespace gannet::engine {

void WireAudit::count_by_content(RecordType type, std::span<const std::byte> payload) noexcept {
  switch (type) {
    case RecordType::AlgoPlace:
      // Exits that come with an order are in its request.
      if (const auto algo = read_record<AlgoPlaceRecord>(payload); algo && algo->attached_to == 0)
        ++journaled_.places;
      break;
    case RecordType::NotSent:
      if (const auto not_sent = read_record<NotSentRecord>(payload)) {
        if (not_sent->request == ExecutionReport::Request::Place) --journaled_.places;
        if (not_sent->request == ExecutionReport::Request::Amend) --journaled_.amends;
        if (not_sent->request == ExecutionReport::Request::Cancel) --journaled_.cancels;
      }
      break;
    default:
      break;
  }
}

}  // namespace gannet::engine
