#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/jsonl_reader.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "support/recordings.h"

namespace gannet::okx {
namespace {

struct Loaded {
  InstrumentTable table;
  InstrumentCodes codes;
  CurrencyTable currencies;
  std::size_t rows = 0;

  void load(const std::string& path) {
    const auto text = read_text_file(path);
    ASSERT_TRUE(text.has_value());
    FrameReader reader;
    const auto frame = reader.read(*text);
    ASSERT_TRUE(frame.has_value()) << path;
    const auto result = decode_instruments(reader, *frame, currencies);
    ASSERT_TRUE(result.has_value()) << path << ": " << name_of(result.error());
    EXPECT_EQ(result->refused, 0u) << path << ": " << name_of(result->first_error);
    EXPECT_EQ(result->ignored + result->incomplete, 0u) << path;
    rows += result->rows.size();
    add_instruments(*result, table, codes);
  }
};

TEST(RecordedInstruments, LoadAll2502RowsOfApril2026) {
  Loaded loaded;
  for (const char* name :
       {"production-get-instruments-spot.json.zst", "production-get-instruments-margin.json",
        "production-get-instruments-swap.json", "production-get-instruments-futures.json",
        "production-get-instruments-option-btc-usd.json.zst"}) {
    GANNET_RECORDING(path, "okx/rest/live-202604/" + std::string(name));
    loaded.load(path);
  }
  EXPECT_EQ(loaded.rows, 2'502u);
  EXPECT_EQ(loaded.table.size(), 2'502u);
  EXPECT_EQ(loaded.codes.size(), 2'502u - 172u) << "margin rows share the spot rows' names";
  for (const Instrument& instrument : loaded.table) {
    EXPECT_GT(instrument.tick_size.raw, 0) << instrument.name.view();
    EXPECT_GT(instrument.lot_size.raw, 0) << instrument.name.view();
    EXPECT_TRUE(instrument.quote.valid() && instrument.settle.valid()) << instrument.name.view();
    const InstrumentCode* const code = loaded.codes.find(instrument.name.view());
    ASSERT_NE(code, nullptr);
    EXPECT_TRUE(code->code.has_value()) << instrument.name.view();
  }
}

TEST(RecordedInstruments, LoadTheDumpsOf2022) {
  for (const char* day : {"20220227", "20220513"}) {
    Loaded loaded;
    for (const char* kind : {"spot", "swap", "futures", "option-btc-usd", "option-eth-usd"}) {
      GANNET_RECORDING(
          path, "okx/rest/instruments-" + std::string(day) + "-" + std::string(kind) + ".json");
      loaded.load(path);
    }
    EXPECT_EQ(loaded.rows, std::string_view(day) == "20220227" ? 1'283u : 1'479u);
  }
}

}  // namespace
}  // namespace gannet::okx
