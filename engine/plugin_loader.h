#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/strategy_type.h"

namespace gannet::engine {

/// A loaded plugin file; unloads it when it goes, so it must outlive every strategy made of it.
class Plugin {
 public:
  Plugin(Plugin&& other) noexcept;
  Plugin& operator=(Plugin&&) = delete;
  ~Plugin();

  const StrategyType& type() const noexcept { return type_; }

 private:
  friend std::expected<Plugin, Error> load_plugin(std::string_view, std::string_view);
  Plugin(void* library, StrategyType type) : library_(library), type_(std::move(type)) {}

  void* library_;
  StrategyType type_;
};

/// Loads `plugin`: a path if it holds a '/', else NAME.so in `directory`. Errors, each in one
/// sentence: no such file, not a shared object, entry function missing, another ABI version, struct
/// sizes that do not fit, a descriptor that makes no sense. Cold; runs the file's initialisers:
/// plugins are trusted native code.
std::expected<Plugin, Error> load_plugin(std::string_view plugin, std::string_view directory);

/// Names one exact file: FNV-1a, 64 bits, of its bytes. For records, no protection against intent.
std::expected<std::uint64_t, Error> content_id_of(const std::string& path);

}  // namespace gannet::engine
