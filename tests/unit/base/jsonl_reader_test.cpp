#include "base/jsonl_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zstd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace gannet {
namespace {

class JsonlReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "gannet-jsonl-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(std::string_view name, std::string_view bytes) {
    const std::string path = folder_ / name;
    std::FILE* file = std::fopen(path.c_str(), "wb");
    EXPECT_EQ(std::fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
    std::fclose(file);
    return path;
  }
  static std::string compressed(std::string_view text) {
    std::string bytes(ZSTD_compressBound(text.size()), '\0');
    bytes.resize(ZSTD_compress(bytes.data(), bytes.size(), text.data(), text.size(), 3));
    return bytes;
  }
  static std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> lines;
    auto reader = JsonlReader::open(path);
    EXPECT_TRUE(reader.has_value());
    while (reader) {
      const auto line = reader->next();
      EXPECT_TRUE(line.has_value());
      if (!line || !*line) break;
      lines.emplace_back(**line);
      EXPECT_EQ(reader->line_number(), lines.size());
    }
    return lines;
  }

  std::filesystem::path folder_;
};

using Lines = std::vector<std::string>;

TEST_F(JsonlReaderTest, ReadsPlainLinesWithAndWithoutAFinalNewline) {
  EXPECT_EQ(lines_of(write("a", "one\ntwo\n")), (Lines{"one", "two"}));
  EXPECT_EQ(lines_of(write("b", "one\r\n\ntwo")), (Lines{"one", "", "two"}));
  EXPECT_EQ(lines_of(write("c", "")), Lines{});
}

TEST_F(JsonlReaderTest, ReadsCompressedFilesWhateverTheirName) {
  std::string text;
  Lines expected;
  for (int i = 0; i < 100'000; ++i) {
    expected.push_back("line number " + std::to_string(i));
    text += expected.back() + "\n";
  }
  EXPECT_EQ(lines_of(write("log.jsonl", compressed(text))), expected);
}

TEST_F(JsonlReaderTest, ReadsSeveralCompressedFramesInARow) {
  EXPECT_EQ(lines_of(write("x.zst", compressed("one\ntw") + compressed("o\nthree"))),
            (Lines{"one", "two", "three"}));
}

TEST_F(JsonlReaderTest, NamesFileAndLineWhenTheDataIsCutShort) {
  const std::string whole = compressed(std::string(1'000'000, 'x') + "\n");
  const std::string path = write("cut.zst", std::string_view(whole).substr(0, whole.size() / 2));
  auto reader = JsonlReader::open(path);
  ASSERT_TRUE(reader.has_value());
  const auto line = reader->next();
  ASSERT_FALSE(line.has_value());
  EXPECT_NE(line.error().message.find("cut.zst:1: "), std::string::npos) << line.error().message;
}

TEST_F(JsonlReaderTest, SaysWhyAFileCannotBeOpened) {
  const auto reader = JsonlReader::open(folder_ / "nothing");
  ASSERT_FALSE(reader.has_value());
  EXPECT_NE(reader.error().message.find("nothing"), std::string::npos);
}

TEST(RecordedMessage, KeepsTheBytesOfTheSource) {
  const auto recorded = parse_recorded_message(
      R"({"t":1646003667399000000,"ch":"public","dir":"in","src":"a,\"m\":b","m":{"x": [1, {"m":2}]}})");
  ASSERT_TRUE(recorded.has_value());
  EXPECT_EQ(recorded->message, R"({"x": [1, {"m":2}]})");
  EXPECT_EQ(recorded->channel, "public");
  EXPECT_EQ(recorded->direction, "in");
  EXPECT_EQ(recorded->nanos, 1'646'003'667'399'000'000);
  EXPECT_EQ(recorded_field(recorded->head, "src"), R"(a,\"m\":b)");
}

TEST(RecordedMessage, TakesAnAbsentTimeAndABareWord) {
  const auto recorded = parse_recorded_message(R"({ "t": null, "dir": "in", "m": pong })");
  ASSERT_TRUE(recorded.has_value());
  EXPECT_EQ(recorded->message, "pong");
  EXPECT_FALSE(recorded->nanos.has_value());
  EXPECT_EQ(recorded->channel, "");
}

TEST(RecordedMessage, IsAbsentWhereThereIsNone) {
  for (const char* line :
       {"", "{}", "[1]", R"({"t":1})", R"({"x":"m"})", R"({"t" 1,"m":2})", "{\"m"}) {
    EXPECT_FALSE(parse_recorded_message(line).has_value()) << line;
  }
}

TEST(RecordedMessage, AnEnvelopeWithoutSpacesReadsAsOneWithThem) {
  const std::string_view messages[] = {R"({"a":"}"})", R"("pong")", "{}", R"({"m":{"t":1}} x)"};
  for (const std::string_view message : messages) {
    const std::string rest(message);
    const std::string tight = R"({"t":17,"ch":"public","dir":"in","m":)" + rest + "}";
    const std::string wide = R"({ "t":17,"ch": "public","dir":"in", "m":)" + rest + "}";
    const auto a = parse_recorded_message(tight);
    const auto b = parse_recorded_message(wide);
    ASSERT_TRUE(a && b) << tight;
    EXPECT_EQ(a->message, message);
    EXPECT_EQ(b->message, message);
    EXPECT_EQ(a->nanos, b->nanos);
    EXPECT_EQ(a->channel, "public");
    EXPECT_EQ(a->direction, "in");
    EXPECT_EQ(a->head, R"({"t":17,"ch":"public","dir":"in",)");
    EXPECT_EQ(recorded_field(a->head, "ch"), recorded_field(b->head, "ch"));
  }
  EXPECT_FALSE(parse_recorded_message(R"({"t":17,"ch":"public","dir":"in","m":{})"
                                      " ..."));
  EXPECT_FALSE(parse_recorded_message(R"({"t":17,"ch":"public)"));
}

}  // namespace
}  // namespace gannet
