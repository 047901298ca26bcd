#include "engine/settings_record.h"

#include <algorithm>
#include <cstring>

namespace gannet::engine {
namespace {

struct PartHead {
  enum class Kind : std::uint8_t { Configuration, Permitted };
  Kind kind = Kind::Configuration;
  std::uint8_t reserved = 0;
  std::uint16_t strategy = 0;  ///< Permitted
  std::uint32_t size = 0;      ///< of what follows, bytes
};
static_assert(sizeof(PartHead) == 8);

constexpr std::size_t kPartMax = 32 * 1024;

bool write_part(Journal& journal, PartHead head, std::span<const std::byte> bytes, Timestamp now) {
  head.size = static_cast<std::uint32_t>(bytes.size());
  std::vector<std::byte> payload(sizeof head + bytes.size());
  std::memcpy(payload.data(), &head, sizeof head);
  std::ranges::copy(bytes, payload.begin() + sizeof head);
  return journal.append(RecordType::SettingsText, payload, now);
}

}  // namespace

bool RunSettings::write(Journal& journal, Timestamp now) const {
  bool good = true;
  for (std::size_t at = 0; at < configuration.size(); at += kPartMax) {
    const auto part = std::string_view(configuration).substr(at, kPartMax);
    good = good && write_part(journal, {}, std::as_bytes(std::span(part)), now);
  }
  for (std::size_t s = 0; s < permitted.size(); ++s) {
    PartHead head;
    head.kind = PartHead::Kind::Permitted;
    head.strategy = static_cast<std::uint16_t>(s);
    good = good && write_part(journal, head, std::as_bytes(std::span(permitted[s])), now);
  }
  return good;
}

bool RunSettings::add(std::span<const std::byte> payload) {
  PartHead head;
  if (payload.size() < sizeof head) return false;
  std::memcpy(&head, payload.data(), sizeof head);
  const auto bytes = payload.subspan(sizeof head);
  if (bytes.size() != head.size) return false;
  if (head.kind == PartHead::Kind::Configuration) {
    const std::size_t before = configuration.size();
    configuration.resize(before + bytes.size());
    std::memcpy(configuration.data() + before, bytes.data(), bytes.size());
    return true;
  }
  if (head.kind != PartHead::Kind::Permitted || head.strategy != permitted.size() ||
      bytes.size() % sizeof(InstrumentId) != 0)
    return false;
  permitted.emplace_back(bytes.size() / sizeof(InstrumentId));
  if (!bytes.empty()) std::memcpy(permitted.back().data(), bytes.data(), bytes.size());
  return true;
}

}  // namespace gannet::engine
