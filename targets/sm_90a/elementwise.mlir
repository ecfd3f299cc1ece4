// Conversions of 8-bit floats: PTX ISA "cvt".
//
// There is none to f8E5M2 here: the instruction saturates, kernel.convert wants infinity.
target.machine @sm_90a {
  // Two f32 into one register; the first operand becomes the upper half. Beyond 448, infinity too, it gives
  // 448.
  target.elementwise @convert_f32_to_f8E4M3FN_x2 attributes {
      implements = "convert", from = f32, to = f8E4M3FN, width = 2} {
  ^bb0(%x: vector<2xf32>):
    %x0, %x1 = vector.to_elements %x : vector<2xf32>
    %bits = llvm.call_intrinsic "llvm.nvvm.ff.to.e4m3x2.rn"(%x1, %x0) : (f32, f32) -> i16
    %y = llvm.bitcast %bits : i16 to vector<2xi8>
    target.yield %y : vector<2xi8>
  }

  // Both formats are subsets of f16.
  target.elementwise @convert_f8E4M3FN_to_f32_x2 attributes {
      implements = "convert", from = f8E4M3FN, to = f32, width = 2} {
  ^bb0(%x: vector<2xi8>):
    %bits = llvm.bitcast %x : vector<2xi8> to i16
    %half = llvm.call_intrinsic "llvm.nvvm.e4m3x2.to.f16x2.rn"(%bits) : (i16) -> vector<2xf16>
    %y = arith.extf %half : vector<2xf16> to vector<2xf32>
    target.yield %y : vector<2xf32>
  }

  target.elementwise @convert_f8E5M2_to_f32_x2 attributes {
      implements = "convert", from = f8E5M2, to = f32, width = 2} {
  ^bb0(%x: vector<2xi8>):
    %bits = llvm.bitcast %x : vector<2xi8> to i16
    %half = llvm.call_intrinsic "llvm.nvvm.e5m2x2.to.f16x2.rn"(%bits) : (i16) -> vector<2xf16>
    %y = arith.extf %half : vector<2xf16> to vector<2xf32>
    target.yield %y : vector<2xf32>
  }

  target.elementwise @convert_f8E4M3FN_to_f16_x2 attributes {
      implements = "convert", from = f8E4M3FN, to = f16, width = 2} {
  ^bb0(%x: vector<2xi8>):
    %bits = llvm.bitcast %x : vector<2xi8> to i16
    %y = llvm.call_intrinsic "llvm.nvvm.e4m3x2.to.f16x2.rn"(%bits) : (i16) -> vector<2xf16>
    target.yield %y : vector<2xf16>
  }

  target.elementwise @convert_f8E5M2_to_f16_x2 attributes {
      implements = "convert", from = f8E5M2, to = f16, width = 2} {
  ^bb0(%x: vector<2xi8>):
    %bits = llvm.bitcast %x : vector<2xi8> to i16
    %y = llvm.call_intrinsic "llvm.nvvm.e5m2x2.to.f16x2.rn"(%bits) : (i16) -> vector<2xf16>
    target.yield %y : vector<2xf16>
  }
}
