#include "gateway/okx/transport/order_connection.h"

#include <utility>

namespace gannet::okx {

SocketConnectionSettings order_connection_settings(std::string url, std::uint64_t jitter_seed) {
  SocketConnectionSettings settings;
  settings.socket.url = std::move(url);
  settings.socket.unacknowledged_timeout = seconds(3);
  settings.socket.queue_frames = 1'024;  // a kill writes all its cancels in one turn of the loop
  settings.socket.probe_every = 2;       // behind the market's, where both have something
  settings.timer_interval = milliseconds(20);
  settings.jitter_seed = jitter_seed;
  return settings;
}

}  // namespace gannet::okx
