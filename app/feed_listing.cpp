#include "app/feed_listing.h"

#include <fmt/format.h>

#include <iterator>

#include "app/json_line.h"

namespace gannet::app {
namespace {

std::string age_text(const std::optional<Nanos>& age) {
  if (!age) return "-";
  return fmt::format("{:.1f} s", static_cast<double>(age->count) / 1e9);
}

void add_age(JsonLine& line, const std::optional<Nanos>& age) {
  if (age) {
    line.field("age_ns", age->count);
  } else {
    line.null("age_ns");
  }
}

}  // namespace

std::string to_json(const FeedListing& listing) {
  JsonLine line;
  line.begin_object().field("time_ns", listing.time.nanos).begin_array("lines");
  for (const FeedListing::Line& row : listing.lines) {
    line.begin_object()
        .field("line", row.name.view())
        .field("state", row.state)
        .field("frames", row.frames);
    add_age(line, row.age);
    line.end_object();
  }
  line.end_array().begin_array("channels");
  for (const FeedListing::Channel& row : listing.channels) {
    line.begin_object()
        .field("line", row.line.view())
        .field("channel", row.channel.view())
        .field("what", row.what.view())
        .field("state", row.state);
    add_age(line, row.age);
    if (!row.sequence.empty()) {
      line.field("sequence_state", row.sequence)
          .field("last_sequence", row.last_sequence)
          .field("gaps", row.gaps);
    }
    line.end_object();
  }
  line.end_array().end_object();
  return line.text();
}

std::string page_of(const FeedListing& listing) {
  std::string page =
      fmt::format("{:<16} {:<10} {:>12} {:>10}\n", "line", "state", "frames", "last frame");
  auto put = std::back_inserter(page);
  for (const FeedListing::Line& row : listing.lines) {
    fmt::format_to(put, "{:<16} {:<10} {:>12} {:>10}\n", row.name.view(), row.state, row.frames,
                   age_text(row.age));
  }
  fmt::format_to(put, "\n{:<16} {:<18} {:<22} {:<10} {:>8}  {}\n", "line", "channel", "of", "state",
                 "heard", "sequence");
  for (const FeedListing::Channel& row : listing.channels) {
    std::string sequence(row.sequence);
    if (row.last_sequence) sequence += fmt::format(" at {}", *row.last_sequence);
    if (row.gaps != 0) sequence += fmt::format(", broken {} times", row.gaps);
    fmt::format_to(put, "{:<16} {:<18} {:<22} {:<10} {:>8}  {}\n", row.line.view(),
                   row.channel.view(), row.what.view(), row.state, age_text(row.age), sequence);
  }
  return page;
}

}  // namespace gannet::app
