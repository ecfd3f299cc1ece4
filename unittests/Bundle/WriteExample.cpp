// Writes the example bundle to a file, for checks by programs that share no code with us.
#include "Example.h"

#include <fstream>
#include <iostream>

int main(int argc, char **argv) {
  llvm::Expected<std::string> bytes = kiln::bundle::writeBundle(exampleBundle());
  if (!bytes) {
    std::cerr << llvm::toString(bytes.takeError()) << '\n';
    return 1;
  }
  std::ofstream(argv[1], std::ios::binary) << *bytes;
}
