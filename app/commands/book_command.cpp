#include "app/commands/book_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/book_rebuild.h"
#include "app/recording.h"

namespace gannet::app {
namespace {

struct BookOptions {
  std::string recording;
  std::vector<std::string> instruments;
  std::string format = "json";
};

int rebuild_books(const BookOptions& options) {
  const auto tables = load_tables(options.instruments, options.recording);
  if (!tables) {
    std::fprintf(stderr, "gannet book: %s\n", tables.error().message.c_str());
    return 1;
  }
  BookRebuild rebuild(*tables);
  const auto read =
      for_each_line(options.recording, [&](const RecordingLine& line) { rebuild.see(line); });
  if (!read) {
    std::fprintf(stderr, "gannet book: %s\n", read.error().message.c_str());
    return 1;
  }
  for (const RebuiltBook* book : rebuild.books()) {
    std::puts(book->to_json(tables->instruments[book->instrument()]).c_str());
  }
  if (rebuild.refused() != 0) {
    std::fprintf(stderr, "gannet book: %llu messages could not be decoded\n",
                 static_cast<unsigned long long>(rebuild.refused()));
    if (rebuild.books().empty()) return 1;  // nothing of it could be used
  }
  return 0;
}

}  // namespace

void add_book_command(CLI::App& app) {
  auto options = std::make_shared<BookOptions>();
  CLI::App* const command = app.add_subcommand("book", "rebuild order books from a recording");
  command->add_option("--rebuild", options->recording, "recording (.jsonl or .jsonl.zst)")
      ->required();
  command->add_option(
      "--instruments", options->instruments,
      "the venue's instrument lists; digits are learned from the recording without");
  command->add_option("--format", options->format, "output format")->check(CLI::IsMember({"json"}));
  command->callback([options] {
    if (const int code = rebuild_books(*options); code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace gannet::app
