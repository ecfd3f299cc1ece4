#include "kiln/Inspector/Instructions.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"

using namespace llvm;

namespace kiln::inspector {

StringRef familyName(Family family) {
  static constexpr const char *names[FamilyCount] = {"matrix",  "valu", "transcendental", "salu",   "lds",
                                                     "lds_dma", "vmem", "smem",           "wait",   "barrier",
                                                     "branch",  "nop",  "control",        "unknown"};
  return names[static_cast<unsigned>(family)];
}

static bool startsWithAny(StringRef text, std::initializer_list<StringRef> prefixes) {
  return any_of(prefixes, [&](StringRef prefix) { return text.starts_with(prefix); });
}

static uint32_t wordAt(StringRef bytes, size_t offset) {
  return offset + 4 <= bytes.size() ? support::endian::read32le(bytes.data() + offset) : 0;
}

/// Formats of f8f6f4 by the fields CBSZ and BLGP (CDNA4 ISA 7.1.5), as the target files name them.
static std::string microFormats(StringRef bytes) {
  static constexpr const char *names[8] = {"fp8", "bf8", "fp6", "bf6", "fp4", "?", "?", "?"};
  // The scaled form has its scales in the first 8 bytes.
  size_t offset = bytes.size() == 16 ? 8 : 0;
  unsigned a = wordAt(bytes, offset) >> 8 & 7, b = wordAt(bytes, offset + 4) >> 29;
  return std::string(names[a]) + "_" + names[b];
}

/// "v_mfma_f32_16x16x4_4b_f16": result, shape, blocks if above one, types of a and b.
static std::optional<MatrixOperation> readMatrix(StringRef mnemonic, StringRef bytes) {
  StringRef rest = mnemonic;
  if (!rest.consume_front("v_mfma_scale_") && !rest.consume_front("v_mfma_") &&
      !rest.consume_front("v_smfmac_"))
    return std::nullopt;
  rest = rest.split('_').second;
  auto [shape, types] = rest.split('_');
  MatrixOperation matrix;
  SmallVector<StringRef, 3> sizes;
  shape.split(sizes, 'x');
  if (sizes.size() != 3 || sizes[0].getAsInteger(10, matrix.m) || sizes[1].getAsInteger(10, matrix.n) ||
      sizes[2].getAsInteger(10, matrix.k))
    return std::nullopt;
  if (auto [count, after] = types.split('_');
      count.consume_back("b") && !count.getAsInteger(10, matrix.blocks))
    types = after;
  matrix.types = types.str();
  matrix.atom = mnemonic.drop_front(2).str();
  if (types == "f8f6f4") {
    matrix.types = microFormats(bytes);
    matrix.atom += "_" + matrix.types;
  }
  return matrix;
}

/// Bytes by the width that a memory instruction's name ends in.
static unsigned bytesOf(StringRef name) {
  name.consume_back("_d16_hi");
  name.consume_back("_d16");
  bool twice = name.contains("read2") || name.contains("write2") || name.contains("load_2addr") ||
               name.contains("store_2addr");
  // ds_read_b64_tr_b16: the first width is what a lane reads.
  if (size_t transposes = name.find("_tr_"); transposes != StringRef::npos)
    name = name.take_front(transposes);
  name.consume_back("_rtn");
  StringRef width = name.rsplit('_').second;
  unsigned bytes = StringSwitch<unsigned>(width)
                       .Cases({"ubyte", "sbyte", "byte", "u8", "i8", "b8"}, 1)
                       .Cases({"ushort", "sshort", "short", "u16", "i16", "b16"}, 2)
                       .Cases({"dword", "b32", "u32", "i32", "f32"}, 4)
                       .Cases({"dwordx2", "b64", "u64", "i64", "f64"}, 8)
                       .Cases({"dwordx3", "b96"}, 12)
                       .Cases({"dwordx4", "b128"}, 16)
                       .Case("dwordx8", 32)
                       .Case("dwordx16", 64)
                       .Default(0);
  return twice ? 2 * bytes : bytes;
}

/// Adds, multiplications and their fusions. Packed ones do it twice in a lane; a dot product of two pairs has
/// four operations.
static void countFlops(StringRef name, InstructionInfo &info) {
  name.consume_front("v_");
  unsigned times = name.consume_front("pk_") ? 2 : 1;
  auto [operation, rest] = name.split('_');
  while (rest.consume_front("legacy_") || rest.consume_front("mix_") || rest.consume_front("mixlo_") ||
         rest.consume_front("mixhi_"))
    ;
  StringRef type = StringSwitch<StringRef>(rest.split('_').first)
                       .Case("f16", "f16")
                       .Case("bf16", "bf16")
                       .Case("f32", "f32")
                       .Case("f64", "f64")
                       .Default("");
  unsigned flops = StringSwitch<unsigned>(operation)
                       .Cases({"add", "sub", "subrev", "mul"}, 1)
                       .Cases({"fma", "fmac", "fmaak", "fmamk", "mac", "mad", "madak", "madmk"}, 2)
                       .Cases({"dot2", "dot2c"}, 4)
                       .Default(0);
  if (type.empty() || !flops)
    return;
  info.flops = flops * times;
  info.flopType = type;
}

static void classifyVectorMemory(StringRef name, StringRef opcode, InstructionInfo &info) {
  info.family = Family::Vmem;
  info.memory = name.starts_with("scratch_") ? MemoryKind::Scratch : MemoryKind::Global;
  info.load = name.contains("_load") || name.contains("_atomic");
  info.store = name.contains("_store") || name.contains("_atomic");
  info.countsVm = true;
  // FLAT may find its address in LDS (CDNA3 ISA 10.1) and counts in both.
  info.countsLgkm = info.outOfOrder = name.starts_with("flat_");
  info.bytes = bytesOf(name);
  // Write-backs and invalidations of caches: not every one of them counts.
  if (startsWithAny(name, {"buffer_wbl2", "buffer_inv", "buffer_wbinvl1"}))
    info.outOfOrder = true, info.memory = MemoryKind::None;
  if (info.load && opcode.contains("_LDS")) {
    info.family = Family::LdsDma;
    if (!name.contains("_lds"))
      info.mnemonic += " lds";
  }
}

static void classifyScalar(StringRef name, StringRef bytes, InstructionInfo &info) {
  if (startsWithAny(name, {"s_load_", "s_buffer_", "s_store_", "s_scratch_", "s_atomic_", "s_dcache_",
                           "s_memtime", "s_memrealtime", "s_atc_probe", "s_get_waveid", "s_prefetch_"})) {
    info.family = Family::Smem;
    info.load = name.contains("load");
    info.store = name.contains("store");
    info.memory = info.load || info.store ? MemoryKind::Scalar : MemoryKind::None;
    info.countsLgkm = info.outOfOrder = true;
    info.bytes = info.memory == MemoryKind::None ? 0 : bytesOf(name);
    return;
  }
  if (startsWithAny(name, {"s_waitcnt", "s_wait_"}))
    info.family = Family::Wait;
  else if (startsWithAny(name, {"s_barrier", "s_cluster_barrier"}))
    info.family = Family::Barrier;
  else if (startsWithAny(name,
                         {"s_branch", "s_cbranch_", "s_setpc", "s_swappc", "s_call", "s_endpgm", "s_rfe"}))
    info.family = Family::Branch;
  else if (startsWithAny(name, {"s_nop", "s_code_end"}))
    info.family = Family::Nop;
  // SOPP is encoded as 0b101111111 in the upper nine bits (CDNA3 ISA 12.5).
  else
    info.family = wordAt(bytes, 0) >> 23 == 0x17f ? Family::Control : Family::Salu;
  if (name.starts_with("s_sendmsg"))
    info.countsLgkm = info.outOfOrder = true;
}

InstructionInfo classify(const codegen::Instruction &instruction) {
  InstructionInfo info;
  StringRef name = StringRef(instruction.text).split(' ').first;
  info.mnemonic = name.str();
  if (instruction.opcode.empty())
    return info;
  // The assembler's hints of the encoding are no part of the name.
  for (StringRef suffix : {"_e32", "_e64", "_sdwa", "_dpp", "_e64_dpp"})
    if (name.consume_back(suffix))
      info.mnemonic = name.str();
  if (name.starts_with("s_")) {
    classifyScalar(name, instruction.bytes, info);
  } else if (startsWithAny(name, {"v_mfma_", "v_smfmac_", "v_wmma_", "v_swmmac_"})) {
    info.family = Family::Matrix;
    info.matrix = readMatrix(name, instruction.bytes);
  } else if (startsWithAny(name, {"v_exp_", "v_log_", "v_rcp_", "v_rsq_", "v_sqrt_", "v_sin_", "v_cos_"})) {
    info.family = Family::Transcendental;
  } else if (name.starts_with("v_")) {
    info.family = Family::Valu;
    countFlops(name, info);
  } else if (name.starts_with("ds_")) {
    info.family = Family::Lds;
    // These use LDS's crossbar and not its memory.
    bool exchange = startsWithAny(name, {"ds_bpermute", "ds_permute", "ds_swizzle", "ds_nop", "ds_gws"});
    info.memory = exchange ? MemoryKind::None : MemoryKind::Lds;
    info.store = !exchange && !name.starts_with("ds_read") && !name.starts_with("ds_load");
    info.load = !exchange && !name.starts_with("ds_write") && !name.starts_with("ds_store");
    info.countsLgkm = true;
    info.bytes = exchange ? 0 : bytesOf(name);
  } else if (startsWithAny(name, {"buffer_", "tbuffer_", "global_", "flat_", "scratch_", "image_"})) {
    classifyVectorMemory(name, instruction.opcode, info);
  } else {
    info.family = Family::Control;
  }
  return info;
}

/// In LLVM's order of operands, data stands first in what a buffer instruction stores and second in what the
/// others do; LDS instructions may have two.
static bool isData(unsigned operand, const InstructionInfo &info) {
  if (!info.store)
    return false;
  if (info.memory == MemoryKind::Lds && info.family == Family::Lds)
    return operand > 0;
  return operand == (StringRef(info.mnemonic).contains("buffer_") ? 0 : 1);
}

std::vector<codegen::RegisterRange> addressRegisters(const codegen::Instruction &instruction,
                                                     const InstructionInfo &info) {
  std::vector<codegen::RegisterRange> registers;
  if (info.memory == MemoryKind::None)
    return registers;
  // Results stand before everything else; atomics with a result tie their data to it.
  unsigned results = 0;
  while (results < instruction.operands.size() && results < instruction.writes.size() && info.load &&
         instruction.operands[results].registers.count &&
         instruction.operands[results].registers.file == instruction.writes[results].file &&
         instruction.operands[results].registers.first == instruction.writes[results].first)
    ++results;
  for (unsigned i = results; i < instruction.operands.size(); ++i)
    if (codegen::RegisterRange range = instruction.operands[i].registers; range && !isData(i - results, info))
      registers.push_back(range);
  return registers;
}

std::string registerText(codegen::RegisterRange range) {
  if (range.file == codegen::RegisterFile::Scalar)
    switch (range.first) {
    case codegen::vccRegister:
      return "vcc";
    case codegen::m0Register:
      return "m0";
    case codegen::execRegister:
      return "exec";
    case codegen::sccRegister:
      return "scc";
    }
  static constexpr const char *letters[] = {"v", "a", "s"};
  std::string text = letters[static_cast<unsigned>(range.file)];
  if (range.count == 1)
    return text + std::to_string(range.first);
  return text + "[" + std::to_string(range.first) + ":" + std::to_string(range.first + range.count - 1) + "]";
}

} // namespace kiln::inspector
