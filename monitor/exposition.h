#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "monitor/figure.h"

namespace gannet::monitor {

/// Figures as Prometheus' client library has them: a family for each name that has a value, in the
/// order of the list.
std::vector<prometheus::MetricFamily> to_families(const Figures& figures);

}  // namespace gannet::monitor
