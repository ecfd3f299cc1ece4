// Elementwise instructions. Errors are the PTX ISA bounds on the instruction with our own operations
// added.
target.machine @sm_80 {
  // PTX ISA "ex2": the fraction is within 2^-22.5, which is 1.5 ulp. Results below 2^-126 are flushed to zero.
  target.elementwise @exp2 attributes {implements = "math.exp2", from = f32, to = f32} {
  ^bb0(%x: f32):
    %y = llvm.call_intrinsic "llvm.nvvm.ex2.approx.ftz.f32"(%x) : (f32) -> f32
    target.yield %y : f32
  }

  // e^x = 2^t (1 + d ln 2), where t + d = x log2(e) to twice the precision. 4 ulp; results below 2^-126 are
  // flushed to zero. The bounds keep infinities out of the differences; they are where the result has become
  // 0 and infinity.
  target.elementwise @exp attributes {implements = "math.exp", from = f32, to = f32} {
  ^bb0(%x: f32):
    %lowest = arith.constant -104.0 : f32
    %highest = arith.constant 89.0 : f32
    %x1 = arith.maximumf %x, %lowest : f32
    %x2 = arith.minimumf %x1, %highest : f32
    %log2e_high = arith.constant 0x3FB8AA3B : f32
    %log2e_low = arith.constant 0x32A57060 : f32
    %t = arith.mulf %x2, %log2e_high : f32
    %negated = arith.negf %t : f32
    %d0 = math.fma %x2, %log2e_high, %negated : f32
    %d = math.fma %x2, %log2e_low, %d0 : f32
    %ln2 = arith.constant 0x3F317218 : f32
    %one = arith.constant 1.0 : f32
    %correction = math.fma %d, %ln2, %one : f32
    %p = llvm.call_intrinsic "llvm.nvvm.ex2.approx.ftz.f32"(%t) : (f32) -> f32
    %y = arith.mulf %p, %correction : f32
    target.yield %y : f32
  }

  // PTX ISA "rsqrt.approx": relative error 2^-22.9.
  target.elementwise @rsqrt attributes {implements = "math.rsqrt", from = f32, to = f32} {
  ^bb0(%x: f32):
    %y = llvm.call_intrinsic "llvm.nvvm.rsqrt.approx.f"(%x) : (f32) -> f32
    target.yield %y : f32
  }

  // PTX ISA "cvt": two f32 into one register; the first operand becomes the upper half.
  target.elementwise @convert_f32_to_bf16_x2 attributes {
      implements = "convert", from = f32, to = bf16, width = 2} {
  ^bb0(%x: vector<2xf32>):
    %x0, %x1 = vector.to_elements %x : vector<2xf32>
    %y = llvm.call_intrinsic "llvm.nvvm.ff2bf16x2.rn"(%x1, %x0) : (f32, f32) -> vector<2xbf16>
    target.yield %y : vector<2xbf16>
  }

  target.elementwise @convert_f32_to_f16_x2 attributes {
      implements = "convert", from = f32, to = f16, width = 2} {
  ^bb0(%x: vector<2xf32>):
    %x0, %x1 = vector.to_elements %x : vector<2xf32>
    %y = llvm.call_intrinsic "llvm.nvvm.ff2f16x2.rn"(%x1, %x0) : (f32, f32) -> vector<2xf16>
    target.yield %y : vector<2xf16>
  }
}
