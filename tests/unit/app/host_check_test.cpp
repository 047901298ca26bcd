#include "app/host_check.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "app/thread_setup.h"

namespace gannet::app {
namespace {

using Result = DoctorCheck::Result;

/// The kernel's files, as a test wants them.
class HostCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "gannet-host-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
    put("sys/devices/system/cpu/online", "0-3");
    put("sys/devices/system/cpu/isolated", "2-3");
    put("sys/devices/system/cpu/nohz_full", "3");
    put("sys/devices/system/cpu/cpu3/topology/thread_siblings_list", "3");
    put("sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "performance");
    put("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc");
    put("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never");
    put("proc/stat", "cpu  10 0 10 80 0 0 0 0 0 0");
    put("proc/swaps", "Filename Type Size Used Priority");
    put("proc/irq/7/effective_affinity_list", "0-1");
  }
  void TearDown() override { std::filesystem::remove_all(root); }

  void put(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((root / file).parent_path());
    std::ofstream(root / file) << text << "\n";
  }
  std::map<std::string, Result> look(std::optional<int> cpu = {}) {
    std::map<std::string, Result> results;
    for (const DoctorCheck& check : examine_host({root, cpu, Nanos{0}})) {
      EXPECT_EQ(check.area, "host");
      EXPECT_FALSE(check.meaning.empty()) << check.what;
      results[check.what] = check.result;
    }
    return results;
  }

  std::filesystem::path root;
};

TEST_F(HostCheckTest, FindsNothingOnAMachineThatIsSetUp) {
  for (const auto& [what, result] : look()) {
    // Of this process itself, and of a clock that stands still.
    if (what.starts_with("memory") || what.starts_with("time taken")) continue;
    EXPECT_EQ(result, Result::Ok) << what;
  }
}

TEST_F(HostCheckTest, FindsEachThingThatIsNotAsItShouldBe) {
  const struct {
    const char* file;
    const char* text;
    const char* what;
  } rows[] = {
      {"sys/devices/system/cpu/online", "0", "processors"},
      {"sys/devices/system/cpu/isolated", "0-2", "processor 3 is left alone by the scheduler"},
      {"sys/devices/system/cpu/nohz_full", "(null)", "no timer ticks on processor 3"},
      {"sys/devices/system/cpu/cpu3/topology/thread_siblings_list", "1,3",
       "a core of its own for processor 3"},
      {"sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "powersave", "frequency governor"},
      {"sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet", "clock source"},
      {"sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never", "huge pages"},
      {"proc/swaps", "Filename\n/dev/sda2 partition 1 0 -2", "swap"},
      {"proc/irq/9/smp_affinity_list", "0-3", "interrupts on processor 3"},
  };
  for (const auto& row : rows) {
    std::filesystem::remove_all(root);
    SetUp();
    put(row.file, row.text);
    const auto results = look(3);
    ASSERT_TRUE(results.contains(row.what)) << row.what;
    EXPECT_EQ(results.at(row.what), Result::Differs) << row.what;
  }
}

TEST_F(HostCheckTest, SaysThatItDoesNotKnowWhatIsNotTold) {
  std::filesystem::remove_all(root / "sys/devices/system/cpu/cpu3/cpufreq");
  std::filesystem::remove_all(root / "proc/irq");
  const auto results = look();
  EXPECT_EQ(results.at("frequency governor"), Result::Unknown);
  EXPECT_EQ(results.at("interrupts on processor 3"), Result::Unknown);
  EXPECT_EQ(results.at("time taken by other guests of the host"), Result::Unknown);
}

TEST(ThreadSetup, PinsAThreadAndKeepsOthersClearOfItsProcessor) {
  const auto mask = [] {
    cpu_set_t set;
    EXPECT_EQ(pthread_getaffinity_np(pthread_self(), sizeof set, &set), 0);
    return set;
  };
  std::thread([&] {
    const cpu_set_t all = mask();
    int first = 0;
    while (!CPU_ISSET(static_cast<std::size_t>(first), &all)) ++first;
    keep_clear_of(first);
    const cpu_set_t others = mask();
    EXPECT_EQ(CPU_COUNT(&others), CPU_COUNT(&all) > 1 ? CPU_COUNT(&all) - 1 : 1);
    EXPECT_EQ(CPU_ISSET(static_cast<std::size_t>(first), &others) != 0, CPU_COUNT(&all) == 1);
    pin_to(first);
    const cpu_set_t pinned = mask();
    EXPECT_EQ(CPU_COUNT(&pinned), 1);
    EXPECT_TRUE(CPU_ISSET(static_cast<std::size_t>(first), &pinned));
    touch_stack();
    EXPECT_GT(page_faults(), 0u);
  }).join();
}

TEST(CpuLists, AreReadAsTheKernelWritesThem) {
  EXPECT_TRUE(cpu_list_has("0,2-4", 0));
  EXPECT_FALSE(cpu_list_has("0,2-4", 1));
  EXPECT_TRUE(cpu_list_has("0,2-4", 4));
  EXPECT_FALSE(cpu_list_has("", 0));
  EXPECT_FALSE(cpu_list_has("(null)", 0));
}

}  // namespace
}  // namespace gannet::app
