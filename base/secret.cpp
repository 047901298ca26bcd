#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <bitset>
#include <mutex>
#include <new>
#include <utility>

namespace gannet {
namespace {

/// One mapping, given out in runs of cells. Small enough for the locked memory that a container
/// usually grants (64 KB), large enough for the keys, the signers and the requests under way.
class Region {
 public:
  static constexpr std::size_t kCell = 64;
  static constexpr std::size_t kCells = 896;  // 56 KB
  static constexpr std::size_t kBytes = kCell * kCells;

  Region() noexcept {
    void* const mapped =
        ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return;
    base_ = static_cast<char*>(mapped);
    locked_ = ::mlock(base_, kBytes) == 0;
    undumped_ = ::madvise(base_, kBytes, MADV_DONTDUMP) == 0;
    ::madvise(base_, kBytes, MADV_WIPEONFORK);
  }

  /// First fit; null when there is no run of that length.
  char* take(std::size_t size) noexcept {
    const std::size_t wanted = cells_of(size);
    const std::scoped_lock lock(mutex_);
    if (base_ == nullptr) return nullptr;
    std::size_t free = 0;
    for (std::size_t i = 0; i < kCells; ++i) {
      free = used_[i] ? 0 : free + 1;
      if (free < wanted) continue;
      const std::size_t first = i + 1 - wanted;
      for (std::size_t cell = first; cell <= i; ++cell) used_[cell] = true;
      return base_ + first * kCell;
    }
    return nullptr;
  }

  /// False: it is not of this region.
  bool give_back(const char* block, std::size_t size) noexcept {
    if (base_ == nullptr || block < base_ || block >= base_ + kBytes) return false;
    const std::size_t first = static_cast<std::size_t>(block - base_) / kCell;
    const std::scoped_lock lock(mutex_);
    for (std::size_t cell = first; cell < first + cells_of(size); ++cell) used_[cell] = false;
    return true;
  }

  SecretRegion look() const noexcept { return {base_, kBytes, locked_, undumped_}; }

 private:
  static std::size_t cells_of(std::size_t size) noexcept { return (size + kCell - 1) / kCell; }

  std::mutex mutex_;
  std::bitset<kCells> used_;
  char* base_ = nullptr;
  bool locked_ = false;
  bool undumped_ = false;
};

/// Never destroyed: secrets of other statics may outlive it.
Region& region() noexcept {
  alignas(Region) static unsigned char room[sizeof(Region)];
  static Region* const made = new (room) Region;
  return *made;
}

}  // namespace

void wipe(void* bytes, std::size_t count) noexcept {
  if (count != 0) ::explicit_bzero(bytes, count);
}

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());  // within its room: no allocation
  wipe(text.data(), text.size());
  text.clear();
}

SecretMemory::SecretMemory(std::size_t size) : size_(size) {
  if (size == 0) return;
  data_ = region().take(size);
  if (data_ != nullptr) return;
  // The region is full or was refused: still wiped, but neither locked nor left out of a dump.
  data_ = static_cast<char*>(::operator new(size));
  std::fill_n(data_, size, '\0');
}

SecretMemory::SecretMemory(const SecretMemory& other) : SecretMemory(other.size_) {
  std::copy_n(other.data_, size_, data_);
}

SecretMemory::SecretMemory(SecretMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretMemory& SecretMemory::operator=(SecretMemory other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SecretMemory::~SecretMemory() {
  if (data_ == nullptr) return;
  wipe(data_, size_);
  if (!region().give_back(data_, size_)) ::operator delete(data_);
}

Secret::Secret(std::string_view text) : memory_(text.size()) {
  std::copy_n(text.data(), text.size(), memory_.data());
}

Secret Secret::take(std::string& text) {
  Secret secret{std::string_view(text)};
  wipe(text);
  return secret;
}

SecretRegion secret_region() noexcept { return region().look(); }

}  // namespace gannet
