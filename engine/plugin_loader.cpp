#include "engine/plugin_loader.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <utility>

#include "gannet/abi.h"

namespace gannet::engine {

Plugin::Plugin(Plugin&& other) noexcept
    : library_(std::exchange(other.library_, nullptr)), type_(std::move(other.type_)) {}

Plugin::~Plugin() {
  if (library_ != nullptr) dlclose(library_);
}

std::expected<std::uint64_t, Error> content_id_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Error{"no such file, or not readable"});
  std::uint64_t id = 0xCBF29CE484222325ull;
  std::array<char, 65536> buffer;
  while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
    for (std::streamsize i = 0; i < file.gcount(); ++i) {
      id ^= static_cast<std::uint8_t>(buffer[static_cast<std::size_t>(i)]);
      id *= 0x100000001B3ull;
    }
  }
  // A directory opens, and then cannot be read.
  if (file.bad()) return std::unexpected(Error{"could not be read"});
  return id;
}

std::expected<Plugin, Error> load_plugin(std::string_view plugin, std::string_view directory) {
  const bool is_path = plugin.find('/') != std::string_view::npos;
  const std::string path =
      is_path ? std::string(plugin) : fmt::format("{}/{}.so", directory, plugin);
  const auto refuse = [&path](std::string why) {
    return std::unexpected(Error{fmt::format("plugin {}: {}", path, why)});
  };

  const auto content_id = content_id_of(path);
  if (!content_id) return refuse(content_id.error().message);
  // RTLD_NOW: what is missing shows here, not in mid-trade. RTLD_LOCAL: plugins do not see each
  // other.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = dlerror();
    return refuse(fmt::format("cannot be loaded as a shared object ({})", why ? why : "unknown"));
  }
  Plugin loaded(library, {});
  void* symbol = dlsym(library, GANNET_ENTRY_SYMBOL);
  if (symbol == nullptr)
    return refuse("has no function " GANNET_ENTRY_SYMBOL
                  ": not a Gannet strategy, or GANNET_STRATEGY(...) is missing");
  const auto entry = reinterpret_cast<gannet_strategy_descriptor_fn>(symbol);
  auto type = read_descriptor(entry());
  if (!type) return refuse(type.error().message);
  loaded.type_ = std::move(*type);
  loaded.type_.path = path;
  loaded.type_.content_id = *content_id;
  return loaded;
}

}  // namespace gannet::engine
