#pragma once

#include <sys/types.h>

#include <fstream>
#include <string>

namespace gannet::bench {

/// What the machine's processors did meanwhile beside the measurement: the host's other guests
/// (steal), and processes that are neither the bench nor its client. In shares of all processors.
class HostLoad {
 public:
  struct Shares {
    double steal = 0;
    double others = 0;
  };

  explicit HostLoad(pid_t client) : client_(client), begin_(now()) {}
  Shares since_begin() const {
    const Ticks end = now();
    const double all = end.all - begin_.all;
    if (all <= 0) return {};
    const double others = end.busy - begin_.busy - (end.own - begin_.own);
    return {(end.steal - begin_.steal) / all, others > 0 ? others / all : 0};
  }

 private:
  struct Ticks {
    double all = 0, busy = 0, steal = 0, own = 0;
  };

  Ticks now() const {
    Ticks ticks;
    std::ifstream file("/proc/stat");
    std::string word;
    file >> word;
    // user nice system idle iowait irq softirq steal
    for (int i = 0; i < 8; ++i) {
      double value = 0;
      file >> value;
      ticks.all += value;
      if (i != 3 && i != 4 && i != 7) ticks.busy += value;
      if (i == 7) ticks.steal = value;
    }
    ticks.own = of_process("self") + (client_ > 0 ? of_process(std::to_string(client_)) : 0);
    return ticks;
  }

  static double of_process(const std::string& pid) {
    std::ifstream file("/proc/" + pid + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return 0;
    std::size_t at = name_end + 2;
    double sum = 0;
    for (int field = 3; field <= 15; ++field) {  // utime and stime are the 14th and 15th
      const std::size_t end = text.find(' ', at);
      if (field >= 14) sum += std::stod(text.substr(at, end - at));
      at = end + 1;
    }
    return sum;
  }

  pid_t client_;
  Ticks begin_;
};

}  // namespace gannet::bench
