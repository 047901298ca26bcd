#include "engine/client_order_ids.h"

namespace gannet::engine {

namespace {
constexpr unsigned kMaxEngineNumber = 8;  // 9 followed by eighteen digits may pass 2^63
static_assert(kMaxEngineNumber * (ClientOrderIds::kRuns * ClientOrderIds::kSequences) +
                  (ClientOrderIds::kRuns * ClientOrderIds::kSequences - 1) <
              std::uint64_t{1} << 63);
}  // namespace

std::expected<ClientOrderIds, RunRefused> ClientOrderIds::start(
    unsigned engine_number, std::uint64_t run, std::uint64_t newest_run_seen) noexcept {
  if (engine_number < 1 || engine_number > kMaxEngineNumber)
    return std::unexpected(RunRefused::EngineNumberOutOfRange);
  if (run < kRuns / 10 || run >= kRuns) return std::unexpected(RunRefused::RunOutOfRange);
  if (run <= newest_run_seen) return std::unexpected(RunRefused::RunNotNewer);
  return ClientOrderIds(engine_number, run);
}

ClientOrderId ClientOrderIds::next() noexcept {
  if (used_ == kSequences) return {};
  return {(engine_number_ * kRuns + run_) * kSequences + used_++};
}

std::optional<ClientOrderIds::Parts> ClientOrderIds::parts_of(ClientOrderId id) noexcept {
  Parts parts;
  parts.sequence = id.value % kSequences;
  parts.run = id.value / kSequences % kRuns;
  const std::uint64_t engine = id.value / kSequences / kRuns;
  if (engine < 1 || engine > kMaxEngineNumber || parts.run < kRuns / 10) return std::nullopt;
  parts.engine = static_cast<unsigned>(engine);
  return parts;
}

bool ClientOrderIds::is_ours(ClientOrderId id) const noexcept {
  const auto parts = parts_of(id);
  return parts && parts->engine == engine_number_;
}

bool ClientOrderIds::is_of_this_run(ClientOrderId id) const noexcept {
  const auto parts = parts_of(id);
  return parts && parts->engine == engine_number_ && parts->run == run_;
}

}  // namespace gannet::engine
