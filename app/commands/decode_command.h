#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet decode FILE [--instruments FILE...]`: every line of a recording through the decoders,
/// one JSON object a line and a summary last. `gannet decode --list-ignored` prints what it
/// knowingly leaves alone. Exit 1 when the file cannot be read; refused lines are a result, not an
/// error.
void add_decode_command(CLI::App& app);

}  // namespace gannet::app
