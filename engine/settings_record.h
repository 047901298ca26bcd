#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"
#include "engine/journal.h"

namespace gannet::engine {

/// What a run was set up with, written before its Run record, so that it can be done again from the
/// journal alone: the configuration's text and the instruments that each strategy may trade.
/// No secret is in it: configurations name the places of secrets. Cold: allocates.
class RunSettings {
 public:
  std::string configuration;                         ///< as it was read
  std::vector<std::vector<InstrumentId>> permitted;  ///< by strategy

  bool write(Journal& journal, Timestamp now) const;
  /// A SettingsText record, in the order of writing. False: it is not one.
  bool add(std::span<const std::byte> payload);
};

}  // namespace gannet::engine
