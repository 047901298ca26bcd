#include "monitor/exposition.h"

#include <cstddef>
#include <limits>
#include <string>

namespace gannet::monitor {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

MetricType type_of(FigureKind kind) noexcept {
  switch (kind) {
    case FigureKind::Counter:
      return MetricType::Counter;
    case FigureKind::Gauge:
      return MetricType::Gauge;
    case FigureKind::Histogram:
      return MetricType::Histogram;
  }
  return MetricType::Untyped;
}

ClientMetric labelled(const std::vector<Label>& labels) {
  ClientMetric metric;
  metric.label.reserve(labels.size());
  for (const Label& label : labels) metric.label.push_back({std::string(label.key), label.value});
  return metric;
}

ClientMetric to_metric(const Figure& figure) {
  ClientMetric metric = labelled(figure.labels);
  if (info_of(figure.what).kind == FigureKind::Counter) {
    metric.counter.value = figure.value;
  } else {
    metric.gauge.value = figure.value;
  }
  return metric;
}

ClientMetric to_metric(const HistogramFigure& figure) {
  ClientMetric metric = labelled(figure.labels);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < figure.counts.size(); ++i) {
    total += figure.counts[i];
    const double bound =
        i < figure.bounds.size() ? figure.bounds[i] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({total, bound});
  }
  metric.histogram.sample_count = total;
  metric.histogram.sample_sum = figure.sum;
  return metric;
}

}  // namespace

std::vector<prometheus::MetricFamily> to_families(const Figures& figures) {
  std::vector<prometheus::MetricFamily> all(figure_names().size());
  for (const Figure& figure : figures.values)
    all[static_cast<std::size_t>(figure.what)].metric.push_back(to_metric(figure));
  for (const HistogramFigure& figure : figures.histograms)
    all[static_cast<std::size_t>(figure.what)].metric.push_back(to_metric(figure));
  for (const FigureName& info : figure_names()) {
    prometheus::MetricFamily& family = all[static_cast<std::size_t>(info.id)];
    family.name = info.name;
    family.help = info.help;
    family.type = type_of(info.kind);
  }
  std::erase_if(all, [](const prometheus::MetricFamily& family) { return family.metric.empty(); });
  return all;
}

}  // namespace gannet::monitor
