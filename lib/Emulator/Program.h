// A code object in device memory, decoded as execution reaches it.
#ifndef KILN_LIB_EMULATOR_PROGRAM_H
#define KILN_LIB_EMULATOR_PROGRAM_H

#include "Decoder.h"
#include "LineTable.h"
#include "kiln/Emulator/Emulator.h"
#include <atomic>
#include <deque>
#include <mutex>

namespace kiln::emulator {

/// Each instruction is decoded once, when first reached: a large object costs nothing to load, and data
/// between functions is never taken for code. Look-ups are thread safe and take no lock once an address is
/// decoded.
class Program {
public:
  Program(std::shared_ptr<CodeObject> object, uint64_t loadAddress);

  /// The instruction at an absolute address, or null outside the code.
  const Instruction *at(uint64_t pc) {
    for (Text &text : texts) {
      uint64_t offset = pc - text.base;
      if (offset >= text.bytes.size() || offset % 4)
        continue;
      if (const Instruction *known = text.slots[offset / 4].load(std::memory_order_acquire))
        return known;
      return decode(text, offset);
    }
    return nullptr;
  }

  /// What an instruction is for a kernel with fewer registers than it names (manual 3.6.1): such a source is
  /// v0 or s0; with such a vector result the instruction does nothing, or accesses memory for no lane; such a
  /// scalar result is dropped, and what else the instruction does, to SCC, EXEC or memory, stays.
  const Instruction &withRegisters(const Instruction &inst, const RegisterCounts &limit);

  const CodeObject &object() const { return *code; }
  uint64_t loadAddress() const { return loadBase; }
  /// Addresses in it are the object's; subtract loadAddress.
  const LineTable &lines();

private:
  struct Text {
    uint64_t base;
    std::vector<uint8_t> bytes; ///< as loaded; stores never change them (Device::load protects the code)
    std::unique_ptr<std::atomic<const Instruction *>[]> slots;
  };
  const Instruction *decode(Text &text, uint64_t offset);

  std::shared_ptr<CodeObject> code;
  uint64_t loadBase;
  std::vector<Text> texts;
  std::mutex decoding;
  Decoder decoder;
  std::unique_ptr<LineTable> lineTable;
  std::deque<Instruction> instructions; // stable addresses
  std::map<std::pair<const Instruction *, uint64_t>, Instruction> outOfRange; // by RegisterCounts::bits
};

} // namespace kiln::emulator

#endif
