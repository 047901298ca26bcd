#include "gateway/okx/transport/market_connection.h"

#include <utility>

namespace gannet::okx {

SocketConnectionSettings market_connection_settings(std::string url, std::uint64_t jitter_seed) {
  SocketConnectionSettings settings;
  settings.socket.url = std::move(url);
  settings.socket.queue_frames = 64;
  settings.jitter_seed = jitter_seed;
  return settings;
}

}  // namespace gannet::okx
