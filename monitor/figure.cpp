#include "monitor/figure.h"

#include <algorithm>

namespace gannet::monitor {
namespace {

constexpr FigureName kFigures[] = {
#define GANNET_FIGURE_ROW(id, name, kind, labels, help) \
  {FigureId::id, name, FigureKind::kind, labels, help},
    GANNET_FIGURES(GANNET_FIGURE_ROW)
#undef GANNET_FIGURE_ROW
};

}  // namespace

std::string_view name_of(FigureKind kind) noexcept {
  switch (kind) {
    case FigureKind::Counter:
      return "counter";
    case FigureKind::Gauge:
      return "gauge";
    case FigureKind::Histogram:
      return "histogram";
  }
  return "";
}

std::span<const FigureName> figure_names() noexcept { return kFigures; }

const FigureName& info_of(FigureId id) noexcept { return kFigures[static_cast<std::size_t>(id)]; }

std::optional<FigureId> figure_named(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kFigures, name, &FigureName::name);
  if (found == std::end(kFigures)) return std::nullopt;
  return found->id;
}

bool has_labels(const Figure& figure, std::span<const Label> wanted) noexcept {
  return std::ranges::all_of(wanted, [&](const Label& label) {
    return std::ranges::find(figure.labels, label) != figure.labels.end();
  });
}

}  // namespace gannet::monitor
