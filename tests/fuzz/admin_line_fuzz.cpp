#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "app/admin_line.h"

// Any bytes as a line of the control socket: a command of the table with all that it needs, or a
// reason why not; and what is journaled of it is text that was sent.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto command = gannet::app::read_admin_line(line);
  if (!command) {
    if (gannet::app::sentence_of(command.error()).empty()) std::abort();
    return 0;
  }
  using Takes = gannet::app::AdminWord::Takes;
  const gannet::app::AdminWord& word = *command->word;
  if (!line.starts_with(word.word) || word.needs.empty()) std::abort();
  if (command->kind != word.kind || command->level != word.level) std::abort();
  const bool takes_whose = word.takes == Takes::Whose || word.takes == Takes::WhoseAndText;
  if (takes_whose == command->target.empty()) std::abort();
  if (word.takes == Takes::WhoseAndText && command->argument.empty()) std::abort();
  const auto words = gannet::app::words_of(*command);
  for (const char c : words.view()) {
    if (static_cast<unsigned char>(c) < 0x20) std::abort();
  }
  return 0;
}
