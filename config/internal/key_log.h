#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gannet::config {

/// What the readers ask a file for, as they ask for it: the source of the reference of keys.
class KeyLog {
 public:
  static constexpr std::string_view kText = "text";
  /// Stands for keys that are names of the user's: of an instrument, a strategy, a parameter.
  static constexpr std::string_view kName = "NAME";

  struct Key {
    std::string name;
    std::string form;  ///< "true or false", "0 to 1023", "one of socket, rest"
    bool is_needed = false;
  };
  struct Section {
    std::string path;  ///< "venue.limits"; "" for the top
    bool is_list = false;
    std::vector<Key> keys;
  };

  void add_section(std::string_view path, bool is_list);
  /// What is known of the form better than "text" stays.
  void add_key(std::string_view path, std::string_view key, std::string_view form);
  void need(std::string_view path, std::string_view key);
  /// In the order in which they were asked for.
  const std::vector<Section>& sections() const noexcept { return sections_; }

 private:
  Section& section(std::string_view path);
  static Key& key_of(Section& section, std::string_view key);

  std::vector<Section> sections_;
};

}  // namespace gannet::config
