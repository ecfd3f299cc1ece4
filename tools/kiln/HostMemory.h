// Launch buffers in this process: an address is a host pointer.
#ifndef KILN_TOOLS_HOSTMEMORY_H
#define KILN_TOOLS_HOSTMEMORY_H

#include "kiln/launch/Launch.h"

#include <cstring>
#include <memory>
#include <new>

namespace kiln::tools {

class HostMemory : public launch::Memory {
public:
  bool allocate(uint64_t size, uint64_t &address, std::string &error) override {
    std::unique_ptr<uint8_t[]> block(new (std::nothrow) uint8_t[size ? size : 1]);
    if (!block) {
      error = "cannot allocate " + std::to_string(size) + " bytes";
      return false;
    }
    address = reinterpret_cast<uint64_t>(block.get());
    blocks.push_back(std::move(block));
    return true;
  }
  bool write(uint64_t address, const void *data, uint64_t size, std::string &) override {
    std::memcpy(reinterpret_cast<void *>(address), data, size);
    return true;
  }
  bool read(uint64_t address, void *data, uint64_t size, std::string &) override {
    std::memcpy(data, reinterpret_cast<const void *>(address), size);
    return true;
  }

private:
  std::vector<std::unique_ptr<uint8_t[]>> blocks;
};

} // namespace kiln::tools

#endif
