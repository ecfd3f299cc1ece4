// VOPC (CDNA3/CDNA4 manual 12.9): v_cmp_* and v_cmpx_*.
#include "Isa/Float.h"

namespace kiln::emulator {

template <class T> static void addIntegerCompares(InstructionSet &isa, llvm::StringRef suffix) {
  auto name = [&](const char *base) { return (base + suffix).str(); };
  isa.compare(name("f_"), [](T, T) { return false; });
  isa.compare(name("lt_"), [](T a, T b) { return a < b; });
  isa.compare(name("eq_"), [](T a, T b) { return a == b; });
  isa.compare(name("le_"), [](T a, T b) { return a <= b; });
  isa.compare(name("gt_"), [](T a, T b) { return a > b; });
  isa.compare(name("ne_"), [](T a, T b) { return a != b; });
  isa.compare(name("ge_"), [](T a, T b) { return a >= b; });
  isa.compare(name("t_"), [](T, T) { return true; });
}

template <class T> static void addFloatCompares(InstructionSet &isa, llvm::StringRef suffix) {
  auto name = [&](const char *base) { return (base + suffix).str(); };
  isa.compare(name("f_"), [](T, T) { return false; });
  isa.compare(name("lt_"), [](T a, T b) { return a < b; });
  isa.compare(name("eq_"), [](T a, T b) { return a == b; });
  isa.compare(name("le_"), [](T a, T b) { return a <= b; });
  isa.compare(name("gt_"), [](T a, T b) { return a > b; });
  isa.compare(name("lg_"), [](T a, T b) { return a < b || a > b; });
  isa.compare(name("ge_"), [](T a, T b) { return a >= b; });
  isa.compare(name("o_"), [](T a, T b) { return a == a && b == b; });
  isa.compare(name("u_"), [](T a, T b) { return a != a || b != b; });
  isa.compare(name("nge_"), [](T a, T b) { return !(a >= b); });
  isa.compare(name("nlg_"), [](T a, T b) { return !(a < b || a > b); });
  isa.compare(name("ngt_"), [](T a, T b) { return !(a > b); });
  isa.compare(name("nle_"), [](T a, T b) { return !(a <= b); });
  isa.compare(name("neq_"), [](T a, T b) { return !(a == b); });
  isa.compare(name("nlt_"), [](T a, T b) { return !(a < b); });
  isa.compare(name("tru_"), [](T, T) { return true; });
}

template <class T> static void addClass(InstructionSet &isa, llvm::StringRef type) {
  isa.compare(("class_" + type).str(), [](Raw<T> a, u32 mask) { return num::isOfClass<T>(a.bits, mask); });
}

void addVopc(InstructionSet &isa) {
  addIntegerCompares<i16>(isa, "i16");
  addIntegerCompares<u16>(isa, "u16");
  addIntegerCompares<i32>(isa, "i32");
  addIntegerCompares<u32>(isa, "u32");
  addIntegerCompares<i64>(isa, "i64");
  addIntegerCompares<u64>(isa, "u64");
  addFloatCompares<f16>(isa, "f16");
  addFloatCompares<f32>(isa, "f32");
  addFloatCompares<f64>(isa, "f64");
  addClass<num::F16>(isa, "f16");
  addClass<num::F32>(isa, "f32");
  addClass<num::F64>(isa, "f64");
}

} // namespace kiln::emulator
