// Google Benchmark's main with two differences: names stay as they were given (no "/manual_time"
// and the like: scripts rely on them), and an error of any benchmark is an exit code.

#include <benchmark/benchmark.h>

#include <string_view>
#include <vector>

namespace {

bool has_failed = false;

template <class Reporter>
class PlainNames final : public Reporter {
 public:
  using Reporter::Reporter;

  void ReportRuns(const std::vector<benchmark::BenchmarkReporter::Run>& runs) override {
    std::vector<benchmark::BenchmarkReporter::Run> plain = runs;
    for (auto& run : plain) {
      run.run_name.time_type.clear();
      run.run_name.iterations.clear();
      has_failed = has_failed || run.error_occurred;
    }
    Reporter::ReportRuns(plain);
  }
};

}  // namespace

int main(int argc, char** argv) {
  bool writes_file = false;
  for (int i = 1; i < argc; ++i) {
    writes_file = writes_file || std::string_view(argv[i]).starts_with("--benchmark_out=");
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  PlainNames<benchmark::ConsoleReporter> console(benchmark::ConsoleReporter::OO_Tabular);
  PlainNames<benchmark::JSONReporter> file;
  const std::size_t count =
      benchmark::RunSpecifiedBenchmarks(&console, writes_file ? &file : nullptr);
  benchmark::Shutdown();
  return has_failed || count == 0 ? 1 : 0;
}
