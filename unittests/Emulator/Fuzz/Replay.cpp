// Runs a fuzz target on the files of a folder, and on a fixed number of mutations of them: the smoke test of
// `make check`.
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <random>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/// Only the target of machine code has one.
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize,
                                                                unsigned seed);

static std::mt19937 mutations(1);

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize) {
  for (unsigned count = 1 + mutations() % 4; size && count; --count)
    data[mutations() % size] = mutations() % 2 ? uint8_t(mutations()) : uint8_t(1u << mutations() % 8);
  return mutations() % 8 || !size ? size : mutations() % size;
}

static std::vector<uint8_t> mutated(std::vector<uint8_t> input) {
  size_t size = input.size();
  input.resize(size + 64);
  size = LLVMFuzzerCustomMutator
             ? LLVMFuzzerCustomMutator(input.data(), size, input.size(), unsigned(mutations()))
             : LLVMFuzzerMutate(input.data(), size, input.size());
  input.resize(size);
  return input;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    llvm::errs() << "usage: " << argv[0] << " MUTATIONS FILE|FOLDER...\n";
    return 2;
  }
  std::vector<std::string> paths;
  for (int i = 2; i < argc; ++i) {
    std::error_code error;
    if (!llvm::sys::fs::is_directory(argv[i]))
      paths.push_back(argv[i]);
    else
      for (llvm::sys::fs::directory_iterator file(argv[i], error), end; file != end && !error;
           file.increment(error))
        paths.push_back(file->path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::vector<uint8_t>> inputs;
  for (const std::string &path : paths)
    if (auto file = llvm::MemoryBuffer::getFile(path))
      inputs.emplace_back((*file)->getBufferStart(), (*file)->getBufferEnd());
  if (inputs.empty()) {
    llvm::errs() << "error: no inputs in " << argv[2] << "\n";
    return 1;
  }
  for (const auto &input : inputs)
    LLVMFuzzerTestOneInput(input.data(), input.size());
  for (int i = std::stoi(argv[1]); i > 0; --i) {
    std::vector<uint8_t> input = mutated(inputs[mutations() % inputs.size()]);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  llvm::outs() << inputs.size() << " inputs, " << argv[1] << " mutations\n";
  return 0;
}
