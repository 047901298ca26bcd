#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/reference_data.h"
#include "gateway/okx/protocol/decode_error.h"
#include "gateway/okx/protocol/endpoints.h"
#include "gateway/okx/protocol/frame.h"

namespace gannet::okx {

/// What a reader of a page leaves out.
struct RowFilter {
  Timestamp from;                            ///< rows older than that
  Timestamp to;                              ///< rows of that time or later; zero: none
  const std::vector<std::string>* before{};  ///< identities of the page before: told already
};

/// What a page says beside its rows; the next one is asked for by it.
struct PageFacts {
  std::size_t rows = 0;                 ///< on the page, those left out too
  std::size_t repeated = 0;             ///< that the page before had too
  std::uint32_t refused = 0;            ///< that could not be understood and were left out
  DecodeError first_error{};            ///< of the refused ones
  std::string cursor;                   ///< the last row's; "": it had none
  std::optional<Timestamp> oldest;      ///< the last row's time
  std::vector<std::string> identities;  ///< of all rows, where the list has pages
};

/// Takes the pages of one question, in order. Thread: the reader's.
class PageSink {
 public:
  virtual ~PageSink() = default;
  /// `reader` stands on an answer with `code` 0. Error: the page as a whole cannot be read.
  virtual DecodeStatus on_page(FrameReader& reader, const EndpointRule& rule,
                               const RowFilter& filter, PageFacts& facts) = 0;
};

/// Adds the rows of the frame just read to `rows`, in the venue's order. A row that makes no sense
/// is left out and counted. Allocates. Defined for every row of domain/reference_data.h that is an
/// element of `data`.
template <class Row>
DecodeStatus decode_rows(FrameReader& reader, const EndpointRule& rule, const RowFilter& filter,
                         std::vector<Row>& rows, PageFacts& facts);

/// Rows of one type, all pages of them.
template <class Row>
class RowSink final : public PageSink {
 public:
  std::vector<Row> rows;

  DecodeStatus on_page(FrameReader& reader, const EndpointRule& rule, const RowFilter& filter,
                       PageFacts& facts) override {
    return decode_rows(reader, rule, filter, rows, facts);
  }
};

}  // namespace gannet::okx
