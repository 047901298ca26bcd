#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/settings.h"
#include "monitor/alert_service.h"

namespace gannet::app {

/// The alerts' settings with their secrets, which are then nowhere else, and with who sends.
monitor::AlertSettings take_alert_settings(config::Settings& settings);

// Answers of the operator's socket, one JSON object each.

/// {"ok":true,"firing":[...],"routes":[...],"heartbeats":N}
std::string alerts_json(const monitor::AlertView& view);
/// {"ok":true,"all_taken":...,"routes":[{"route":...,"taken":true,"took_us":...}]}; ok is false
/// when there is no such route.
std::string alert_test_json(std::span<const monitor::AlertTestResult> results);

}  // namespace gannet::app
