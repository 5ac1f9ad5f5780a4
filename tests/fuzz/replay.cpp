// Stands in for libFuzzer's main: runs the target once over each file named.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "%s: cannot read the seed %s\n", argv[0], argv[i]);
      return 1;
    }
    const std::vector<char> seed{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(seed.data()), seed.size());
  }
  std::printf("%s: %d seeds\n", argv[0], argc - 1);
  return argc > 1 ? 0 : 1;
}
