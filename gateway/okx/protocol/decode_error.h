#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace gannet::okx {

/// Why a frame, or a row of it, was refused. The frame then tells nothing: no part of it is used.
enum class DecodeError : std::uint8_t {
  NotJson,            ///< not one whole JSON object in UTF-8 (cut short, trailing bytes, ...)
  WrongShape,         ///< JSON, but an array where an object belongs, or the other way round
  MissingField,       ///< a field without which the message means nothing is absent or empty
  BadNumber,          ///< a number field holds something else
  TooPrecise,         ///< more decimals than the instrument's unit has, and not zeros
  OutOfRange,         ///< does not fit, or is absurd: a price or quantity below zero
  UnknownValue,       ///< an enumeration value that has no meaning to us
  UnknownInstrument,  ///< names an instrument that is not in the table
  Overflow,           ///< more rows or levels than there is room for
};

/// "too_precise"; stable, used in logs and by `gannet decode`.
constexpr std::string_view name_of(DecodeError error) noexcept {
  switch (error) {
    case DecodeError::NotJson:
      return "not_json";
    case DecodeError::WrongShape:
      return "wrong_shape";
    case DecodeError::MissingField:
      return "missing_field";
    case DecodeError::BadNumber:
      return "bad_number";
    case DecodeError::TooPrecise:
      return "too_precise";
    case DecodeError::OutOfRange:
      return "out_of_range";
    case DecodeError::UnknownValue:
      return "unknown_value";
    case DecodeError::UnknownInstrument:
      return "unknown_instrument";
    case DecodeError::Overflow:
      return "overflow";
  }
  return "unknown";
}

using DecodeStatus = std::expected<void, DecodeError>;

}  // namespace gannet::okx
