// Elementwise instructions of AMD CDNA3. What a transcendental instruction does: AMD CDNA3 ISA, chapter 12,
// VOP1. Cycles: 4 for a plain vector instruction, 16 for a transcendental one (tingqli/pyhip,
// docs/mfma-valu-coissue.md, measured on MI308X).

target.machine @gfx942 {
  // v_exp_f32: 1 ulp; denormal arguments count as zero, results below 2^-126 become zero.
  target.elementwise @exp2 attributes {implements = "math.exp2", from = f32, to = f32, cycles = 16} {
  ^bb0(%x: f32):
    %y = rocdl.exp2 %x f32 -> f32
    target.yield %y : f32
  }

  // e^x = 2^t (1 + d ln 2), where t + d = x log2(e) to twice the precision. 2.5 ulp; results below 2^-126
  // become zero. v_med3_f32 makes d a number where x or t is none.
  target.elementwise @exp attributes {implements = "math.exp", from = f32, to = f32, cycles = 40} {
  ^bb0(%x: f32):
    %log2e_high = arith.constant 0x3FB8AA3B : f32
    %log2e_low = arith.constant 0x32A57060 : f32
    %t = arith.mulf %x, %log2e_high : f32
    %negated = arith.negf %t : f32
    %d0 = llvm.intr.fma(%x, %log2e_high, %negated) : (f32, f32, f32) -> f32
    %d1 = llvm.intr.fma(%x, %log2e_low, %d0) : (f32, f32, f32) -> f32
    %one = arith.constant 1.0 : f32
    %minus_one = arith.constant -1.0 : f32
    %d = rocdl.fmed3 %d1, %minus_one, %one : f32
    %ln2 = arith.constant 0x3F317218 : f32
    %correction = llvm.intr.fma(%d, %ln2, %one) : (f32, f32, f32) -> f32
    %p = rocdl.exp2 %t f32 -> f32
    %y = arith.mulf %p, %correction : f32
    target.yield %y : f32
  }

  // v_log_f32: the logarithm to base 2, 1 ulp; denormal arguments count as zero.
  target.elementwise @log2 attributes {implements = "math.log2", from = f32, to = f32, cycles = 16} {
  ^bb0(%x: f32):
    %y = rocdl.log %x f32 -> f32
    target.yield %y : f32
  }

  // v_rsq_f32: 1 ulp; denormal arguments count as zero. There is no atom for division: v_rcp_f32 alone has 1
  // ulp where arith.divf promises half of one.
  target.elementwise @rsqrt attributes {implements = "math.rsqrt", from = f32, to = f32, cycles = 16} {
  ^bb0(%x: f32):
    %y = llvm.call_intrinsic "llvm.amdgcn.rsq"(%x) : (f32) -> f32
    target.yield %y : f32
  }

  // Two 8-bit floats at a time; the instructions write one half of a register and keep the other. They turn
  // what is too large into NaN (MODE.FP16_OVFL is 0, chapter 7), where a conversion must give the largest
  // finite value: 240 and 57344. v_med3_f32 would lose a NaN.
  target.elementwise @convert_f32_to_f8E4M3FNUZ_x2 attributes {
      implements = "convert", from = f32, to = f8E4M3FNUZ, width = 2, cycles = 28} {
  ^bb0(%x: vector<2xf32>):
    %i0 = llvm.mlir.constant(0 : i32) : i32
    %i1 = llvm.mlir.constant(1 : i32) : i32
    %x0 = llvm.extractelement %x[%i0 : i32] : vector<2xf32>
    %x1 = llvm.extractelement %x[%i1 : i32] : vector<2xf32>
    %most = llvm.mlir.constant(240.0 : f32) : f32
    %least = llvm.mlir.constant(-240.0 : f32) : f32
    %nan0 = arith.cmpf uno, %x0, %x0 : f32
    %med0 = rocdl.fmed3 %x0, %least, %most : f32
    %c0 = arith.select %nan0, %x0, %med0 : f32
    %nan1 = arith.cmpf uno, %x1, %x1 : f32
    %med1 = rocdl.fmed3 %x1, %least, %most : f32
    %c1 = arith.select %nan1, %x1, %med1 : f32
    %none = llvm.mlir.constant(0 : i32) : i32
    %low = rocdl.cvt.pk.fp8.f32 %c0, %c1 -> %none[false] : i32
    %bits = llvm.trunc %low : i32 to i16
    %y = llvm.bitcast %bits : i16 to vector<2xi8>
    target.yield %y : vector<2xi8>
  }

  target.elementwise @convert_f32_to_f8E4M3FNUZ_x4 attributes {
      implements = "convert", from = f32, to = f8E4M3FNUZ, width = 4, cycles = 56} {
  ^bb0(%x: vector<4xf32>):
    %i0 = llvm.mlir.constant(0 : i32) : i32
    %i1 = llvm.mlir.constant(1 : i32) : i32
    %i2 = llvm.mlir.constant(2 : i32) : i32
    %i3 = llvm.mlir.constant(3 : i32) : i32
    %x0 = llvm.extractelement %x[%i0 : i32] : vector<4xf32>
    %x1 = llvm.extractelement %x[%i1 : i32] : vector<4xf32>
    %x2 = llvm.extractelement %x[%i2 : i32] : vector<4xf32>
    %x3 = llvm.extractelement %x[%i3 : i32] : vector<4xf32>
    %most = llvm.mlir.constant(240.0 : f32) : f32
    %least = llvm.mlir.constant(-240.0 : f32) : f32
    %nan0 = arith.cmpf uno, %x0, %x0 : f32
    %med0 = rocdl.fmed3 %x0, %least, %most : f32
    %c0 = arith.select %nan0, %x0, %med0 : f32
    %nan1 = arith.cmpf uno, %x1, %x1 : f32
    %med1 = rocdl.fmed3 %x1, %least, %most : f32
    %c1 = arith.select %nan1, %x1, %med1 : f32
    %nan2 = arith.cmpf uno, %x2, %x2 : f32
    %med2 = rocdl.fmed3 %x2, %least, %most : f32
    %c2 = arith.select %nan2, %x2, %med2 : f32
    %nan3 = arith.cmpf uno, %x3, %x3 : f32
    %med3 = rocdl.fmed3 %x3, %least, %most : f32
    %c3 = arith.select %nan3, %x3, %med3 : f32
    %none = llvm.mlir.constant(0 : i32) : i32
    %low = rocdl.cvt.pk.fp8.f32 %c0, %c1 -> %none[false] : i32
    %bits = rocdl.cvt.pk.fp8.f32 %c2, %c3 -> %low[true] : i32
    %y = llvm.bitcast %bits : i32 to vector<4xi8>
    target.yield %y : vector<4xi8>
  }

  target.elementwise @convert_f8E4M3FNUZ_to_f32_x2 attributes {
      implements = "convert", from = f8E4M3FNUZ, to = f32, width = 2, cycles = 4} {
  ^bb0(%x: vector<2xi8>):
    %half = llvm.bitcast %x : vector<2xi8> to i16
    %bits = llvm.zext %half : i16 to i32
    %y = rocdl.cvt.pk.f32.fp8 %bits[false] : vector<2xf32>
    target.yield %y : vector<2xf32>
  }

  target.elementwise @convert_f8E4M3FNUZ_to_f32_x4 attributes {
      implements = "convert", from = f8E4M3FNUZ, to = f32, width = 4, cycles = 8} {
  ^bb0(%x: vector<4xi8>):
    %bits = llvm.bitcast %x : vector<4xi8> to i32
    %low = rocdl.cvt.pk.f32.fp8 %bits[false] : vector<2xf32>
    %high = rocdl.cvt.pk.f32.fp8 %bits[true] : vector<2xf32>
    %y = llvm.shufflevector %low, %high [0, 1, 2, 3] : vector<2xf32>
    target.yield %y : vector<4xf32>
  }

  target.elementwise @convert_f32_to_f8E5M2FNUZ_x2 attributes {
      implements = "convert", from = f32, to = f8E5M2FNUZ, width = 2, cycles = 28} {
  ^bb0(%x: vector<2xf32>):
    %i0 = llvm.mlir.constant(0 : i32) : i32
    %i1 = llvm.mlir.constant(1 : i32) : i32
    %x0 = llvm.extractelement %x[%i0 : i32] : vector<2xf32>
    %x1 = llvm.extractelement %x[%i1 : i32] : vector<2xf32>
    %most = llvm.mlir.constant(57344.0 : f32) : f32
    %least = llvm.mlir.constant(-57344.0 : f32) : f32
    %nan0 = arith.cmpf uno, %x0, %x0 : f32
    %med0 = rocdl.fmed3 %x0, %least, %most : f32
    %c0 = arith.select %nan0, %x0, %med0 : f32
    %nan1 = arith.cmpf uno, %x1, %x1 : f32
    %med1 = rocdl.fmed3 %x1, %least, %most : f32
    %c1 = arith.select %nan1, %x1, %med1 : f32
    %none = llvm.mlir.constant(0 : i32) : i32
    %low = rocdl.cvt.pk.bf8.f32 %c0, %c1 -> %none[false] : i32
    %bits = llvm.trunc %low : i32 to i16
    %y = llvm.bitcast %bits : i16 to vector<2xi8>
    target.yield %y : vector<2xi8>
  }

  target.elementwise @convert_f32_to_f8E5M2FNUZ_x4 attributes {
      implements = "convert", from = f32, to = f8E5M2FNUZ, width = 4, cycles = 56} {
  ^bb0(%x: vector<4xf32>):
    %i0 = llvm.mlir.constant(0 : i32) : i32
    %i1 = llvm.mlir.constant(1 : i32) : i32
    %i2 = llvm.mlir.constant(2 : i32) : i32
    %i3 = llvm.mlir.constant(3 : i32) : i32
    %x0 = llvm.extractelement %x[%i0 : i32] : vector<4xf32>
    %x1 = llvm.extractelement %x[%i1 : i32] : vector<4xf32>
    %x2 = llvm.extractelement %x[%i2 : i32] : vector<4xf32>
    %x3 = llvm.extractelement %x[%i3 : i32] : vector<4xf32>
    %most = llvm.mlir.constant(57344.0 : f32) : f32
    %least = llvm.mlir.constant(-57344.0 : f32) : f32
    %nan0 = arith.cmpf uno, %x0, %x0 : f32
    %med0 = rocdl.fmed3 %x0, %least, %most : f32
    %c0 = arith.select %nan0, %x0, %med0 : f32
    %nan1 = arith.cmpf uno, %x1, %x1 : f32
    %med1 = rocdl.fmed3 %x1, %least, %most : f32
    %c1 = arith.select %nan1, %x1, %med1 : f32
    %nan2 = arith.cmpf uno, %x2, %x2 : f32
    %med2 = rocdl.fmed3 %x2, %least, %most : f32
    %c2 = arith.select %nan2, %x2, %med2 : f32
    %nan3 = arith.cmpf uno, %x3, %x3 : f32
    %med3 = rocdl.fmed3 %x3, %least, %most : f32
    %c3 = arith.select %nan3, %x3, %med3 : f32
    %none = llvm.mlir.constant(0 : i32) : i32
    %low = rocdl.cvt.pk.bf8.f32 %c0, %c1 -> %none[false] : i32
    %bits = rocdl.cvt.pk.bf8.f32 %c2, %c3 -> %low[true] : i32
    %y = llvm.bitcast %bits : i32 to vector<4xi8>
    target.yield %y : vector<4xi8>
  }

  target.elementwise @convert_f8E5M2FNUZ_to_f32_x2 attributes {
      implements = "convert", from = f8E5M2FNUZ, to = f32, width = 2, cycles = 4} {
  ^bb0(%x: vector<2xi8>):
    %half = llvm.bitcast %x : vector<2xi8> to i16
    %bits = llvm.zext %half : i16 to i32
    %y = rocdl.cvt.pk.f32.bf8 %bits[false] : vector<2xf32>
    target.yield %y : vector<2xf32>
  }

  target.elementwise @convert_f8E5M2FNUZ_to_f32_x4 attributes {
      implements = "convert", from = f8E5M2FNUZ, to = f32, width = 4, cycles = 8} {
  ^bb0(%x: vector<4xi8>):
    %bits = llvm.bitcast %x : vector<4xi8> to i32
    %low = rocdl.cvt.pk.f32.bf8 %bits[false] : vector<2xf32>
    %high = rocdl.cvt.pk.f32.bf8 %bits[true] : vector<2xf32>
    %y = llvm.shufflevector %low, %high [0, 1, 2, 3] : vector<2xf32>
    target.yield %y : vector<4xf32>
  }
}
