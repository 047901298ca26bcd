#pragma once

#include <iterator>
#include <utility>

#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/reference_rows.h"

namespace gannet::okx {

/// Definitions as the answers to questions about instruments of one kind or several.
class InstrumentSink final : public PageSink {
 public:
  explicit InstrumentSink(CurrencyTable& currencies) : currencies_(currencies) {}

  InstrumentRows all;

  DecodeStatus on_page(FrameReader& reader, const EndpointRule&, const RowFilter&,
                       PageFacts& facts) override {
    auto rows = decode_instruments(reader, Frame{}, currencies_);
    if (!rows) return std::unexpected(rows.error());
    facts.rows = rows->rows.size() + rows->refused + rows->incomplete + rows->ignored;
    facts.refused = rows->refused;
    facts.first_error = rows->first_error;
    all.rows.insert(all.rows.end(), std::make_move_iterator(rows->rows.begin()),
                    std::make_move_iterator(rows->rows.end()));
    all.ignored += rows->ignored;
    all.incomplete += rows->incomplete;
    all.refused += rows->refused;
    return {};
  }

 private:
  CurrencyTable& currencies_;
};

}  // namespace gannet::okx
