#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/journal_files.h"

namespace gannet::test {

/// A disk in memory whose power can be cut: of what was not synced each sector is there, or not, or
/// torn, in any mixture, and a file whose name was not synced may be gone. It can also stop working
/// after so many operations, or fail one sync and work on as if nothing had been.
class FaultyFiles final : public JournalFiles {
 public:
  static constexpr std::size_t kSector = 512;

  explicit FaultyFiles(std::uint64_t seed) : random_(seed) {}

  std::uint64_t operations = 0;
  std::uint64_t dies_after = ~std::uint64_t{0};  ///< nothing works from then on
  std::set<std::uint64_t> failing_syncs;         ///< by their number, from 1
  std::uint64_t syncs = 0;
  std::uint32_t free = 900'000;  ///< parts per million

  void cut_power() {
    for (auto it = files_.begin(); it != files_.end();) {
      it->second->tear(random_);
      const bool is_gone = !it->second->named && random_() % 2 == 0;
      it = is_gone ? files_.erase(it) : std::next(it);
    }
    dies_after = ~std::uint64_t{0};
  }

  std::expected<void, Error> make_directory(const std::string&) override { return {}; }
  std::expected<std::vector<std::string>, Error> list(const std::string& directory) override {
    std::vector<std::string> names;
    for (const auto& [path, file] : files_) names.push_back(path.substr(directory.size() + 1));
    return names;
  }
  std::optional<std::vector<std::byte>> read(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return std::nullopt;
    return found->second->bytes;
  }
  std::unique_ptr<JournalFile> create(const std::string& path, std::size_t) override {
    if (!works()) return nullptr;
    files_[path] = std::make_shared<Content>();
    return std::make_unique<Open>(*this, files_[path]);
  }
  bool cut(const std::string& path, std::uint64_t size) override {
    if (!works()) return false;
    files_[path]->bytes.resize(size);
    files_[path]->durable = files_[path]->bytes;
    return true;
  }
  bool remove(const std::string& path) override { return works() && files_.erase(path) == 1; }
  bool rename(const std::string& from, const std::string& to) override {
    if (!works()) return false;
    files_[to] = files_[from];
    files_.erase(from);
    return true;
  }
  bool sync_directory(const std::string&) override {
    if (!works()) return false;
    for (auto& [path, file] : files_) file->named = true;
    return true;
  }
  std::optional<std::uint32_t> free_ppm(const std::string&) override { return free; }

 private:
  struct Content {
    std::vector<std::byte> bytes;    ///< as a reader sees them before the cut
    std::vector<std::byte> durable;  ///< as they were synced last
    bool named = false;

    void tear(std::mt19937_64& random) {
      std::vector<std::byte> left = durable;
      // The length is data of its own: it may be ahead of what was written, zeros then.
      left.resize(durable.size() + random() % (bytes.size() - durable.size() + 1));
      for (std::size_t at = 0; at < left.size(); at += kSector) {
        const std::size_t size = std::min(kSector, left.size() - at);
        const std::uint64_t dice = random() % 4;
        const std::size_t written = dice == 0 ? 0 : dice == 1 ? random() % (size + 1) : size;
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), written,
                    left.begin() + static_cast<std::ptrdiff_t>(at));
      }
      bytes = durable = std::move(left);
    }
  };
  struct Open final : JournalFile {
    Open(FaultyFiles& of, std::shared_ptr<Content> content) : disk(of), file(std::move(content)) {}
    bool write(std::span<const std::byte> bytes) noexcept override {
      if (!disk.works()) {
        // A part of it got there.
        bytes = bytes.first(bytes.empty() ? 0 : disk.random_() % bytes.size());
        file->bytes.insert(file->bytes.end(), bytes.begin(), bytes.end());
        return false;
      }
      file->bytes.insert(file->bytes.end(), bytes.begin(), bytes.end());
      return true;
    }
    bool sync() noexcept override {
      if (!disk.works() || disk.failing_syncs.contains(++disk.syncs)) return false;
      file->durable = file->bytes;
      return true;
    }
    FaultyFiles& disk;
    std::shared_ptr<Content> file;
  };

  bool works() noexcept { return ++operations <= dies_after; }

  std::map<std::string, std::shared_ptr<Content>> files_;
  std::mt19937_64 random_;
};

}  // namespace gannet::test
