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

struct Instruction {
  uint64_t address = 0;
  std::string bytes;
  /// As LLVM's assembler reads it, one space between mnemonic and operands; ".long 0x..." where nothing
  /// decodes.
  std::string text;
  /// LLVM's name of the encoding, e.g. V_ADD_F32_e32_vi; empty where nothing decodes.
  std::string opcode;
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

/// The functions of an AMD code object (linked or not), by address; only `name` if that is given. Symbol
/// sizes bound the functions, hence no padding at their ends.
llvm::Expected<std::vector<CodeFunction>> disassemble(llvm::StringRef binary, llvm::StringRef name = {});

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
