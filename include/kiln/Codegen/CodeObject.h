// What stands in emitted code: instructions and the resources of its kernels. Works on any code object, not
// only on ours.
#ifndef KILN_CODEGEN_CODEOBJECT_H
#define KILN_CODEGEN_CODEOBJECT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kiln::codegen {

struct SourceLine {
  std::string file;
  unsigned line = 0, column = 0;
};

/// An inlined function and where it is called.
struct InlinedCall {
  std::string function;
  SourceLine at;
};

enum class RegisterFile : uint8_t { Vector, Accumulation, Scalar };

/// Registers of 32 bits with consecutive numbers. Scalar ones are numbered as the ISA manuals encode scalar
/// operands: s0 to s101 (later s105), VCC 106, M0 124, EXEC 126, SCC 253.
struct RegisterRange {
  RegisterFile file = RegisterFile::Scalar;
  uint16_t first = 0, count = 0;
  explicit operator bool() const { return count != 0; }
  bool contains(RegisterFile in, unsigned number) const {
    return file == in && number >= first && number < unsigned(first) + count;
  }
};
constexpr unsigned vccRegister = 106, m0Register = 124, execRegister = 126, sccRegister = 253;

/// As LLVM's MCInst lists them: results first, then sources, then offsets and modifiers.
struct Operand {
  RegisterRange registers; // empty: an immediate
  int64_t value = 0;
};

struct Instruction {
  uint64_t address = 0;
  std::string bytes;
  /// As LLVM's assembler reads it, one space between mnemonic and operands; ".long 0x..." where nothing
  /// decodes.
  std::string text;
  /// LLVM's name of the encoding, e.g. V_ADD_F32_e32_vi; empty where nothing decodes.
  std::string opcode;
  std::vector<Operand> operands;
  /// What it touches, implied operands too. Of a register that is written in part the old value is read.
  std::vector<RegisterRange> reads, writes;
  /// Where a direct branch goes.
  std::optional<uint64_t> branchTarget;
  /// Present if the object has a line table.
  std::optional<SourceLine> source;
  /// The inlined functions around it, innermost first. In our code these are the schedule's ops.
  std::vector<InlinedCall> calls;
};

struct CodeFunction {
  std::string name;
  uint64_t address = 0, size = 0;
  std::vector<Instruction> instructions;
};

/// The functions of an AMD code object (linked or not), by address; only `name` if that is given. A
/// kernel without a function symbol begins where its descriptor says; a function without a size ends at the next
/// one. There is no padding at their ends.
llvm::Expected<std::vector<CodeFunction>> disassemble(llvm::StringRef binary, llvm::StringRef name = {});

/// What the 64 bytes "NAME.kd" tell the hardware that starts a wave (LLVM's AMDGPUUsage, "Kernel
/// Descriptor").
struct KernelDescriptor {
  std::string name;
  unsigned lds = 0, scratch = 0, argumentBytes = 0;
  /// Registers of a lane, rounded up to the unit of allocation; the first accumulation register's place in
  /// them (gfx90a and its successors).
  unsigned vgprs = 0;
  std::optional<unsigned> accumulatorOffset;
  /// Registers with a value when the wave starts: s0..., v0...
  unsigned scalarsAtStart = 0, vectorsAtStart = 0;
  /// s0 to s3 are the descriptor of scratch memory.
  bool hasScratchBuffer = false;
  /// Dimensions of the work-item's number that it gets.
  unsigned dimensions = 1;
  /// FP_ROUND and FP_DENORM of the MODE register: single precision, and half with double precision.
  unsigned round32 = 0, round16And64 = 0, denormals32 = 0, denormals16And64 = 0;
};

/// Of the kernels of an AMD code object that is linked.
llvm::Expected<std::vector<KernelDescriptor>> kernelDescriptors(llvm::StringRef binary);

/// Assembles AMD assembly text for the processor that its .amdgcn_target names, or for `processor` (the text
/// must not name another one then). Errors carry lines of the text.
llvm::Expected<std::string> assemble(llvm::StringRef text, llvm::StringRef fileName,
                                     llvm::StringRef processor = {});

struct KernelArgument {
  std::string name, kind;
  unsigned offset = 0, size = 0;
};

/// Resources of one kernel. A figure that the binary does not state is absent: PTX names virtual registers
/// only, and the driver decides about the rest.
struct KernelInfo {
  std::string name;
  /// Processor, e.g. "gfx950" or "sm_90a".
  std::string chip;
  /// Vector registers of a lane in all; `agprs` of them are accumulation registers.
  std::optional<unsigned> vgprs, agprs, sgprs;
  std::optional<unsigned> vgprSpills, sgprSpills;
  /// Bytes: static LDS/shared memory of a workgroup, scratch/local memory of a lane, argument block.
  std::optional<unsigned> lds, scratch, argumentBytes;
  std::optional<unsigned> maxWorkgroupSize, wavefrontSize;
  bool dynamicStack = false;
  std::vector<KernelArgument> arguments;
};

/// The kernels of an AMD code object (from its metadata note) or of PTX text, in their order there.
llvm::Expected<std::vector<KernelInfo>> kernelInfo(llvm::StringRef binary);

} // namespace kiln::codegen

#endif // KILN_CODEGEN_CODEOBJECT_H
