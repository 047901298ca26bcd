#include "sim/okx_server/protocol/internal/fault_mixer.h"

#include <cctype>
#include <iterator>
#include <vector>

#include "sim/okx_server/protocol/fault_table.h"

namespace gannet::okx_server {
namespace {

template <std::size_t N>
std::string_view one_of(sim::Random& random, const std::string_view (&words)[N]) {
  return words[random.below(N)];
}

constexpr std::string_view kConnections[] = {"public", "private", "business", "all"};
constexpr std::string_view kOperations[] = {"order",       "batch-orders",       "cancel-order",
                                            "amend-order", "batch-amend-orders", ""};
constexpr std::string_view kPrivate[] = {"orders", "account", "positions", "balance_and_position"};
constexpr std::string_view kMixedChannels[] = {"books",  "bbo-tbt",      "books5",    "trades",
                                               "orders", "funding-rate", "mark-price"};
constexpr std::string_view kCodes[] = {"51008", "51149", "50001", "50004", "50011", "50013",
                                       "50026", "51000", "51016", "51020", "51121", "51503",
                                       "51400", "51603", "50061", "51169", "99999"};
constexpr std::string_view kStatuses[] = {"429", "500", "502", "503", "504"};
constexpr std::string_view kShapes[] = {"ping_flood", "bad_utf8", "unknown_opcode", "reserved_bits",
                                        "binary",     "empty",    "half",           "oversize"};
constexpr std::string_view kChecksums[] = {"right", "wrong", "absent"};
constexpr std::string_view kHow[] = {"add", "remove", "number", "exponent", "long"};

std::vector<const FaultInfo*> mixable() {
  std::vector<const FaultInfo*> rows;
  for (const FaultInfo& info : fault_table()) {
    if (!info.mixed.empty()) rows.push_back(&info);
  }
  return rows;
}

}  // namespace

FaultMixer::FaultMixer(std::uint64_t seed, double per_second, Timestamp start)
    : random_(seed),
      per_second_(per_second),
      due_(start),
      on_(seed != 0 && per_second > 0 && per_second <= 1000) {
  if (on_) wait();
}

void FaultMixer::wait() {
  due_ = due_ + Nanos{static_cast<std::int64_t>(random_.waiting(1 / per_second_) * 1e9) + 1};
}

std::optional<std::string> FaultMixer::next(Timestamp now) {
  if (!on_ || due_ > now) return std::nullopt;
  wait();
  return make_order();
}

std::string FaultMixer::fill_in(std::string_view word) {
  if (word == "connection") return std::string(one_of(random_, kConnections));
  if (word == "op") return std::string(one_of(random_, kOperations));
  if (word == "private") return std::string(one_of(random_, kPrivate));
  if (word == "channel" || word == "any") return std::string(one_of(random_, kMixedChannels));
  if (word == "code") return std::string(one_of(random_, kCodes));
  if (word == "status") return std::string(one_of(random_, kStatuses));
  if (word == "shape") return std::string(one_of(random_, kShapes));
  if (word == "checksum") return std::string(one_of(random_, kChecksums));
  if (word == "how") return std::string(one_of(random_, kHow));
  if (word == "byte") return std::to_string(random_.below(200));
  if (word == "small") return std::to_string(1 + random_.below(40));
  if (word == "percent") return std::to_string(1 + random_.below(30));
  if (word == "lag") return std::to_string(random_.below(5'000));
  if (word == "ms") return std::to_string(1 + random_.below(2'000));
  if (word == "for") return std::to_string(100 + random_.below(5'000)) + "ms";
  return {};
}

std::string FaultMixer::make_order() {
  static const std::vector<const FaultInfo*> rows = mixable();
  const std::string_view form = rows[random_.below(rows.size())]->mixed;
  std::string order;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '$') {
      order += form[i];
      continue;
    }
    std::size_t end = i + 1;
    while (end < form.size() && std::isalpha(static_cast<unsigned char>(form[end])) != 0) ++end;
    order += fill_in(form.substr(i + 1, end - i - 1));
    i = end - 1;
  }
  return order;
}

}  // namespace gannet::okx_server
