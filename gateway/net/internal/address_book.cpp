#include "gateway/net/internal/address_book.h"

#include <algorithm>

namespace gannet::net {

void AddressBook::learn(std::span<const Endpoint> answer) {
  if (answer.empty()) return;
  known_.assign(answer.begin(), answer.end());
  // Name servers shuffle their answers: sorted, two lines that differ in `first` never meet by
  // chance, and the one that held stays where it is.
  const bool prefers_v6 = known_.front().address().is_v6();
  const auto is_preferred = [&](const Endpoint& endpoint) {
    return endpoint.address().is_v6() == prefers_v6;
  };
  const auto others = std::stable_partition(known_.begin(), known_.end(), is_preferred);
  std::sort(known_.begin(), others);
  const auto preferred_end = std::unique(known_.begin(), others);
  known_.erase(preferred_end, others);
  preferred_ = static_cast<std::size_t>(std::count_if(known_.begin(), known_.end(), is_preferred));
}

std::vector<AddressBook::Endpoint> AddressBook::in_order() const {
  std::vector<Endpoint> order(known_);
  if (preferred_ > 1) {
    std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first_ % preferred_),
                order.begin() + static_cast<std::ptrdiff_t>(preferred_));
  }
  return order;
}

}  // namespace gannet::net
