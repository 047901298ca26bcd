#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

namespace gannet {

/// A block of memory for what must not be seen: locked (never written to swap), left out of core
/// dumps and of forked children, wiped when given back. From one region that all blocks share;
/// where the system refuses to lock, the rest of the promise still holds. SEC-02. Thread: any.
class SecretMemory {
 public:
  SecretMemory() = default;
  explicit SecretMemory(std::size_t size);
  SecretMemory(const SecretMemory& other);
  SecretMemory(SecretMemory&& other) noexcept;
  SecretMemory& operator=(SecretMemory other) noexcept;
  ~SecretMemory();

  /// Zeros at first. 16-byte aligned; null when the size is 0.
  char* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Text that must not be shown: prints as *** (and fmt refuses to compile it), compares with
/// nothing, lives in SecretMemory and is wiped when it goes. SEC-02.
class Secret {
 public:
  Secret() = default;
  /// A copy: the caller wipes what it copies from, or lets `take` do it.
  explicit Secret(std::string_view text);
  /// Wipes `text`, all of its room.
  static Secret take(std::string& text);

  bool empty() const noexcept { return memory_.size() == 0; }
  /// For the signer alone. Valid as long as this object lives and is not assigned to.
  std::string_view reveal() const noexcept { return {memory_.data(), memory_.size()}; }
  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }

 private:
  SecretMemory memory_;
};

/// Overwrites bytes in a way that the compiler may not leave out.
void wipe(void* bytes, std::size_t count) noexcept;
/// The whole room of a text, what an earlier and longer one left behind too; it is empty then.
void wipe(std::string& text) noexcept;

/// Where the region of all secret memory lies and what the system granted, for tests and `doctor`.
struct SecretRegion {
  const void* begin = nullptr;
  std::size_t size = 0;
  bool locked = false;
  bool kept_from_dumps = false;
};
SecretRegion secret_region() noexcept;

}  // namespace gannet
