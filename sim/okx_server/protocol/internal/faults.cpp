#include "sim/okx_server/protocol/internal/faults.h"

#include <charconv>

namespace gannet::okx_server {
namespace {

constexpr Nanos kLongest = seconds(366 * 24 * 3600);

bool hits_connection(const Fault& fault, std::string_view path, std::string_view name) noexcept {
  return fault.target.empty() || fault.target == "all" || fault.target == path ||
         fault.target == name;
}

}  // namespace

std::optional<Nanos> parse_duration(std::string_view text) noexcept {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !(value >= 0) || value > 1e12) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  double scale = 0;
  if (unit.empty() || unit == "ms") scale = 1e6;
  if (unit == "us") scale = 1e3;
  if (unit == "s") scale = 1e9;
  if (unit == "m") scale = 60e9;
  if (unit == "h") scale = 3600e9;
  const double count = value * scale;
  if (scale == 0 || count > static_cast<double>(kLongest.count)) return std::nullopt;
  return Nanos{static_cast<std::int64_t>(count)};
}

std::string_view Fault::text(std::string_view name, std::string_view otherwise) const noexcept {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : std::string_view(found->second);
}

std::int64_t Fault::number(std::string_view name, std::int64_t otherwise) const noexcept {
  const std::string_view given = text(name);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
  return !given.empty() && error == std::errc{} ? value : otherwise;
}

bool Fault::flag(std::string_view name, bool otherwise) const noexcept {
  const std::string_view given = text(name);
  return given.empty() ? otherwise : given == "true" || given == "1";
}

Nanos Fault::duration(std::string_view name, Nanos otherwise) const noexcept {
  return parse_duration(text(name)).value_or(otherwise);
}

bool Faults::add(Fault fault, Timestamp now) {
  if (on_.size() >= kMost) return false;
  if (fault.until && *fault.until <= now) return true;
  on_.push_back(std::move(fault));
  recount();
  return true;
}

bool Faults::remove(std::uint64_t id) {
  const bool found = std::erase_if(on_, [id](const Fault& fault) { return fault.id == id; }) > 0;
  recount();
  return found;
}

void Faults::set_time(Timestamp now) {
  if (on_.empty()) return;
  std::erase_if(on_, [now](const Fault& fault) { return fault.until && *fault.until <= now; });
  recount();
}

void Faults::recount() noexcept {
  armed_.fill(0);
  for (const Fault& fault : on_) ++armed_[index(fault.kind)];
}

template <class Hits>
std::optional<Fault> Faults::take_if(FaultKind kind, Hits&& hits) {
  if (!any(kind)) return std::nullopt;
  for (std::size_t i = 0; i < on_.size(); ++i) {
    Fault& fault = on_[i];
    if (fault.kind != kind || !hits(fault)) continue;
    if (++fault.seen % fault.nth != 0) continue;
    if (fault.probability < 1 && !random_.chance(fault.probability)) continue;
    ++fault.taken;
    count(kind);
    Fault taken = fault;
    if (fault.left != Fault::kAlways && --fault.left == 0) {
      on_.erase(on_.begin() + static_cast<std::ptrdiff_t>(i));
      recount();
    }
    return taken;
  }
  return std::nullopt;
}

std::optional<Fault> Faults::take(FaultKind kind, std::string_view target) {
  return take_if(kind, [target](const Fault& fault) {
    return fault.target.empty() || fault.target == target;
  });
}

std::optional<Fault> Faults::take_for(FaultKind kind, std::string_view path,
                                      std::string_view name) {
  return take_if(kind, [&](const Fault& fault) { return hits_connection(fault, path, name); });
}

const Fault* Faults::find(FaultKind kind, std::string_view target) const noexcept {
  if (!any(kind)) return nullptr;
  for (const Fault& fault : on_) {
    if (fault.kind == kind && (fault.target.empty() || fault.target == target)) return &fault;
  }
  return nullptr;
}

const Fault* Faults::find_for(FaultKind kind, std::string_view path,
                              std::string_view name) const noexcept {
  if (!any(kind)) return nullptr;
  for (const Fault& fault : on_) {
    if (fault.kind == kind && hits_connection(fault, path, name)) return &fault;
  }
  return nullptr;
}

}  // namespace gannet::okx_server
