// Our own WebSocket framing (RFC 6455), as bytes: what a peer may do with them, it will.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/net/internal/frame_reader.h"
#include "gateway/net/internal/frame_writer.h"
#include "gateway/net/internal/utf8.h"
#include "gateway/net/websocket_client.h"

namespace gannet::net {
namespace {

using FrameKind = FrameReader::Kind;

std::string bytes_of(unsigned first, std::string_view payload) {
  std::string made{static_cast<char>(first)};
  const std::size_t size = payload.size();
  const auto add = [&](std::size_t byte) { made += static_cast<char>(byte & 0xff); };
  if (size < 126) {
    add(size);
  } else if (size < 65'536) {
    add(126);
    add(size >> 8);
    add(size);
  } else {
    add(127);
    for (int shift = 56; shift >= 0; shift -= 8) add(size >> shift);
  }
  return made.append(payload);
}

struct Told {
  FrameKind kind;
  std::string payload;
  bool operator==(const Told&) const = default;
};

/// Puts the bytes in pieces of the given sizes (the last one repeated) and tells what came of them.
std::vector<Told> read_in_pieces(FrameReader& reader, std::string_view bytes,
                                 std::vector<std::size_t> sizes) {
  std::vector<Told> told;
  std::size_t next = 0;
  while (!bytes.empty()) {
    const std::span<char> room = reader.room();
    EXPECT_FALSE(room.empty());
    const std::size_t piece = sizes[std::min(next++, sizes.size() - 1)];
    const std::size_t size = std::min({piece, bytes.size(), room.size()});
    std::memcpy(room.data(), bytes.data(), size);
    reader.add(size);
    bytes.remove_prefix(size);
    for (;;) {
      const FrameReader::Frame got = reader.next();
      if (got.kind == FrameKind::NeedMore) break;
      told.push_back({got.kind, std::string(got.payload)});
      // What follows a text may be read, whatever it is: the sanitizer says whether it may.
      unsigned sum = 0;
      for (std::size_t i = 0; got.kind == FrameKind::Text && i < kTextPadding; ++i)
        sum += static_cast<unsigned char>(got.payload.data()[got.payload.size() + i]);
      EXPECT_LE(sum, 255u * kTextPadding);
      if (got.kind == FrameKind::Broken || got.kind == FrameKind::TooLong) return told;
    }
  }
  return told;
}

TEST(FrameReader, TellsTheSameWhereverTheBytesAreCut) {
  const std::string middle(300, 'm');
  const std::string bytes = bytes_of(0x81, R"({"a":1})") + bytes_of(0x01, "frag") +
                            bytes_of(0x89, "ping") + bytes_of(0x00, middle) + bytes_of(0x8a, "") +
                            bytes_of(0x80, "end") + bytes_of(0x82, "binary") + bytes_of(0x81, "") +
                            bytes_of(0x81, "r\xc3\xa9") +
                            bytes_of(0x88,
                                     "\x03\xe8"
                                     "bye");
  const std::vector<Told> expected = {{FrameKind::Text, R"({"a":1})"},
                                      {FrameKind::Ping, "ping"},
                                      {FrameKind::Pong, ""},
                                      {FrameKind::Text, "frag" + middle + "end"},
                                      {FrameKind::Binary, "binary"},
                                      {FrameKind::Text, ""},
                                      {FrameKind::Text, "r\xc3\xa9"},
                                      {FrameKind::Close,
                                       "\x03\xe8"
                                       "bye"}};
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    FrameReader reader(1'000, 0);
    EXPECT_EQ(read_in_pieces(reader, bytes, {cut, bytes.size()}), expected) << "cut at " << cut;
  }
  for (const std::size_t piece : {1u, 2u, 3u, 7u}) {
    FrameReader reader(1'000, 0);
    EXPECT_EQ(read_in_pieces(reader, bytes, {piece}), expected) << "pieces of " << piece;
  }
}

// RELIABILITY D9
TEST(FrameReader, EndsAtWhatTheProtocolForbids) {
  const auto masked = [](std::string bytes) {
    bytes[1] = static_cast<char>(bytes[1] | '\x80');
    return bytes;
  };
  const std::string open_fragment = bytes_of(0x01, "x");
  const struct {
    const char* what;
    std::string bytes;
    FrameKind kind;
  } rows[] = {
      {"reserved bit 1", bytes_of(0xc1, "x"), FrameKind::Broken},
      {"reserved bit 2", bytes_of(0xa1, "x"), FrameKind::Broken},
      {"reserved bit 3", bytes_of(0x91, "x"), FrameKind::Broken},
      {"reserved data opcode", bytes_of(0x83, "x"), FrameKind::Broken},
      {"reserved control opcode", bytes_of(0x8b, "x"), FrameKind::Broken},
      {"masked", masked(bytes_of(0x81, "abcdx")), FrameKind::Broken},
      {"continues nothing", bytes_of(0x80, "x"), FrameKind::Broken},
      {"text within a message", open_fragment + bytes_of(0x81, "x"), FrameKind::Broken},
      {"binary within a message", open_fragment + bytes_of(0x02, "x"), FrameKind::Broken},
      {"control in fragments", bytes_of(0x09, "x"), FrameKind::Broken},
      {"control of 126 bytes", bytes_of(0x89, std::string(126, 'p')), FrameKind::Broken},
      {"longer form of 125", std::string("\x81\x7e\x00\x7d", 4), FrameKind::Broken},
      {"longer form of 65535", std::string("\x81\x7f\0\0\0\0\0\0\xff\xff", 10), FrameKind::Broken},
      {"2^64-1 bytes", std::string("\x81\x7f") + std::string(8, '\xff'), FrameKind::TooLong},
      {"a byte too long", bytes_of(0x81, std::string(1'001, 'x')), FrameKind::TooLong},
      {"too long together",
       bytes_of(0x01, std::string(600, 'x')) + bytes_of(0x80, std::string(401, 'x')),
       FrameKind::TooLong},
      {"no UTF-8", bytes_of(0x81, "\xff\xfe"), FrameKind::NotText},
      {"no UTF-8 over fragments", bytes_of(0x01, "\xc3") + bytes_of(0x80, "x"), FrameKind::NotText},
  };
  for (const auto& row : rows) {
    FrameReader reader(1'000, 0);
    const auto told = read_in_pieces(reader, row.bytes, {row.bytes.size()});
    ASSERT_EQ(told.size(), 1u) << row.what;
    EXPECT_EQ(told[0].kind, row.kind) << row.what;
  }
}

TEST(FrameReader, TakesTheLongestMessageThatIsAllowedWholeOrInFragments) {
  const std::string longest(200'000, 'x');
  FrameReader reader(longest.size(), 0);
  std::string bytes = bytes_of(0x81, longest);
  for (std::size_t at = 0; at < longest.size(); at += 50'000)
    bytes += bytes_of((at == 0 ? 0x01u : 0x00u) | (at == 150'000 ? 0x80u : 0u),
                      std::string_view(longest).substr(at, 50'000));
  const auto told = read_in_pieces(reader, bytes, {10'000});
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].payload, longest);
  EXPECT_EQ(told[1].payload, longest);
}

TEST(FrameReader, TakesHundredThousandEmptyFragments) {
  std::string bytes = bytes_of(0x01, "a");
  for (int i = 0; i < 100'000; ++i) bytes += bytes_of(0x00, "");
  bytes += bytes_of(0x80, "b");
  FrameReader reader(1'000, 0);
  EXPECT_EQ(read_in_pieces(reader, bytes, {bytes.size()}),
            (std::vector<Told>{{FrameKind::Text, "ab"}}));
}

TEST(FrameReader, AgreesWithWhatWasWrittenForRandomStreamsInRandomPieces) {
  std::mt19937 random(5);
  for (int run = 0; run < 200; ++run) {
    std::string bytes;
    std::vector<Told> expected;
    for (int m = 0; m < 20; ++m) {
      const std::size_t fragments = random() % 4 + 1;
      std::string whole;
      for (std::size_t f = 0; f < fragments; ++f) {
        const std::string part(random() % (random() % 8 == 0 ? 70'000 : 300),
                               static_cast<char>('a' + random() % 26));
        whole += part;
        bytes += bytes_of((f == 0 ? 1u : 0u) | (f + 1 == fragments ? 0x80u : 0u), part);
        if (f + 1 < fragments && random() % 2 == 0) {
          bytes += bytes_of(0x89, "p");
          expected.push_back({FrameKind::Ping, "p"});
        }
      }
      expected.push_back({FrameKind::Text, whole});
    }
    FrameReader reader(1u << 20, 4'096);
    std::vector<std::size_t> pieces(1'000);
    for (std::size_t& piece : pieces) piece = random() % (random() % 4 == 0 ? 20'000 : 500) + 1;
    ASSERT_EQ(read_in_pieces(reader, bytes, pieces), expected) << "run " << run;
  }
}

TEST(ClientFrames, AreMaskedAndComeBackWhole) {
  for (const std::size_t size : {0u, 1u, 7u, 8u, 9u, 125u, 126u, 65'535u, 65'536u, 100'003u}) {
    std::string payload(size, '\0');
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>('a' + i % 26);
    std::string out = "before";
    append_client_frame(out, FrameOpcode::Text, payload, 0x9a7b5c3du);
    const std::size_t head = size < 126 ? 2 : size < 65'536 ? 4 : 10;
    ASSERT_EQ(out.size(), 6 + head + 4 + size);
    EXPECT_EQ(static_cast<unsigned char>(out[6]), 0x81);
    EXPECT_NE(out[7] & '\x80', 0) << "a client masks";
    EXPECT_EQ(out.substr(6 + head, 4), "\x3d\x5c\x7b\x9a");
    // Unmasked, and without the mask bit and the key, it is a server's frame.
    std::string plain = out.substr(6, head) + out.substr(6 + head + 4);
    plain[1] = static_cast<char>(plain[1] & '\x7f');
    for (std::size_t i = 0; i < size; ++i)
      plain[head + i] = static_cast<char>(plain[head + i] ^ out[6 + head + i % 4]);
    FrameReader reader(1u << 20, 0);
    EXPECT_EQ(read_in_pieces(reader, plain, {plain.size()}),
              (std::vector<Told>{{FrameKind::Text, payload}}));
  }
}

TEST(ClientFrames, KeepControlFramesWithinTheirBound) {
  std::string out;
  append_client_frame(out, FrameOpcode::Pong, std::string(300, 'p'), 1);
  EXPECT_EQ(out.size(), 2u + 4 + 125);
}

TEST(ClientFrames, NeverUseOneMaskTwiceInARow) {
  MaskKeys keys;
  std::vector<std::uint32_t> seen;
  for (int i = 0; i < 3'000; ++i) {
    if (i % 100 == 0) keys.top_up();
    seen.push_back(keys.next());
  }
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
  EXPECT_GT(std::ranges::count_if(seen, [](std::uint32_t key) { return key > 0x80000000u; }),
            1'000);
}

TEST(Utf8, IsWhatTheStandardSays) {
  const std::string ascii(100, 'x');
  for (const std::string_view good :
       {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    for (const std::size_t before : {0u, 31u, 32u, 33u, 64u}) {
      const std::string text = ascii.substr(0, before) + std::string(good) + ascii;
      EXPECT_TRUE(is_utf8(text)) << before << good;
    }
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\xaf", "\xc1\x80", "\xc2", "\xc2x", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xe1\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf1\x80\x80",
        "\xfe", "\xff"})
    for (const std::size_t before : {0u, 31u, 32u, 33u, 64u})
      EXPECT_FALSE(is_utf8(ascii.substr(0, before) + std::string(bad) + ascii.substr(0, before)))
          << before;
}

}  // namespace
}  // namespace gannet::net
