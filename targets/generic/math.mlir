// Math that no instruction set need have, in plain arithmetic. A machine overrides one by an atom of the same
// name.
//
// Each function is f32 to f32 and within 1 ulp of the real result over all inputs unless it says otherwise;
// infinities, NaN, signed zeros and denormals are as in C99 F.10. There is no square root here: both code
// generators expand math.sqrt to a correctly rounded one. Polynomials are minimax fits in the relative error
// of the result.
//
// "1.5 * 2^23" in a comment: adding it to |v| < 2^22 rounds v to the nearest integer, which then stands in
// the low bits of the sum.
target.machine @generic {
  // e^x = 2^n e^r with |r| <= ln(2)/2. 0.9 ulp.
  target.elementwise @exp attributes {implements = "math.exp", from = f32, to = f32} {
  ^bb0(%x: f32):
    // Beyond these the result is 0 or infinity; NaN passes both comparisons.
    %lowest = arith.constant -104.0 : f32
    %highest = arith.constant 89.0 : f32
    %low = arith.cmpf olt, %x, %lowest : f32
    %x1 = arith.select %low, %lowest, %x : f32
    %high = arith.cmpf ogt, %x1, %highest : f32
    %x2 = arith.select %high, %highest, %x1 : f32
    %log2e = arith.constant 0x3FB8AA3B : f32
    %magic = arith.constant 12582912.0 : f32 // 1.5 * 2^23
    %shifted = math.fma %x2, %log2e, %magic : f32
    %n = arith.subf %shifted, %magic : f32
    // ln 2 in two parts; the first has 15 bits, so that n times it is exact.
    %ln2_high = arith.constant 0xBF317200 : f32
    %ln2_low = arith.constant 0xB5BFBE8E : f32
    %r0 = math.fma %n, %ln2_high, %x2 : f32
    %r = math.fma %n, %ln2_low, %r0 : f32
    %c6 = arith.constant 0x3AB5B627 : f32
    %c5 = arith.constant 0x3C091858 : f32
    %c4 = arith.constant 0x3D2AAB46 : f32
    %c3 = arith.constant 0x3E2AAA51 : f32
    %c2 = arith.constant 0.5 : f32
    %one = arith.constant 1.0 : f32
    %p5 = math.fma %c6, %r, %c5 : f32
    %p4 = math.fma %p5, %r, %c4 : f32
    %p3 = math.fma %p4, %r, %c3 : f32
    %p2 = math.fma %p3, %r, %c2 : f32
    %p1 = math.fma %p2, %r, %one : f32
    %p = math.fma %p1, %r, %one : f32
    // 2^n in two factors, because n reaches from -150 to 129; only the last product rounds.
    %bits = arith.bitcast %shifted : f32 to i32
    %magic_bits = arith.bitcast %magic : f32 to i32
    %i = arith.subi %bits, %magic_bits : i32
    %c1_i32 = arith.constant 1 : i32
    %bias = arith.constant 127 : i32
    %c23 = arith.constant 23 : i32
    %i1 = arith.shrsi %i, %c1_i32 : i32
    %i2 = arith.subi %i, %i1 : i32
    %e1 = arith.addi %i1, %bias : i32
    %e2 = arith.addi %i2, %bias : i32
    %b1 = arith.shli %e1, %c23 : i32
    %b2 = arith.shli %e2, %c23 : i32
    %s1 = arith.bitcast %b1 : i32 to f32
    %s2 = arith.bitcast %b2 : i32 to f32
    %q = arith.mulf %p, %s1 : f32
    %y = arith.mulf %q, %s2 : f32
    target.yield %y : f32
  }

  // 2^x = 2^n 2^f with |f| <= 1/2. 0.9 ulp.
  target.elementwise @exp2 attributes {implements = "math.exp2", from = f32, to = f32} {
  ^bb0(%x: f32):
    %lowest = arith.constant -151.0 : f32
    %highest = arith.constant 129.0 : f32
    %low = arith.cmpf olt, %x, %lowest : f32
    %x1 = arith.select %low, %lowest, %x : f32
    %high = arith.cmpf ogt, %x1, %highest : f32
    %x2 = arith.select %high, %highest, %x1 : f32
    %magic = arith.constant 12582912.0 : f32 // 1.5 * 2^23
    %shifted = arith.addf %x2, %magic : f32
    %n = arith.subf %shifted, %magic : f32
    %f = arith.subf %x2, %n : f32
    %c6 = arith.constant 0x3920B684 : f32
    %c5 = arith.constant 0x3AAF84D3 : f32
    %c4 = arith.constant 0x3C1D96F0 : f32
    %c3 = arith.constant 0x3D6357BD : f32
    %c2 = arith.constant 0x3E75FDEE : f32
    %c1 = arith.constant 0x3F317218 : f32
    %one = arith.constant 1.0 : f32
    %p5 = math.fma %c6, %f, %c5 : f32
    %p4 = math.fma %p5, %f, %c4 : f32
    %p3 = math.fma %p4, %f, %c3 : f32
    %p2 = math.fma %p3, %f, %c2 : f32
    %p1 = math.fma %p2, %f, %c1 : f32
    %p = math.fma %p1, %f, %one : f32
    %bits = arith.bitcast %shifted : f32 to i32
    %magic_bits = arith.bitcast %magic : f32 to i32
    %i = arith.subi %bits, %magic_bits : i32
    %c1_i32 = arith.constant 1 : i32
    %bias = arith.constant 127 : i32
    %c23 = arith.constant 23 : i32
    %i1 = arith.shrsi %i, %c1_i32 : i32
    %i2 = arith.subi %i, %i1 : i32
    %e1 = arith.addi %i1, %bias : i32
    %e2 = arith.addi %i2, %bias : i32
    %b1 = arith.shli %e1, %c23 : i32
    %b2 = arith.shli %e2, %c23 : i32
    %s1 = arith.bitcast %b1 : i32 to f32
    %s2 = arith.bitcast %b2 : i32 to f32
    %q = arith.mulf %p, %s1 : f32
    %y = arith.mulf %q, %s2 : f32
    target.yield %y : f32
  }

  // x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)): ln x = e ln 2 + f + f^2 P(f). 0.9 ulp.
  target.elementwise @log attributes {implements = "math.log", from = f32, to = f32} {
  ^bb0(%x: f32):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %infinity = arith.constant 0x7F800000 : f32
    %minus_infinity = arith.constant 0xFF800000 : f32
    %nan = arith.constant 0x7FC00000 : f32
    %smallest_normal = arith.constant 0x00800000 : f32
    %two_23 = arith.constant 8388608.0 : f32
    %denormal = arith.cmpf olt, %x, %smallest_normal : f32
    %scaled = arith.mulf %x, %two_23 : f32
    %x1 = arith.select %denormal, %scaled, %x : f32
    %minus_23 = arith.constant -23.0 : f32
    %e0 = arith.select %denormal, %minus_23, %zero : f32
    %bits = arith.bitcast %x1 : f32 to i32
    %root_half = arith.constant 0x3F3504F3 : i32
    %c23 = arith.constant 23 : i32
    %above = arith.subi %bits, %root_half : i32
    %k = arith.shrsi %above, %c23 : i32
    %k_bits = arith.shli %k, %c23 : i32
    %m_bits = arith.subi %bits, %k_bits : i32
    %m = arith.bitcast %m_bits : i32 to f32
    %f = arith.subf %m, %one : f32
    %k_float = arith.sitofp %k : i32 to f32
    %e = arith.addf %k_float, %e0 : f32
    %c10 = arith.constant 0xBD9C64BF : f32
    %c9 = arith.constant 0x3E02AF58 : f32
    %c8 = arith.constant 0xBE06C123 : f32
    %c7 = arith.constant 0x3E116C98 : f32
    %c6 = arith.constant 0xBE2A3945 : f32
    %c5 = arith.constant 0x3E4CD00E : f32
    %c4 = arith.constant 0xBE800113 : f32
    %c3 = arith.constant 0x3EAAAAAA : f32
    %c2 = arith.constant -0.5 : f32
    %p9 = math.fma %c10, %f, %c9 : f32
    %p8 = math.fma %p9, %f, %c8 : f32
    %p7 = math.fma %p8, %f, %c7 : f32
    %p6 = math.fma %p7, %f, %c6 : f32
    %p5 = math.fma %p6, %f, %c5 : f32
    %p4 = math.fma %p5, %f, %c4 : f32
    %p3 = math.fma %p4, %f, %c3 : f32
    %p = math.fma %p3, %f, %c2 : f32
    %f2 = arith.mulf %f, %f : f32
    %ln2_high = arith.constant 0x3F317200 : f32
    %ln2_low = arith.constant 0x35BFBE8E : f32
    %e_low = arith.mulf %e, %ln2_low : f32
    %t0 = math.fma %p, %f2, %e_low : f32
    %t = arith.addf %f, %t0 : f32
    %y0 = math.fma %e, %ln2_high, %t : f32
    // Infinity and NaN stay; below zero it is NaN; ln 0 = -infinity.
    %finite = arith.cmpf olt, %x, %infinity : f32
    %y1 = arith.select %finite, %y0, %x : f32
    %negative = arith.cmpf olt, %x, %zero : f32
    %y2 = arith.select %negative, %nan, %y1 : f32
    %is_zero = arith.cmpf oeq, %x, %zero : f32
    %y = arith.select %is_zero, %minus_infinity, %y2 : f32
    target.yield %y : f32
  }

  // As ln, with log2(1 + f) = f log2(e) + f^2 P(f). 0.95 ulp.
  target.elementwise @log2 attributes {implements = "math.log2", from = f32, to = f32} {
  ^bb0(%x: f32):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %infinity = arith.constant 0x7F800000 : f32
    %minus_infinity = arith.constant 0xFF800000 : f32
    %nan = arith.constant 0x7FC00000 : f32
    %smallest_normal = arith.constant 0x00800000 : f32
    %two_23 = arith.constant 8388608.0 : f32
    %denormal = arith.cmpf olt, %x, %smallest_normal : f32
    %scaled = arith.mulf %x, %two_23 : f32
    %x1 = arith.select %denormal, %scaled, %x : f32
    %minus_23 = arith.constant -23.0 : f32
    %e0 = arith.select %denormal, %minus_23, %zero : f32
    %bits = arith.bitcast %x1 : f32 to i32
    %root_half = arith.constant 0x3F3504F3 : i32
    %c23 = arith.constant 23 : i32
    %above = arith.subi %bits, %root_half : i32
    %k = arith.shrsi %above, %c23 : i32
    %k_bits = arith.shli %k, %c23 : i32
    %m_bits = arith.subi %bits, %k_bits : i32
    %m = arith.bitcast %m_bits : i32 to f32
    %f = arith.subf %m, %one : f32
    %k_float = arith.sitofp %k : i32 to f32
    %e = arith.addf %k_float, %e0 : f32
    %c10 = arith.constant 0xBDE1CDD7 : f32
    %c9 = arith.constant 0x3E3F940C : f32
    %c8 = arith.constant 0xBE43FBF5 : f32
    %c7 = arith.constant 0x3E5164EE : f32
    %c6 = arith.constant 0xBE755125 : f32
    %c5 = arith.constant 0x3E93BFA2 : f32
    %c4 = arith.constant 0xBEB8AD7F : f32
    %c3 = arith.constant 0x3EF6384A : f32
    %c2 = arith.constant 0xBF38AA38 : f32
    %p9 = math.fma %c10, %f, %c9 : f32
    %p8 = math.fma %p9, %f, %c8 : f32
    %p7 = math.fma %p8, %f, %c7 : f32
    %p6 = math.fma %p7, %f, %c6 : f32
    %p5 = math.fma %p6, %f, %c5 : f32
    %p4 = math.fma %p5, %f, %c4 : f32
    %p3 = math.fma %p4, %f, %c3 : f32
    %p = math.fma %p3, %f, %c2 : f32
    %f2 = arith.mulf %f, %f : f32
    // log2(e) in two parts.
    %log2e_high = arith.constant 0x3FB8AA3B : f32
    %log2e_low = arith.constant 0x32A57060 : f32
    %low = arith.mulf %f, %log2e_low : f32
    %t0 = math.fma %p, %f2, %low : f32
    %t = math.fma %f, %log2e_high, %t0 : f32
    %y0 = arith.addf %e, %t : f32
    %finite = arith.cmpf olt, %x, %infinity : f32
    %y1 = arith.select %finite, %y0, %x : f32
    %negative = arith.cmpf olt, %x, %zero : f32
    %y2 = arith.select %negative, %nan, %y1 : f32
    %is_zero = arith.cmpf oeq, %x, %zero : f32
    %y = arith.select %is_zero, %minus_infinity, %y2 : f32
    target.yield %y : f32
  }

  // Below 5/8 x + x^3 P(x^2), above 1 - 2 / (e^2x + 1); e^2x = infinity gives 1. 1.5 ulp with an exp of 1
  // ulp.
  target.elementwise @tanh attributes {implements = "math.tanh", from = f32, to = f32} {
  ^bb0(%x: f32):
    %a = math.absf %x : f32
    %s = arith.mulf %a, %a : f32
    %c4 = arith.constant 0xBBBA8672 : f32
    %c3 = arith.constant 0x3CA8FC67 : f32
    %c2 = arith.constant 0xBD5C1AD2 : f32
    %c1 = arith.constant 0x3E08837B : f32
    %c0 = arith.constant 0xBEAAAA99 : f32
    %p3 = math.fma %c4, %s, %c3 : f32
    %p2 = math.fma %p3, %s, %c2 : f32
    %p1 = math.fma %p2, %s, %c1 : f32
    %p = math.fma %p1, %s, %c0 : f32
    %cube = arith.mulf %a, %s : f32
    %small = math.fma %cube, %p, %a : f32
    %one = arith.constant 1.0 : f32
    %two = arith.constant 2.0 : f32
    %a2 = arith.addf %a, %a : f32
    %e = math.exp %a2 : f32
    %d = arith.addf %e, %one : f32
    %q = arith.divf %two, %d : f32
    %large = arith.subf %one, %q : f32
    %limit = arith.constant 0.625 : f32
    %below = arith.cmpf olt, %a, %limit : f32
    %magnitude = arith.select %below, %small, %large : f32
    %y = math.copysign %magnitude, %x : f32
    target.yield %y : f32
  }

  // Below 0.92 x + x P(x^2), above 1 - e^-(x + x Q(x)), where Q fits -ln(1 - erf). 1.1 ulp with an exp of 1
  // ulp.
  target.elementwise @erf attributes {implements = "math.erf", from = f32, to = f32} {
  ^bb0(%x: f32):
    %a = math.absf %x : f32
    %s = arith.mulf %a, %a : f32
    %c5 = arith.constant 0xBA1C3A0D : f32
    %c4 = arith.constant 0x3BA36CF1 : f32
    %c3 = arith.constant 0xBCDB3E02 : f32
    %c2 = arith.constant 0x3DE70CC3 : f32
    %c1 = arith.constant 0xBEC09371 : f32
    %c0 = arith.constant 0x3E0375D3 : f32
    %p4 = math.fma %c5, %s, %c4 : f32
    %p3 = math.fma %p4, %s, %c3 : f32
    %p2 = math.fma %p3, %s, %c2 : f32
    %p1 = math.fma %p2, %s, %c1 : f32
    %p = math.fma %p1, %s, %c0 : f32
    %small = math.fma %a, %p, %a : f32
    // From 4 on erf is 1 in f32, and so is what the fit gives at 4. NaN passes the comparison.
    %four = arith.constant 4.0 : f32
    %beyond = arith.cmpf ogt, %a, %four : f32
    %t = arith.select %beyond, %four, %a : f32
    %d6 = arith.constant 0x37414A03 : f32
    %d5 = arith.constant 0xB9AABAB5 : f32
    %d4 = arith.constant 0x3B6F7341 : f32
    %d3 = arith.constant 0xBCC2D953 : f32
    %d2 = arith.constant 0x3DD9A074 : f32
    %d1 = arith.constant 0x3F229845 : f32
    %d0 = arith.constant 0x3E03BD64 : f32
    %q5 = math.fma %d6, %t, %d5 : f32
    %q4 = math.fma %q5, %t, %d4 : f32
    %q3 = math.fma %q4, %t, %d3 : f32
    %q2 = math.fma %q3, %t, %d2 : f32
    %q1 = math.fma %q2, %t, %d1 : f32
    %q = math.fma %q1, %t, %d0 : f32
    %exponent = math.fma %t, %q, %t : f32
    %negated = arith.negf %exponent : f32
    %e = math.exp %negated : f32
    %one = arith.constant 1.0 : f32
    %large = arith.subf %one, %e : f32
    %limit = arith.constant 0.921875 : f32
    %below = arith.cmpf olt, %a, %limit : f32
    %magnitude = arith.select %below, %small, %large : f32
    %y = math.copysign %magnitude, %x : f32
    target.yield %y : f32
  }

  // Two correctly rounded operations. 1.5 ulp.
  target.elementwise @rsqrt attributes {implements = "math.rsqrt", from = f32, to = f32} {
  ^bb0(%x: f32):
    %one = arith.constant 1.0 : f32
    %root = math.sqrt %x : f32
    %y = arith.divf %one, %root : f32
    target.yield %y : f32
  }
}
