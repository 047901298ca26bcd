#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "domain/instrument.h"
#include "domain/instrument_table.h"
#include "domain/market_updates.h"
#include "gateway/okx/protocol/decode_error.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::okx {

/// One row of the venue's list: the definition, and what only the wire needs.
struct InstrumentRow {
  Instrument instrument;             ///< `id` not set: the table gives it
  std::optional<std::int64_t> code;  ///< instIdCode
  InstrumentName index;              ///< uly; the name itself for spot and margin
};

struct InstrumentRows {
  std::vector<InstrumentRow> rows;
  std::uint32_t ignored = 0;                       ///< of a type we do not trade (EVENTS)
  std::uint32_t incomplete = 0;                    ///< pre-open, without a tick or lot yet
  std::uint32_t refused = 0;                       ///< rows that could not be understood, left out
  DecodeError first_error = DecodeError::NotJson;  ///< of the refused ones
};

/// The `instruments` channel and GET /public/instruments, field sets of 2022 to 2026: the frame
/// just read. Digits: price = the tick's + 2, quantity = the lot's, at most 18. Maxima that do not
/// fit clamp; a row that is not yet complete (pre-open without a tick) is refused by itself.
/// Currencies are interned. Allocates: start-up and cold path. Errors are the frame's.
std::expected<InstrumentRows, DecodeError> decode_instruments(FrameReader& reader,
                                                              const Frame& frame,
                                                              CurrencyTable& currencies);

/// A row told while we run, in the units that are fixed for the run.
struct PushedInstrument {
  InstrumentChange change;
  std::optional<std::int64_t> code;  ///< instIdCode
};

/// The rows of an `instruments` push (or of its REST twin) whose instruments we have; others are
/// passed over. A row of ours that cannot be understood is of state Unknown and tells nothing else:
/// what it says of a market that we trade is not known. `out` is cleared and filled; reserve it for
/// as many rows as there are instruments and nothing allocates.
DecodeStatus decode_instrument_changes(FrameReader& reader, const InstrumentCodes& codes,
                                       std::vector<PushedInstrument>& out) noexcept;

InstrumentState instrument_state_of(std::string_view state) noexcept;

/// Enters the rows into both tables, in order. Rows whose name is there already (margin beside
/// spot) go into the InstrumentTable only, as its docs say.
void add_instruments(const InstrumentRows& rows, InstrumentTable& table, InstrumentCodes& codes);

}  // namespace gannet::okx
