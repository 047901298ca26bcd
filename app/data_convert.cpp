#include "app/data_convert.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>
#include <utility>

#include "app/recording.h"
#include "app/recording_reader.h"
#include "app/segment_writer.h"
#include "gateway/okx/protocol/book_carry.h"
#include "gateway/okx/protocol/frame_summary.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::app {
namespace {

constexpr std::size_t kFrameText = 1u << 20;

/// Where lines go.
class LineSink {
 public:
  virtual ~LineSink() = default;
  virtual std::expected<void, Error> put(const RecordedMessage& line, std::string_view text,
                                         Timestamp time) = 0;
  virtual std::expected<void, Error> finish() = 0;
};

class FileSink final : public LineSink {
 public:
  static std::expected<std::unique_ptr<LineSink>, Error> make(const std::string& path) {
    if (std::filesystem::exists(path)) {
      return std::unexpected(Error{path + ": exists; it is not overwritten"});
    }
    auto sink = std::make_unique<FileSink>();
    sink->path_ = path;
    sink->packed_ = path.ends_with(".zst");
    sink->file_.open(path, std::ios::binary);
    if (!sink->file_) return std::unexpected(Error{path + ": cannot be made"});
    return sink;
  }

  std::expected<void, Error> put(const RecordedMessage&, std::string_view text,
                                 Timestamp) override {
    text_ += text;
    text_ += '\n';
    return text_.size() >= kFrameText ? write() : std::expected<void, Error>{};
  }

  std::expected<void, Error> finish() override {
    if (auto written = write(); !written) return written;
    file_.close();
    if (!file_) return std::unexpected(Error{path_ + ": cannot be written"});
    return {};
  }

 private:
  std::expected<void, Error> write() {
    if (text_.empty()) return {};
    if (packed_) {
      buffer_.resize(ZSTD_compressBound(text_.size()));
      const std::size_t size =
          ZSTD_compress(buffer_.data(), buffer_.size(), text_.data(), text_.size(), 9);
      if (ZSTD_isError(size)) return std::unexpected(Error{path_ + ": zstd failed"});
      file_.write(buffer_.data(), static_cast<std::streamsize>(size));
    } else {
      file_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    }
    text_.clear();
    if (!file_) return std::unexpected(Error{path_ + ": cannot be written"});
    return {};
  }

  std::string path_;
  bool packed_ = false;
  std::ofstream file_;
  std::string text_, buffer_;
};

class DirectorySink final : public LineSink {
 public:
  static std::expected<std::unique_ptr<LineSink>, Error> make(const std::string& path) {
    auto writer = SegmentWriter::open({.directory = path});
    if (!writer) return std::unexpected(std::move(writer.error()));
    auto sink = std::make_unique<DirectorySink>();
    sink->writer_ = std::move(*writer);
    return sink;
  }

  std::expected<void, Error> put(const RecordedMessage& line, std::string_view,
                                 Timestamp time) override {
    const std::string_view channel = line.channel.empty() ? "public" : line.channel;
    const std::string_view direction = line.direction.empty() ? "in" : line.direction;
    return writer_->write({time, channel, direction, 0}, line.message);
  }
  std::expected<void, Error> finish() override { return writer_->close(); }

 private:
  std::unique_ptr<SegmentWriter> writer_;
};

std::expected<std::unique_ptr<LineSink>, Error> open_sink(const std::string& path) {
  return path.ends_with(".jsonl") || path.ends_with(".jsonl.zst") ? FileSink::make(path)
                                                                  : DirectorySink::make(path);
}

bool is_one_of(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

/// Does a message belong to what is wanted? Index channels are named by the index.
class Filter {
 public:
  explicit Filter(const ConvertOptions& options) : options_(options) {
    for (const std::string& name : options.instruments) {
      const std::size_t first = name.find('-');
      if (first == std::string::npos) continue;
      indexes_.push_back(name.substr(0, name.find('-', first + 1)));
    }
  }

  bool wants(const RecordedMessage& line) {
    if (options_.instruments.empty() && options_.channels.empty()) return true;
    if (line.direction == "out" || line.message.starts_with('"')) return false;
    const auto summary = summarizer_.read(line.message);
    if (!summary) return false;
    const okx::Frame& frame = summary->frame;
    const bool is_index = frame.channel_name.starts_with("index-");
    return is_one_of(options_.channels, frame.channel_name) &&
           is_one_of(is_index && !options_.instruments.empty() ? indexes_ : options_.instruments,
                     summary->stream);
  }

 private:
  const ConvertOptions& options_;
  std::vector<std::string> indexes_;
  okx::FrameSummarizer summarizer_;
};

class Conversion {
 public:
  Conversion(const ConvertOptions& options, LineSink& sink)
      : options_(options), sink_(sink), filter_(options) {}

  std::expected<void, Error> read(const std::string& path) {
    auto reader = RecordingReader::open(path);
    if (!reader) return std::unexpected(std::move(reader.error()));
    for (;;) {
      const auto line = reader->next();
      if (!line) return std::unexpected(line.error());
      if (!*line) return {};
      if ((*line)->empty()) continue;
      ++figures_.read;
      const RecordedMessage recorded = as_recording_line(1, **line).recorded;
      if ((options_.from || options_.to) && !recorded.nanos) {
        return std::unexpected(Error{fmt::format("{}:{}: has no receive time to cut by",
                                                 reader->path(), reader->line_number())});
      }
      if (auto done = take(recorded, **line); !done) return done;
    }
  }

  const ConvertFigures& figures() const noexcept { return figures_; }

 private:
  std::expected<void, Error> take(const RecordedMessage& recorded, std::string_view text) {
    if (recorded.nanos) time_ = {*recorded.nanos};
    if (options_.to && time_ >= *options_.to) return {};
    if (!filter_.wants(recorded)) return {};
    if (options_.from && time_ < *options_.from) {
      if (recorded.direction != "out") carry_.see(recorded.message);
      return {};
    }
    if (options_.from && !std::exchange(begun_, true)) {
      if (auto told = tell_books(recorded.channel); !told) return told;
    }
    ++figures_.written;
    return sink_.put(recorded, text, time_);
  }

  std::expected<void, Error> tell_books(std::string_view channel) {
    for (const std::string& message : carry_.snapshots()) {
      const std::string text =
          fmt::format(R"({{"t":{},"ch":"{}","dir":"in","made":true,"m":{}}})", time_.nanos,
                      channel.empty() ? "public" : channel, message);
      std::string padded = text + std::string(okx::kTextPadding, '\0');
      const auto recorded = parse_recorded_message(std::string_view(padded).substr(0, text.size()));
      if (auto put = sink_.put(*recorded, text, time_); !put) return put;
      ++figures_.carried;
    }
    return {};
  }

  const ConvertOptions& options_;
  LineSink& sink_;
  Filter filter_;
  okx::BookCarry carry_;
  Timestamp time_;
  bool begun_ = false;
  ConvertFigures figures_;
};

}  // namespace

std::expected<ConvertFigures, Error> convert_data(const ConvertOptions& options) {
  auto sink = open_sink(options.output);
  if (!sink) return std::unexpected(std::move(sink.error()));
  Conversion conversion(options, **sink);
  for (const std::string& input : options.inputs) {
    if (auto read = conversion.read(input); !read) return std::unexpected(std::move(read.error()));
  }
  if (auto finished = (*sink)->finish(); !finished) {
    return std::unexpected(std::move(finished.error()));
  }
  return conversion.figures();
}

}  // namespace gannet::app
