// The low-level SHA-256 functions are the only ones of OpenSSL 3 whose state can be copied without
// an allocation; they are marked deprecated in favour of ones that allocate per signature.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "gateway/okx/protocol/signing.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "gateway/okx/protocol/json_text.h"

namespace gannet::okx {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kDigest = SHA256_DIGEST_LENGTH;

/// Days since 1970-01-01 to year, month, day, for any date of the proleptic Gregorian calendar.
struct Date {
  std::int64_t year;
  std::int64_t month;
  std::int64_t day;
};
constexpr Date civil_date(std::int64_t days) noexcept {
  // Counted from 0000-03-01, so that the leap day is the last of its year. [H. Hinnant's algorithm]
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}
static_assert(civil_date(0).year == 1970 && civil_date(0).month == 1 && civil_date(0).day == 1);
static_assert(civil_date(19'782).month == 2 && civil_date(19'782).day == 29);  // 2024-02-29

char* put_digits(char* out, std::int64_t value, int width) noexcept {
  for (int i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + width;
}

Signature base64(const std::array<unsigned char, kDigest>& digest) noexcept {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<char, 44> text{};
  std::size_t o = 0;
  for (std::size_t i = 0; i < kDigest; i += 3) {
    const bool last = i + 2 >= kDigest;  // 32 = 10 * 3 + 2: the last group has two bytes
    const unsigned group = static_cast<unsigned>(digest[i]) << 16 |
                           static_cast<unsigned>(digest[i + 1]) << 8 | (last ? 0u : digest[i + 2]);
    text[o++] = kAlphabet[group >> 18 & 63];
    text[o++] = kAlphabet[group >> 12 & 63];
    text[o++] = kAlphabet[group >> 6 & 63];
    text[o++] = last ? '=' : kAlphabet[group & 63];
  }
  return {std::string_view(text.data(), text.size())};
}

}  // namespace

RestTimestamp rest_timestamp(Timestamp venue_time) noexcept {
  const std::int64_t ms = to_unix_millis(venue_time);
  constexpr std::int64_t kDay = 86'400'000;
  const std::int64_t days = (ms >= 0 ? ms : ms - kDay + 1) / kDay;
  const std::int64_t of_day = ms - days * kDay;
  const Date date = civil_date(days);
  std::array<char, 24> text{};
  char* p = put_digits(text.data(), date.year, 4);
  *p++ = '-';
  p = put_digits(p, date.month, 2);
  *p++ = '-';
  p = put_digits(p, date.day, 2);
  *p++ = 'T';
  p = put_digits(p, of_day / 3'600'000, 2);
  *p++ = ':';
  p = put_digits(p, of_day / 60'000 % 60, 2);
  *p++ = ':';
  p = put_digits(p, of_day / 1'000 % 60, 2);
  *p++ = '.';
  p = put_digits(p, of_day % 1'000, 3);
  *p = 'Z';
  return {std::string_view(text.data(), text.size())};
}

Signer::Signer(Credentials credentials) : inner_(sizeof(SHA256_CTX)), outer_(sizeof(SHA256_CTX)) {
  replace(std::move(credentials));
}

void Signer::replace(Credentials credentials) {
  credentials_ = std::move(credentials);
  ++key_number_;
  const std::string_view secret = credentials_.secret.reveal();
  std::array<unsigned char, kBlock> key{};
  if (secret.size() > kBlock) {
    SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), key.data());
  } else {
    std::ranges::copy(secret, key.begin());  // an empty one has no address to copy from
  }
  const auto prime = [&key](SecretMemory& state, unsigned char pad) {
    std::array<unsigned char, kBlock> padded{};
    for (std::size_t i = 0; i < kBlock; ++i) padded[i] = static_cast<unsigned char>(key[i] ^ pad);
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, padded.data(), padded.size());
    std::memcpy(state.data(), &context, sizeof context);
    OPENSSL_cleanse(padded.data(), padded.size());
    OPENSSL_cleanse(&context, sizeof context);
  };
  prime(inner_, 0x36);
  prime(outer_, 0x5c);
  OPENSSL_cleanse(key.data(), key.size());
}

Signature Signer::sign(std::initializer_list<std::string_view> parts) const noexcept {
  std::array<unsigned char, kDigest> digest{};
  SHA256_CTX context;
  std::memcpy(&context, inner_.data(), sizeof context);
  for (std::string_view part : parts) SHA256_Update(&context, part.data(), part.size());
  SHA256_Final(digest.data(), &context);
  std::memcpy(&context, outer_.data(), sizeof context);
  SHA256_Update(&context, digest.data(), digest.size());
  SHA256_Final(digest.data(), &context);
  OPENSSL_cleanse(&context, sizeof context);
  return base64(digest);
}

Secret Signer::login_message(Timestamp venue_time) const {
  // Whole seconds here, unlike everywhere else at this venue. [PROTOCOL 2.3]
  const std::string timestamp = std::to_string(to_unix_millis(venue_time) / 1'000);
  const Signature signature = sign({timestamp, "GET", "/users/self/verify"});
  std::string message;
  // Room for all of it at once, escapes too: a text that grows leaves copies behind.
  message.reserve(256 + 6 * (api_key().reveal().size() + passphrase().reveal().size()));
  message += R"({"op":"login","args":[{"apiKey":)";
  append_json_string(message, api_key().reveal());
  message += R"(,"passphrase":)";
  append_json_string(message, passphrase().reveal());
  message += R"(,"timestamp":")" + timestamp + R"(","sign":")";
  message += signature.view();
  message += R"("}]})";
  return Secret::take(message);
}

}  // namespace gannet::okx
