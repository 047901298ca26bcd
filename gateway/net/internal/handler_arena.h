#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>

namespace gannet::net {

/// Memory for the few operations a connection has in flight, reused: Asio's own recycling works
/// only inside a turn of the loop, and an order may be written between turns. What does not fit
/// comes from the heap. Thread: one.
class HandlerArena {
 public:
  static constexpr std::size_t kBlocks = 8;
  static constexpr std::size_t kBlockBytes = 1'024;

  HandlerArena() = default;
  HandlerArena(const HandlerArena&) = delete;
  HandlerArena& operator=(const HandlerArena&) = delete;

  void* allocate(std::size_t bytes) {
    const int free = std::countr_one(used_);
    if (bytes > kBlockBytes || free >= static_cast<int>(kBlocks)) return ::operator new(bytes);
    used_ |= static_cast<std::uint32_t>(1u << free);
    return blocks_[static_cast<std::size_t>(free)].bytes.data();
  }

  void deallocate(void* memory) noexcept {
    const auto* byte = static_cast<const std::byte*>(memory);
    const auto* first = reinterpret_cast<const std::byte*>(blocks_.data());
    if (byte < first || byte >= first + sizeof(blocks_)) return ::operator delete(memory);
    used_ &= ~(1u << (static_cast<std::size_t>(byte - first) / sizeof(Block)));
  }

 private:
  struct alignas(std::max_align_t) Block {
    std::array<std::byte, kBlockBytes> bytes;
  };
  std::array<Block, kBlocks> blocks_;
  std::uint32_t used_ = 0;
};

/// Allocator face of an arena, for Asio's handlers.
template <class T>
class ArenaAllocator {
 public:
  using value_type = T;

  explicit ArenaAllocator(HandlerArena& arena) noexcept : arena_(&arena) {}
  template <class U>
  ArenaAllocator(const ArenaAllocator<U>& other) noexcept  // NOLINT(google-explicit-constructor)
      : arena_(other.arena()) {}

  T* allocate(std::size_t n) { return static_cast<T*>(arena_->allocate(n * sizeof(T))); }
  void deallocate(T* memory, std::size_t) noexcept { arena_->deallocate(memory); }
  HandlerArena* arena() const noexcept { return arena_; }
  friend bool operator==(const ArenaAllocator& a, const ArenaAllocator& b) noexcept {
    return a.arena_ == b.arena_;
  }

 private:
  HandlerArena* arena_;
};

}  // namespace gannet::net
