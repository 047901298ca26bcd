#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet data download candles|trades|funding --instrument NAME --from T --to T --out FILE`: the
/// venue's public history as CSV. Goes under `data`, which is made if it is not there yet. Exit 1
/// when it could not be had whole, 2 for a mistyped wish.
void add_download_command(CLI::App& app);

}  // namespace gannet::app
