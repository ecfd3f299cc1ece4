#include "kiln/Inspector/Lint.h"
#include "Liveness.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using kiln::codegen::RegisterFile;
using kiln::codegen::RegisterRange;

namespace kiln::inspector {

StringRef checkName(Check check) {
  static constexpr const char *names[CheckCount] = {"undefined-address", "dead-load",  "redundant-wait",
                                                    "narrow-access",     "float-mode", "float8-flavour"};
  return names[static_cast<unsigned>(check)];
}

static std::string hex(uint64_t address) { return "0x" + utohexstr(address, /*LowerCase=*/true); }

/// Registers that nothing has written on any way, though an address is taken from them.
static void findUndefined(const FunctionView &function, std::vector<LintFinding> &findings) {
  if (!function.isKernel || !function.descriptor || !function.isComplete())
    return;
  visitDefined(function, [&](unsigned i, const RegisterSet &defined) {
    for (RegisterRange range : addressRegisters(function.code[i], function.infos[i])) {
      if (defined.containsAll(range))
        continue;
      bool part = defined.containsAny(range);
      findings.push_back({Check::UndefinedAddress,
                          {function.code[i].address},
                          function.infos[i].mnemonic + " takes its address from " + registerText(range) +
                              ", " + (part ? "a part of which" : "which") + " nothing has written"});
    }
  });
}

/// Loads of which nobody reads a result. What comes back to the caller of a function is not known.
static void findDeadLoads(const FunctionView &function, std::vector<LintFinding> &findings) {
  if (!function.isKernel || !function.isComplete())
    return;
  visitLive(function, [&](unsigned i, const RegisterSet &, const RegisterSet &after) {
    const InstructionInfo &info = function.infos[i];
    const codegen::Instruction &instruction = function.code[i];
    // An atomic is there for its store, and copies into LDS have no result.
    if (!info.load || info.store || instruction.writes.empty())
      return;
    if (none_of(instruction.writes, [&](RegisterRange range) { return after.containsAny(range); }))
      findings.push_back(
          {Check::DeadLoad,
           {instruction.address},
           "nothing reads " + registerText(instruction.writes[0]) + ", which " + info.mnemonic + " loads"});
  });
}

static void findRedundantWaits(const WaitAudit &audit, std::vector<LintFinding> &findings) {
  for (const WaitRecord &wait : audit.waits)
    if (wait.redundant)
      findings.push_back({Check::RedundantWait,
                          {wait.address},
                          "nothing that it would wait for is in flight when control comes there"});
}

/// Loads and stores of the steady loop that move less than 128 bits a lane: one finding for each mnemonic.
/// Transposing reads come in their widths only.
static void findNarrowAccesses(const FunctionView &function, const std::vector<unsigned> &steady,
                               std::vector<LintFinding> &findings) {
  constexpr unsigned wide = 16;
  std::map<std::string, LintFinding> byName;
  for (unsigned block : steady)
    for (unsigned i = function.flow.blocks[block].first; i < function.flow.blocks[block].end; ++i) {
      const InstructionInfo &info = function.infos[i];
      bool counts = info.memory == MemoryKind::Lds || info.memory == MemoryKind::Global;
      if (!counts || !info.bytes || info.bytes >= wide || StringRef(info.mnemonic).contains("_tr_") ||
          (info.load && info.store))
        continue;
      LintFinding &finding = byName[info.mnemonic];
      finding.check = Check::NarrowAccess;
      finding.addresses.push_back(function.code[i].address);
      finding.message = std::to_string(finding.addresses.size()) + " " + info.mnemonic +
                        " in the steady loop move " + std::to_string(info.bytes) +
                        " bytes a lane, 16 are possible";
    }
  for (auto &[name, finding] : byName)
    findings.push_back(std::move(finding));
}

/// Hardware register 1 is MODE (CDNA3 ISA 5.8); its lowest 8 bits are rounding and denormals.
static bool setsFloatMode(const codegen::Instruction &instruction, const InstructionInfo &info) {
  StringRef name = info.mnemonic;
  if (name == "s_round_mode" || name == "s_denorm_mode")
    return true;
  if (!name.starts_with("s_setreg"))
    return false;
  constexpr unsigned modeRegister = 1, floatBits = 8;
  for (const codegen::Operand &operand : instruction.operands)
    if (!operand.registers && (operand.value & 0x3f) == modeRegister &&
        (operand.value >> 6 & 0x1f) < floatBits && StringRef(instruction.text).contains("HW_REG_MODE"))
      return true;
  return false;
}

static void checkFloatMode(const FunctionView &function, const Contract &contract,
                           std::vector<LintFinding> &findings) {
  if (!contract.ieee)
    return;
  auto add = [&](std::vector<uint64_t> addresses, const std::string &message) {
    findings.push_back({Check::FloatMode, std::move(addresses), message});
  };
  constexpr unsigned nearest = 0, keepsAll = 3;
  if (const codegen::KernelDescriptor *descriptor = function.descriptor) {
    if (descriptor->round32 != nearest || descriptor->round16And64 != nearest)
      add({}, "the kernel starts with a rounding mode other than to nearest");
    if (descriptor->denormals32 != keepsAll)
      add({}, "the kernel starts with denormals of f32 flushed");
    if (descriptor->denormals16And64 != keepsAll)
      add({}, "the kernel starts with denormals of f16 and f64 flushed");
  }
  for (unsigned i = 0; i < function.code.size(); ++i)
    if (setsFloatMode(function.code[i], function.infos[i]))
      add({function.code[i].address}, "it changes rounding or denormals: " + function.code[i].text);
}

static bool isFloat8(StringRef type) { return type.starts_with("f8E4M3") || type.starts_with("f8E5M2"); }

/// 8-bit floats have the same mnemonics on all chips, but not the same values (CDNA3 ISA 7.1.2, CDNA4 7.1.2).
static void checkFloat8(const FunctionView &function, const MachineFacts *machine, const Contract &contract,
                        std::vector<LintFinding> &findings) {
  if (!machine)
    return;
  std::vector<std::string> foreign, own;
  for (const std::string &type : contract.formats)
    if (isFloat8(type) && !is_contained(machine->formats, type))
      foreign.push_back(type);
  for (const std::string &type : machine->formats)
    if (isFloat8(type))
      own.push_back(type);
  if (foreign.empty())
    return;
  LintFinding finding{Check::Float8Flavour, {}, {}};
  for (unsigned i = 0; i < function.code.size(); ++i) {
    StringRef name = function.infos[i].mnemonic;
    if (name.contains("fp8") || name.contains("bf8") || name.contains("f8f6f4"))
      finding.addresses.push_back(function.code[i].address);
  }
  if (finding.addresses.empty())
    return;
  finding.message = "the kernel's arguments are " + join(foreign, ", ") + ", but these instructions of " +
                    machine->name + " take " + (own.empty() ? "none" : join(own, ", ")) + " (first at " +
                    hex(finding.addresses[0]) + ")";
  findings.push_back(std::move(finding));
}

std::vector<LintFinding> lint(const FunctionView &function, const WaitAudit &waits,
                              const std::vector<unsigned> &steady, const MachineFacts *machine,
                              const Contract &contract) {
  std::vector<LintFinding> findings;
  if (function.code.empty())
    return findings;
  findUndefined(function, findings);
  findDeadLoads(function, findings);
  findRedundantWaits(waits, findings);
  findNarrowAccesses(function, steady, findings);
  checkFloatMode(function, contract, findings);
  checkFloat8(function, machine, contract, findings);
  return findings;
}

} // namespace kiln::inspector
