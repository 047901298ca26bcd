#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet book --rebuild FILE [--instruments FILE...] --format json`: rebuilds the order books of
/// a recording, one JSON object per instrument on standard output. Exit 1 when the file cannot be
/// read.
void add_book_command(CLI::App& app);

}  // namespace gannet::app
