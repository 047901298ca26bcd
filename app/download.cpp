#include "app/download.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ranges>
#include <string_view>
#include <type_traits>
#include <utility>

namespace gannet::app {
namespace {

using What = DownloadRequest::What;

constexpr std::int64_t kBarsOfAWindow = 30'000;
constexpr Nanos kTradesWindow = seconds(3'600);

std::string text_or_nothing(const std::optional<Decimal>& value) {
  return value ? to_string(*value) : std::string();
}

std::string csv(const CandleRow& row) {
  return fmt::format("{},{},{},{},{},{},{},{}\n", to_unix_millis(row.open_time),
                     to_string(row.open), to_string(row.high), to_string(row.low),
                     to_string(row.close), text_or_nothing(row.volume),
                     text_or_nothing(row.volume_base), text_or_nothing(row.volume_quote));
}
std::string csv(const PublicTrade& row) {
  return fmt::format("{},{},{},{},{}\n", to_unix_millis(row.exchange_time), row.trade_id.value,
                     row.side == Side::Buy ? "buy" : "sell", to_string(row.price),
                     to_string(row.quantity));
}
std::string csv(const FundingCharge& row) {
  return fmt::format("{},{},{}\n", to_unix_millis(row.funding_time), to_string(row.rate),
                     text_or_nothing(row.charged_rate));
}

Timestamp time_of(const CandleRow& row) { return row.open_time; }
Timestamp time_of(const PublicTrade& row) { return row.exchange_time; }
Timestamp time_of(const FundingCharge& row) { return row.funding_time; }

/// Writes beside the file and puts it in place when it is whole.
class Writer {
 public:
  explicit Writer(std::string file) : file_(std::move(file)), part_(file_ + ".part") {
    out_.open(part_, std::ios::binary | std::ios::trunc);
  }
  ~Writer() {
    if (kept_) return;
    out_.close();
    std::error_code ignored;
    std::filesystem::remove(part_, ignored);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void line(std::string_view text) { out_ << text; }
  std::expected<void, Error> keep() {
    out_.close();
    std::error_code error;
    if (out_) std::filesystem::rename(part_, file_, error);
    if (!out_ || error) return std::unexpected(Error{"cannot write " + file_});
    kept_ = true;
    return {};
  }

 private:
  std::string file_;
  std::string part_;
  std::ofstream out_;
  bool kept_ = false;
};

/// One window's rows, newest first from the venue, written oldest first.
template <class Row>
std::expected<void, Error> take_window(okx::VenueReader& reader, okx::RestQuestion question,
                                       Writer& writer, DownloadResult& result) {
  auto answer = reader.read<Row>(std::move(question));
  if (!answer.outcome.complete()) return std::unexpected(Error{std::move(answer.outcome.message)});
  result.refused += answer.outcome.refused_rows;
  for (const Row& row : answer.rows | std::views::reverse) {
    if constexpr (std::is_same_v<Row, CandleRow>) {
      if (!row.closed) continue;
    }
    if (result.rows++ == 0) result.first = time_of(row);
    result.last = time_of(row);
    writer.line(csv(row));
  }
  return {};
}

/// Calls `take(from, to)` for one window after the other, none longer than `length`.
template <class F>
std::expected<void, Error> for_each_window(const DownloadRequest& request, Nanos length, F&& take) {
  for (Timestamp from = request.from; from < request.to;) {
    const Timestamp to = std::min(from + length, request.to);
    if (auto taken = take(from, to); !taken) return taken;
    from = to;
  }
  return {};
}

std::expected<void, Error> take_candles(okx::VenueReader& reader, const DownloadRequest& request,
                                        Writer& writer, DownloadResult& result) {
  const auto period = okx::candle_period_named(request.period);
  if (!period) {
    return std::unexpected(Error{"\"" + request.period +
                                 "\" is no period: 1s, 1m, 3m, 5m, 15m, "
                                 "30m, 1h, 2h, 4h, 6h, 12h, 1d, 2d, 3d, 5d or 1w"});
  }
  writer.line("time_ms,open,high,low,close,volume,volume_base,volume_quote\n");
  auto taken =
      for_each_window(request, period->length * kBarsOfAWindow, [&](Timestamp from, Timestamp to) {
        return take_window<CandleRow>(reader,
                                      okx::ask_candles(request.candles_of, request.instrument,
                                                       okx::candle_bar_of(*period), from, to),
                                      writer, result);
      });
  if (taken && result.rows > 0) {
    const std::int64_t bars = (result.last - result.first).count / period->length.count + 1;
    const auto told = static_cast<std::int64_t>(result.rows);
    result.missing = static_cast<std::size_t>(std::max<std::int64_t>(bars - told, 0));
  }
  return taken;
}

std::expected<void, Error> take_rows(okx::VenueReader& reader, const DownloadRequest& request,
                                     Writer& writer, DownloadResult& result) {
  switch (request.what) {
    case What::Candles:
      return take_candles(reader, request, writer, result);
    case What::Trades:
      writer.line("time_ms,trade_id,side,price,quantity\n");
      return for_each_window(request, kTradesWindow, [&](Timestamp from, Timestamp to) {
        return take_window<PublicTrade>(reader, okx::ask_trades(request.instrument, from, to),
                                        writer, result);
      });
    case What::Funding:
      writer.line("time_ms,rate,charged_rate\n");
      return take_window<FundingCharge>(
          reader, okx::ask_funding_history(request.instrument, request.from, request.to), writer,
          result);
  }
  std::unreachable();
}

}  // namespace

std::expected<DownloadResult, Error> download(okx::VenueReader& reader,
                                              const DownloadRequest& request) {
  if (!(request.from < request.to)) return std::unexpected(Error{"--from must be before --to"});
  DownloadResult result;
  Writer writer(request.file);
  if (auto taken = take_rows(reader, request, writer, result); !taken) {
    return std::unexpected(std::move(taken.error()));
  }
  if (auto kept = writer.keep(); !kept) return std::unexpected(std::move(kept.error()));
  return result;
}

}  // namespace gannet::app
