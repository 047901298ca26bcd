#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/journal_reader.h"
#include "engine/journal_definitions.h"
#include "engine/journal_inputs.h"

namespace gannet::app {

/// Journal records as people and scripts read them. It learns names and digits from the definitions
/// among the records: hand it all of them, in order. Cold.
class RecordText {
 public:
  using Fields = std::vector<std::pair<std::string_view, std::string>>;

  void learn(const JournalRecord& record);
  /// What the record says; a type that is not told apart says its payload in hexadecimal digits.
  Fields fields(const JournalRecord& record) const;
  /// One JSON object: sequence, time, type, and the fields as strings.
  std::string json(const JournalRecord& record) const;
  /// One line for people.
  std::string line(const JournalRecord& record) const;

 private:
  class Writer;
  void write(Writer& out, engine::RecordType type, std::span<const std::byte> payload) const;
  const engine::InstrumentDefinition* instrument(std::uint32_t id) const;
  std::string currency(std::uint16_t id) const;

  std::map<std::uint32_t, engine::InstrumentDefinition> instruments_;
  std::map<std::uint16_t, std::string> currencies_;
  std::map<std::uint16_t, std::string> strategies_;
};

std::string_view name_of(engine::OrderEventKind kind) noexcept;
std::string_view name_of(VenueReason reason) noexcept;

}  // namespace gannet::app
