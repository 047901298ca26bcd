// Loaded before a program under test: answers its questions for names as the file named by
// GANNET_RESOLVER_STUB says, at the time of asking: "wrong" (an address where nobody is), "fail",
// "slow" (after 400 ms), anything else: as the system does.
#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** answer) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const char* const file = std::getenv("GANNET_RESOLVER_STUB");
  const bool is_name = node != nullptr && std::strcmp(node, "localhost") == 0;
  if (file == nullptr || !is_name) return real(node, service, hints, answer);
  std::string word;
  std::ifstream(file) >> word;
  if (word == "fail") return EAI_AGAIN;
  if (word == "wrong") return real("127.0.0.99", service, hints, answer);
  if (word == "slow") ::usleep(400'000);
  return real("127.0.0.1", service, hints, answer);
}
