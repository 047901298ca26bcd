#include "app/operator_strategy.h"

namespace gannet::app {
namespace {

// The host wants something that was made: this stands for it.
char nothing;

std::int32_t make_nothing(const gannet_host*, void*, const gannet_parameters*, void** self) {
  *self = &nothing;
  return GANNET_OK;
}
void leave_nothing(void*) {}

engine::StrategyType make_type() {
  engine::StrategyType type;
  type.name = std::string(engine::kOperatorStrategy);
  type.version = "1";
  type.doc = "orders that a person places by hand";
  type.handlers.size = sizeof type.handlers;
  type.handlers.create = make_nothing;
  type.handlers.destroy = leave_nothing;
  return type;
}

}  // namespace

const engine::StrategyType& operator_strategy() {
  static const engine::StrategyType type = make_type();
  return type;
}

void add_operator(config::Settings& settings) {
  engine::StrategySettings strategy;
  strategy.name = std::string(engine::kOperatorStrategy);
  settings.strategies.push_back(std::move(strategy));
}

}  // namespace gannet::app
