#pragma once

#include <expected>
#include <string>

#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

/// Starts that did not end by themselves, kept in the state directory: a process that dies again
/// and again must not trade in between (REC-12). Its orders are gone by then: the venue's dead-man
/// timer has cancelled them. Holds do not end the process, and refused starts are not counted.
/// Cold.
class CrashBrake {
 public:
  static constexpr int kStartsMax = 3;
  static constexpr Nanos kSpan = seconds(600);

  explicit CrashBrake(const std::string& state_directory) : file_(state_directory + "/starts") {}

  /// Notes a start. Errors: the last three in ten minutes died, and nobody has said that this one
  /// shall be tried all the same; one sentence for the operator.
  std::expected<void, Error> start(Timestamp now, bool all_the_same);
  /// The process ends by itself: what came before is forgotten.
  void end() const;
  /// It was refused before it traded: it says nothing, and what came before stays.
  void refused() const;
  /// Starts within the span before this one that did not end by themselves.
  int recent() const noexcept { return recent_; }

 private:
  std::string file_;
  int recent_ = 0;
  std::string before_;  // what the file holds without this start
};

}  // namespace gannet::app
