#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gannet::sim {

/// Where in the queue of a level other people's cancels happen: recordings tell that a level
/// shrank, not whose order went. It decides how soon a user's resting order is reached.
enum class QueueModel : std::uint8_t {
  Back,          ///< behind us, as long as anything stands there: only trades bring us forward
  Proportional,  ///< before and behind us alike, pro rata
  Front,         ///< before us, as long as anything stands there: the hopeful end of what can be
};

constexpr std::string_view to_string(QueueModel model) noexcept {
  switch (model) {
    case QueueModel::Back:
      return "back";
    case QueueModel::Proportional:
      return "proportional";
    case QueueModel::Front:
      return "front";
  }
  return "";
}

constexpr std::optional<QueueModel> queue_model_of(std::string_view word) noexcept {
  for (const QueueModel model : {QueueModel::Back, QueueModel::Proportional, QueueModel::Front}) {
    if (to_string(model) == word) return model;
  }
  return std::nullopt;
}

}  // namespace gannet::sim
