#include "Operation.h"

#include "llvm/ADT/StringMap.h"

namespace kiln::emulator::matrix {

namespace {

constexpr Kind D = Kind::Dense, S = Kind::Sparse;
using E = Element;

// clang-format off
constexpr Operation table[] = {
    {"v_mfma_f32_32x32x1_2b_f32",    32, 32,  1,  2, E::F32,  E::F32,  D, Both},
    {"v_mfma_f32_16x16x1_4b_f32",    16, 16,  1,  4, E::F32,  E::F32,  D, Both},
    {"v_mfma_f32_4x4x1_16b_f32",      4,  4,  1, 16, E::F32,  E::F32,  D, Both},
    {"v_mfma_f32_32x32x2_f32",       32, 32,  2,  1, E::F32,  E::F32,  D, Both},
    {"v_mfma_f32_16x16x4_f32",       16, 16,  4,  1, E::F32,  E::F32,  D, Both},
    {"v_mfma_f32_16x16x8_xf32",      16, 16,  8,  1, E::XF32, E::XF32, D, Gfx942},
    {"v_mfma_f32_32x32x4_xf32",      32, 32,  4,  1, E::XF32, E::XF32, D, Gfx942},
    {"v_mfma_f32_32x32x4_2b_f16",    32, 32,  4,  2, E::F16,  E::F16,  D, Both},
    {"v_mfma_f32_16x16x4_4b_f16",    16, 16,  4,  4, E::F16,  E::F16,  D, Both},
    {"v_mfma_f32_4x4x4_16b_f16",      4,  4,  4, 16, E::F16,  E::F16,  D, Both},
    {"v_mfma_f32_32x32x8_f16",       32, 32,  8,  1, E::F16,  E::F16,  D, Both},
    {"v_mfma_f32_16x16x16_f16",      16, 16, 16,  1, E::F16,  E::F16,  D, Both},
    {"v_mfma_f32_32x32x16_f16",      32, 32, 16,  1, E::F16,  E::F16,  D, Gfx950},
    {"v_mfma_f32_16x16x32_f16",      16, 16, 32,  1, E::F16,  E::F16,  D, Gfx950},
    {"v_mfma_f32_32x32x4_2b_bf16",   32, 32,  4,  2, E::BF16, E::BF16, D, Both},
    {"v_mfma_f32_16x16x4_4b_bf16",   16, 16,  4,  4, E::BF16, E::BF16, D, Both},
    {"v_mfma_f32_4x4x4_16b_bf16",     4,  4,  4, 16, E::BF16, E::BF16, D, Both},
    {"v_mfma_f32_32x32x8_bf16",      32, 32,  8,  1, E::BF16, E::BF16, D, Both},
    {"v_mfma_f32_16x16x16_bf16",     16, 16, 16,  1, E::BF16, E::BF16, D, Both},
    {"v_mfma_f32_32x32x16_bf16",     32, 32, 16,  1, E::BF16, E::BF16, D, Gfx950},
    {"v_mfma_f32_16x16x32_bf16",     16, 16, 32,  1, E::BF16, E::BF16, D, Gfx950},
    {"v_mfma_i32_32x32x4_2b_i8",     32, 32,  4,  2, E::I8,   E::I8,   D, Both},
    {"v_mfma_i32_16x16x4_4b_i8",     16, 16,  4,  4, E::I8,   E::I8,   D, Both},
    {"v_mfma_i32_4x4x4_16b_i8",       4,  4,  4, 16, E::I8,   E::I8,   D, Both},
    {"v_mfma_i32_32x32x16_i8",       32, 32, 16,  1, E::I8,   E::I8,   D, Both},
    {"v_mfma_i32_16x16x32_i8",       16, 16, 32,  1, E::I8,   E::I8,   D, Both},
    {"v_mfma_i32_32x32x32_i8",       32, 32, 32,  1, E::I8,   E::I8,   D, Gfx950},
    {"v_mfma_i32_16x16x64_i8",       16, 16, 64,  1, E::I8,   E::I8,   D, Gfx950},
    {"v_mfma_f64_16x16x4_f64",       16, 16,  4,  1, E::F64,  E::F64,  D, Both},
    {"v_mfma_f64_4x4x4_4b_f64",       4,  4,  4,  4, E::F64,  E::F64,  D, Both},
    {"v_mfma_f32_32x32x16_bf8_bf8",  32, 32, 16,  1, E::BF8,  E::BF8,  D, Both},
    {"v_mfma_f32_32x32x16_bf8_fp8",  32, 32, 16,  1, E::BF8,  E::FP8,  D, Both},
    {"v_mfma_f32_32x32x16_fp8_bf8",  32, 32, 16,  1, E::FP8,  E::BF8,  D, Both},
    {"v_mfma_f32_32x32x16_fp8_fp8",  32, 32, 16,  1, E::FP8,  E::FP8,  D, Both},
    {"v_mfma_f32_16x16x32_bf8_bf8",  16, 16, 32,  1, E::BF8,  E::BF8,  D, Both},
    {"v_mfma_f32_16x16x32_bf8_fp8",  16, 16, 32,  1, E::BF8,  E::FP8,  D, Both},
    {"v_mfma_f32_16x16x32_fp8_bf8",  16, 16, 32,  1, E::FP8,  E::BF8,  D, Both},
    {"v_mfma_f32_16x16x32_fp8_fp8",  16, 16, 32,  1, E::FP8,  E::FP8,  D, Both},
    {"v_mfma_f32_16x16x128_f8f6f4",  16, 16, 128, 1, E::FP8,  E::FP8,  Kind::Micro, Gfx950},
    {"v_mfma_f32_32x32x64_f8f6f4",   32, 32, 64,  1, E::FP8,  E::FP8,  Kind::Micro, Gfx950},
    {"v_mfma_scale_f32_16x16x128_f8f6f4", 16, 16, 128, 1, E::FP8, E::FP8, Kind::Scaled, Gfx950},
    {"v_mfma_scale_f32_32x32x64_f8f6f4",  32, 32, 64,  1, E::FP8, E::FP8, Kind::Scaled, Gfx950},
    {"v_smfmac_f32_16x16x32_f16",    16, 16, 32,  1, E::F16,  E::F16,  S, Both},
    {"v_smfmac_f32_32x32x16_f16",    32, 32, 16,  1, E::F16,  E::F16,  S, Both},
    {"v_smfmac_f32_16x16x64_f16",    16, 16, 64,  1, E::F16,  E::F16,  S, Gfx950},
    {"v_smfmac_f32_32x32x32_f16",    32, 32, 32,  1, E::F16,  E::F16,  S, Gfx950},
    {"v_smfmac_f32_16x16x32_bf16",   16, 16, 32,  1, E::BF16, E::BF16, S, Both},
    {"v_smfmac_f32_32x32x16_bf16",   32, 32, 16,  1, E::BF16, E::BF16, S, Both},
    {"v_smfmac_f32_16x16x64_bf16",   16, 16, 64,  1, E::BF16, E::BF16, S, Gfx950},
    {"v_smfmac_f32_32x32x32_bf16",   32, 32, 32,  1, E::BF16, E::BF16, S, Gfx950},
    {"v_smfmac_i32_16x16x64_i8",     16, 16, 64,  1, E::I8,   E::I8,   S, Both},
    {"v_smfmac_i32_32x32x32_i8",     32, 32, 32,  1, E::I8,   E::I8,   S, Both},
    {"v_smfmac_i32_16x16x128_i8",    16, 16, 128, 1, E::I8,   E::I8,   S, Gfx950},
    {"v_smfmac_i32_32x32x64_i8",     32, 32, 64,  1, E::I8,   E::I8,   S, Gfx950},
    {"v_smfmac_f32_16x16x64_bf8_bf8",  16, 16, 64,  1, E::BF8, E::BF8, S, Both},
    {"v_smfmac_f32_16x16x64_bf8_fp8",  16, 16, 64,  1, E::BF8, E::FP8, S, Both},
    {"v_smfmac_f32_16x16x64_fp8_bf8",  16, 16, 64,  1, E::FP8, E::BF8, S, Both},
    {"v_smfmac_f32_16x16x64_fp8_fp8",  16, 16, 64,  1, E::FP8, E::FP8, S, Both},
    {"v_smfmac_f32_32x32x32_bf8_bf8",  32, 32, 32,  1, E::BF8, E::BF8, S, Both},
    {"v_smfmac_f32_32x32x32_bf8_fp8",  32, 32, 32,  1, E::BF8, E::FP8, S, Both},
    {"v_smfmac_f32_32x32x32_fp8_bf8",  32, 32, 32,  1, E::FP8, E::BF8, S, Both},
    {"v_smfmac_f32_32x32x32_fp8_fp8",  32, 32, 32,  1, E::FP8, E::FP8, S, Both},
    {"v_smfmac_f32_16x16x128_bf8_bf8", 16, 16, 128, 1, E::BF8, E::BF8, S, Gfx950},
    {"v_smfmac_f32_16x16x128_bf8_fp8", 16, 16, 128, 1, E::BF8, E::FP8, S, Gfx950},
    {"v_smfmac_f32_16x16x128_fp8_bf8", 16, 16, 128, 1, E::FP8, E::BF8, S, Gfx950},
    {"v_smfmac_f32_16x16x128_fp8_fp8", 16, 16, 128, 1, E::FP8, E::FP8, S, Gfx950},
    {"v_smfmac_f32_32x32x64_bf8_bf8",  32, 32, 64,  1, E::BF8, E::BF8, S, Gfx950},
    {"v_smfmac_f32_32x32x64_bf8_fp8",  32, 32, 64,  1, E::BF8, E::FP8, S, Gfx950},
    {"v_smfmac_f32_32x32x64_fp8_bf8",  32, 32, 64,  1, E::FP8, E::BF8, S, Gfx950},
    {"v_smfmac_f32_32x32x64_fp8_fp8",  32, 32, 64,  1, E::FP8, E::FP8, S, Gfx950},
};
// clang-format on

} // namespace

llvm::ArrayRef<Operation> operations() { return table; }

const Operation *findOperation(llvm::StringRef mnemonic) {
  static const llvm::StringMap<const Operation *> byName = [] {
    llvm::StringMap<const Operation *> map;
    for (const Operation &operation : table)
      map[operation.mnemonic] = &operation;
    return map;
  }();
  return byName.lookup(mnemonic);
}

bool microFormat(unsigned code, Element &element) {
  constexpr Element formats[] = {E::FP8, E::BF8, E::FP6, E::BF6, E::FP4};
  if (code >= 5)
    return false;
  element = formats[code];
  return true;
}

} // namespace kiln::emulator::matrix
