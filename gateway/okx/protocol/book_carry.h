#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace gannet::okx {

/// Keeps incremental books as the text of their rows, to tell one as the snapshot that the venue
/// would have sent at that moment: the same rows, checksum and sequence. For a recording that
/// begins in the middle of another. Thread: one; cold.
class BookCarry {
 public:
  BookCarry();
  ~BookCarry();

  /// A message of a public socket; what is no incremental book's is passed over.
  void see(std::string_view message);
  /// The books so far, each as one snapshot message; empty ones and those that had no snapshot are
  /// left out.
  std::vector<std::string> snapshots() const;

 private:
  struct Parser;
  using Side = std::map<double, std::string>;  // row text by price, ascending
  struct Book {
    Side bids;
    Side asks;
    std::string argument;  // the text of `arg`
    std::string rest;      // the other members of `data`, with their commas
  };

  std::unique_ptr<Parser> parser_;
  std::map<std::string, Book> books_;  // by the text of `arg`
};

}  // namespace gannet::okx
