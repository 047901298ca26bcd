#include "app/commands/decode_command.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/ignored_messages.h"
#include "app/message_decoder.h"
#include "app/recording.h"

namespace gannet::app {
namespace {

struct DecodeOptions {
  std::string recording;
  std::vector<std::string> instruments;
  bool list_ignored = false;
};

int list_ignored() {
  for (const IgnoredMessage& ignored : ignored_messages()) {
    constexpr std::array<const char*, 3> kWhere{"channel", "rest_path", "line"};
    JsonLine line;
    line.begin_object().field(kWhere[static_cast<std::size_t>(ignored.where)], ignored.name);
    line.field("why", ignored.why).end_object();
    std::puts(line.text().c_str());
  }
  return 0;
}

int decode_file(const DecodeOptions& options) {
  auto tables = load_tables(options.instruments, options.recording);
  if (!tables) {
    std::fprintf(stderr, "gannet decode: %s\n", tables.error().message.c_str());
    return 1;
  }
  MessageDecoder decoder(*tables);
  std::array<std::uint64_t, 3> counts{};
  const auto read = for_each_line(options.recording, [&](const RecordingLine& line) {
    ++counts[static_cast<std::size_t>(decoder.decode(line))];
    std::puts(decoder.text().c_str());
  });
  if (!read) {
    std::fprintf(stderr, "gannet decode: %s\n", read.error().message.c_str());
    return 1;
  }
  JsonLine summary;
  summary.begin_object().field("lines", counts[0] + counts[1] + counts[2]);
  summary.field("ok", counts[0]).field("ignored", counts[1]).field("refused", counts[2]);
  summary.end_object();
  std::puts(summary.text().c_str());
  return 0;
}

}  // namespace

void add_decode_command(CLI::App& app) {
  auto options = std::make_shared<DecodeOptions>();
  CLI::App* const command = app.add_subcommand("decode", "decode a recording line by line");
  CLI::Option* const file =
      command->add_option("file", options->recording, "recording (.jsonl or .jsonl.zst)");
  command->add_option(
      "--instruments", options->instruments,
      "the venue's instrument lists; digits are learned from the recording without");
  command->add_flag("--list-ignored", options->list_ignored,
                    "print what is knowingly ignored, and end");
  command->callback([options, file] {
    if (!options->list_ignored && file->count() == 0) throw CLI::RequiredError("file");
    const int code = options->list_ignored ? list_ignored() : decode_file(*options);
    if (code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace gannet::app
