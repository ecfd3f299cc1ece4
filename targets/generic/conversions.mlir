// Conversions between f32 and the formats below 16 bits, whose values travel as integers.
//
// Rules of kernel.convert: to nearest, ties to even; beyond the largest finite value infinity, or that value
// where the format has no infinity; NaN stays NaN, or, where the format has none, becomes the largest finite
// value.
//
// To a format: the fraction is rounded in the integer representation, so that its carry runs into the
// exponent. Below the smallest normal value one addition does the rounding: it aligns the number so that the
// last bit of the sum is the format's smallest step. From a format: a normal number needs another exponent
// bias, a denormal one is its code times the smallest step.
//
// Formats: OCP 8-bit Floating Point Specification 1.0, OCP Microscaling Formats 1.0, and for FNUZ AMD CDNA3
// ISA 7.1.2.
target.machine @generic {
  // f8E4M3FN: largest 448; 0x7F and 0xFF are NaN, no infinity.
  target.elementwise @convert_f32_to_f8E4M3FN attributes {implements = "convert", from = f32, to = f8E4M3FN} {
  ^bb0(%x: f32):
    %bits = arith.bitcast %x : f32 to i32
    %positive = arith.constant 0x7FFFFFFF : i32
    %a = arith.andi %bits, %positive : i32
    %drop = arith.constant 20 : i32
    %one = arith.constant 1 : i32
    %below_half = arith.constant 0x7FFFF : i32
    %rebias = arith.constant 0x3C0 : i32
    %kept = arith.shrui %a, %drop : i32
    %odd = arith.andi %kept, %one : i32
    %r0 = arith.addi %a, %below_half : i32
    %r1 = arith.addi %r0, %odd : i32
    %r = arith.shrui %r1, %drop : i32
    %normal = arith.subi %r, %rebias : i32
    %magic = arith.constant 16384.0 : f32
    %magic_bits = arith.bitcast %magic : f32 to i32
    %magnitude = arith.bitcast %a : i32 to f32
    %sum = arith.addf %magnitude, %magic : f32
    %sum_bits = arith.bitcast %sum : f32 to i32
    %denormal = arith.subi %sum_bits, %magic_bits : i32
    %smallest_normal = arith.constant 0x3C800000 : i32
    %is_denormal = arith.cmpi ult, %a, %smallest_normal : i32
    %rounded = arith.select %is_denormal, %denormal, %normal : i32
    %largest = arith.constant 126 : i32
    %code = arith.minui %rounded, %largest : i32
    %infinity = arith.constant 0x7F800000 : i32
    %is_nan = arith.cmpi ugt, %a, %infinity : i32
    %nan = arith.constant 127 : i32
    %with_nan = arith.select %is_nan, %nan, %code : i32
    %down = arith.constant 24 : i32
    %sign_bit = arith.constant 128 : i32
    %moved = arith.shrui %bits, %down : i32
    %sign = arith.andi %moved, %sign_bit : i32
    %y0 = arith.ori %with_nan, %sign : i32
    %y = arith.trunci %y0 : i32 to i8
    target.yield %y : i8
  }

  target.elementwise @convert_f8E4M3FN_to_f32 attributes {implements = "convert", from = f8E4M3FN, to = f32} {
  ^bb0(%x: i8):
    %c = arith.extui %x : i8 to i32
    %positive = arith.constant 127 : i32
    %m = arith.andi %c, %positive : i32
    %up = arith.constant 20 : i32
    %rebias = arith.constant 0x3C000000 : i32
    %shifted = arith.shli %m, %up : i32
    %normal = arith.addi %shifted, %rebias : i32
    %count = arith.sitofp %m : i32 to f32
    %step = arith.constant 0x3B000000 : f32 // 2^-9
    %product = arith.mulf %count, %step : f32
    %denormal = arith.bitcast %product : f32 to i32
    %smallest_normal = arith.constant 8 : i32
    %is_denormal = arith.cmpi ult, %m, %smallest_normal : i32
    %number = arith.select %is_denormal, %denormal, %normal : i32
    %nan = arith.constant 0x7FC00000 : i32
    %nan_code = arith.constant 127 : i32
    %is_nan = arith.cmpi eq, %m, %nan_code : i32
    %magnitude = arith.select %is_nan, %nan, %number : i32
    %sign = arith.subi %c, %m : i32
    %to_top = arith.constant 24 : i32
    %top = arith.shli %sign, %to_top : i32
    %signed = arith.ori %magnitude, %top : i32
    %y = arith.bitcast %signed : i32 to f32
    target.yield %y : f32
  }

  // f8E5M2: IEEE 754 in small: largest 57344, 0x7C is infinity.
  target.elementwise @convert_f32_to_f8E5M2 attributes {implements = "convert", from = f32, to = f8E5M2} {
  ^bb0(%x: f32):
    %bits = arith.bitcast %x : f32 to i32
    %positive = arith.constant 0x7FFFFFFF : i32
    %a = arith.andi %bits, %positive : i32
    %drop = arith.constant 21 : i32
    %one = arith.constant 1 : i32
    %below_half = arith.constant 0xFFFFF : i32
    %rebias = arith.constant 0x1C0 : i32
    %kept = arith.shrui %a, %drop : i32
    %odd = arith.andi %kept, %one : i32
    %r0 = arith.addi %a, %below_half : i32
    %r1 = arith.addi %r0, %odd : i32
    %r = arith.shrui %r1, %drop : i32
    %normal = arith.subi %r, %rebias : i32
    %magic = arith.constant 128.0 : f32
    %magic_bits = arith.bitcast %magic : f32 to i32
    %magnitude = arith.bitcast %a : i32 to f32
    %sum = arith.addf %magnitude, %magic : f32
    %sum_bits = arith.bitcast %sum : f32 to i32
    %denormal = arith.subi %sum_bits, %magic_bits : i32
    %smallest_normal = arith.constant 0x38800000 : i32
    %is_denormal = arith.cmpi ult, %a, %smallest_normal : i32
    %rounded = arith.select %is_denormal, %denormal, %normal : i32
    %largest = arith.constant 124 : i32
    %code = arith.minui %rounded, %largest : i32
    %infinity = arith.constant 0x7F800000 : i32
    %is_nan = arith.cmpi ugt, %a, %infinity : i32
    %nan = arith.constant 126 : i32
    %with_nan = arith.select %is_nan, %nan, %code : i32
    %down = arith.constant 24 : i32
    %sign_bit = arith.constant 128 : i32
    %moved = arith.shrui %bits, %down : i32
    %sign = arith.andi %moved, %sign_bit : i32
    %y0 = arith.ori %with_nan, %sign : i32
    %y = arith.trunci %y0 : i32 to i8
    target.yield %y : i8
  }

  target.elementwise @convert_f8E5M2_to_f32 attributes {implements = "convert", from = f8E5M2, to = f32} {
  ^bb0(%x: i8):
    %c = arith.extui %x : i8 to i32
    %positive = arith.constant 127 : i32
    %m = arith.andi %c, %positive : i32
    %up = arith.constant 21 : i32
    %rebias = arith.constant 0x38000000 : i32
    %shifted = arith.shli %m, %up : i32
    %normal = arith.addi %shifted, %rebias : i32
    %count = arith.sitofp %m : i32 to f32
    %step = arith.constant 0x37800000 : f32 // 2^-16
    %product = arith.mulf %count, %step : f32
    %denormal = arith.bitcast %product : f32 to i32
    %smallest_normal = arith.constant 4 : i32
    %is_denormal = arith.cmpi ult, %m, %smallest_normal : i32
    %number = arith.select %is_denormal, %denormal, %normal : i32
    %exponent = arith.constant 0x7F800000 : i32
    %infinity = arith.constant 124 : i32
    %special = arith.ori %shifted, %exponent : i32
    %is_special = arith.cmpi uge, %m, %infinity : i32
    %magnitude = arith.select %is_special, %special, %number : i32
    %sign = arith.subi %c, %m : i32
    %to_top = arith.constant 24 : i32
    %top = arith.shli %sign, %to_top : i32
    %signed = arith.ori %magnitude, %top : i32
    %y = arith.bitcast %signed : i32 to f32
    target.yield %y : f32
  }

  // f8E4M3FNUZ: largest 240; 0x80 is NaN, no infinity, no negative zero.
  target.elementwise @convert_f32_to_f8E4M3FNUZ attributes {
      implements = "convert", from = f32, to = f8E4M3FNUZ} {
  ^bb0(%x: f32):
    %bits = arith.bitcast %x : f32 to i32
    %positive = arith.constant 0x7FFFFFFF : i32
    %a = arith.andi %bits, %positive : i32
    %drop = arith.constant 20 : i32
    %one = arith.constant 1 : i32
    %below_half = arith.constant 0x7FFFF : i32
    %rebias = arith.constant 0x3B8 : i32
    %kept = arith.shrui %a, %drop : i32
    %odd = arith.andi %kept, %one : i32
    %r0 = arith.addi %a, %below_half : i32
    %r1 = arith.addi %r0, %odd : i32
    %r = arith.shrui %r1, %drop : i32
    %normal = arith.subi %r, %rebias : i32
    %magic = arith.constant 8192.0 : f32
    %magic_bits = arith.bitcast %magic : f32 to i32
    %magnitude = arith.bitcast %a : i32 to f32
    %sum = arith.addf %magnitude, %magic : f32
    %sum_bits = arith.bitcast %sum : f32 to i32
    %denormal = arith.subi %sum_bits, %magic_bits : i32
    %smallest_normal = arith.constant 0x3C000000 : i32
    %is_denormal = arith.cmpi ult, %a, %smallest_normal : i32
    %rounded = arith.select %is_denormal, %denormal, %normal : i32
    %largest = arith.constant 127 : i32
    %code = arith.minui %rounded, %largest : i32
    %infinity = arith.constant 0x7F800000 : i32
    %is_nan = arith.cmpi ugt, %a, %infinity : i32
    %down = arith.constant 24 : i32
    %sign_bit = arith.constant 128 : i32
    %moved = arith.shrui %bits, %down : i32
    %sign = arith.andi %moved, %sign_bit : i32
    %zero = arith.constant 0 : i32
    %is_zero = arith.cmpi eq, %code, %zero : i32
    %signed = arith.ori %code, %sign : i32
    %number = arith.select %is_zero, %zero, %signed : i32
    %y0 = arith.select %is_nan, %sign_bit, %number : i32
    %y = arith.trunci %y0 : i32 to i8
    target.yield %y : i8
  }

  target.elementwise @convert_f8E4M3FNUZ_to_f32 attributes {
      implements = "convert", from = f8E4M3FNUZ, to = f32} {
  ^bb0(%x: i8):
    %c = arith.extui %x : i8 to i32
    %positive = arith.constant 127 : i32
    %m = arith.andi %c, %positive : i32
    %up = arith.constant 20 : i32
    %rebias = arith.constant 0x3B800000 : i32
    %shifted = arith.shli %m, %up : i32
    %normal = arith.addi %shifted, %rebias : i32
    %count = arith.sitofp %m : i32 to f32
    %step = arith.constant 0x3A800000 : f32 // 2^-10
    %product = arith.mulf %count, %step : f32
    %denormal = arith.bitcast %product : f32 to i32
    %smallest_normal = arith.constant 8 : i32
    %is_denormal = arith.cmpi ult, %m, %smallest_normal : i32
    %number = arith.select %is_denormal, %denormal, %normal : i32
    %sign = arith.subi %c, %m : i32
    %to_top = arith.constant 24 : i32
    %top = arith.shli %sign, %to_top : i32
    %signed = arith.ori %number, %top : i32
    %nan = arith.constant 0x7FC00000 : i32
    %nan_code = arith.constant 128 : i32
    %is_nan = arith.cmpi eq, %c, %nan_code : i32
    %result = arith.select %is_nan, %nan, %signed : i32
    %y = arith.bitcast %result : i32 to f32
    target.yield %y : f32
  }

  // f8E5M2FNUZ: largest 57344; 0x80 is NaN, no infinity, no negative zero.
  target.elementwise @convert_f32_to_f8E5M2FNUZ attributes {
      implements = "convert", from = f32, to = f8E5M2FNUZ} {
  ^bb0(%x: f32):
    %bits = arith.bitcast %x : f32 to i32
    %positive = arith.constant 0x7FFFFFFF : i32
    %a = arith.andi %bits, %positive : i32
    %drop = arith.constant 21 : i32
    %one = arith.constant 1 : i32
    %below_half = arith.constant 0xFFFFF : i32
    %rebias = arith.constant 0x1BC : i32
    %kept = arith.shrui %a, %drop : i32
    %odd = arith.andi %kept, %one : i32
    %r0 = arith.addi %a, %below_half : i32
    %r1 = arith.addi %r0, %odd : i32
    %r = arith.shrui %r1, %drop : i32
    %normal = arith.subi %r, %rebias : i32
    %magic = arith.constant 64.0 : f32
    %magic_bits = arith.bitcast %magic : f32 to i32
    %magnitude = arith.bitcast %a : i32 to f32
    %sum = arith.addf %magnitude, %magic : f32
    %sum_bits = arith.bitcast %sum : f32 to i32
    %denormal = arith.subi %sum_bits, %magic_bits : i32
    %smallest_normal = arith.constant 0x38000000 : i32
    %is_denormal = arith.cmpi ult, %a, %smallest_normal : i32
    %rounded = arith.select %is_denormal, %denormal, %normal : i32
    %largest = arith.constant 127 : i32
    %code = arith.minui %rounded, %largest : i32
    %infinity = arith.constant 0x7F800000 : i32
    %is_nan = arith.cmpi ugt, %a, %infinity : i32
    %down = arith.constant 24 : i32
    %sign_bit = arith.constant 128 : i32
    %moved = arith.shrui %bits, %down : i32
    %sign = arith.andi %moved, %sign_bit : i32
    %zero = arith.constant 0 : i32
    %is_zero = arith.cmpi eq, %code, %zero : i32
    %signed = arith.ori %code, %sign : i32
    %number = arith.select %is_zero, %zero, %signed : i32
    %y0 = arith.select %is_nan, %sign_bit, %number : i32
    %y = arith.trunci %y0 : i32 to i8
    target.yield %y : i8
  }

  target.elementwise @convert_f8E5M2FNUZ_to_f32 attributes {
      implements = "convert", from = f8E5M2FNUZ, to = f32} {
  ^bb0(%x: i8):
    %c = arith.extui %x : i8 to i32
    %positive = arith.constant 127 : i32
    %m = arith.andi %c, %positive : i32
    %up = arith.constant 21 : i32
    %rebias = arith.constant 0x37800000 : i32
    %shifted = arith.shli %m, %up : i32
    %normal = arith.addi %shifted, %rebias : i32
    %count = arith.sitofp %m : i32 to f32
    %step = arith.constant 0x37000000 : f32 // 2^-17
    %product = arith.mulf %count, %step : f32
    %denormal = arith.bitcast %product : f32 to i32
    %smallest_normal = arith.constant 4 : i32
    %is_denormal = arith.cmpi ult, %m, %smallest_normal : i32
    %number = arith.select %is_denormal, %denormal, %normal : i32
    %sign = arith.subi %c, %m : i32
    %to_top = arith.constant 24 : i32
    %top = arith.shli %sign, %to_top : i32
    %signed = arith.ori %number, %top : i32
    %nan = arith.constant 0x7FC00000 : i32
    %nan_code = arith.constant 128 : i32
    %is_nan = arith.cmpi eq, %c, %nan_code : i32
    %result = arith.select %is_nan, %nan, %signed : i32
    %y = arith.bitcast %result : i32 to f32
    target.yield %y : f32
  }

  // f6E2M3FN: largest 7.5; finite numbers only.
  target.elementwise @convert_f32_to_f6E2M3FN attributes {implements = "convert", from = f32, to = f6E2M3FN} {
  ^bb0(%x: f32):
    %bits = arith.bitcast %x : f32 to i32
    %positive = arith.constant 0x7FFFFFFF : i32
    %a = arith.andi %bits, %positive : i32
    %drop = arith.constant 20 : i32
    %one = arith.constant 1 : i32
    %below_half = arith.constant 0x7FFFF : i32
    %rebias = arith.constant 0x3F0 : i32
    %kept = arith.shrui %a, %drop : i32
    %odd = arith.andi %kept, %one : i32
    %r0 = arith.addi %a, %below_half : i32
    %r1 = arith.addi %r0, %odd : i32
    %r = arith.shrui %r1, %drop : i32
    %normal = arith.subi %r, %rebias : i32
    %magic = arith.constant 1048576.0 : f32
    %magic_bits = arith.bitcast %magic : f32 to i32
    %magnitude = arith.bitcast %a : i32 to f32
    %sum = arith.addf %magnitude, %magic : f32
    %sum_bits = arith.bitcast %sum : f32 to i32
    %denormal = arith.subi %sum_bits, %magic_bits : i32
    %smallest_normal = arith.constant 0x3F800000 : i32
    %is_denormal = arith.cmpi ult, %a, %smallest_normal : i32
    %rounded = arith.select %is_denormal, %denormal, %normal : i32
    %largest = arith.constant 31 : i32
    %code = arith.minui %rounded, %largest : i32
    %down = arith.constant 26 : i32
    %sign_bit = arith.constant 32 : i32
    %moved = arith.shrui %bits, %down : i32
    %sign = arith.andi %moved, %sign_bit : i32
    %y0 = arith.ori %code, %sign : i32
    %y = arith.trunci %y0 : i32 to i6
    target.yield %y : i6
  }

  target.elementwise @convert_f6E2M3FN_to_f32 attributes {implements = "convert", from = f6E2M3FN, to = f32} {
  ^bb0(%x: i6):
    %c = arith.extui %x : i6 to i32
    %positive = arith.constant 31 : i32
    %m = arith.andi %c, %positive : i32
    %up = arith.constant 20 : i32
    %rebias = arith.constant 0x3F000000 : i32
    %shifted = arith.shli %m, %up : i32
    %normal = arith.addi %shifted, %rebias : i32
    %count = arith.sitofp %m : i32 to f32
    %step = arith.constant 0x3E000000 : f32 // 2^-3
    %product = arith.mulf %count, %step : f32
    %denormal = arith.bitcast %product : f32 to i32
    %smallest_normal = arith.constant 8 : i32
    %is_denormal = arith.cmpi ult, %m, %smallest_normal : i32
    %number = arith.select %is_denormal, %denormal, %normal : i32
    %sign = arith.subi %c, %m : i32
    %to_top = arith.constant 26 : i32
    %top = arith.shli %sign, %to_top : i32
    %signed = arith.ori %number, %top : i32
    %y = arith.bitcast %signed : i32 to f32
    target.yield %y : f32
  }

  // f6E3M2FN: largest 28; finite numbers only.
  target.elementwise @convert_f32_to_f6E3M2FN attributes {implements = "convert", from = f32, to = f6E3M2FN} {
  ^bb0(%x: f32):
    %bits = arith.bitcast %x : f32 to i32
    %positive = arith.constant 0x7FFFFFFF : i32
    %a = arith.andi %bits, %positive : i32
    %drop = arith.constant 21 : i32
    %one = arith.constant 1 : i32
    %below_half = arith.constant 0xFFFFF : i32
    %rebias = arith.constant 0x1F0 : i32
    %kept = arith.shrui %a, %drop : i32
    %odd = arith.andi %kept, %one : i32
    %r0 = arith.addi %a, %below_half : i32
    %r1 = arith.addi %r0, %odd : i32
    %r = arith.shrui %r1, %drop : i32
    %normal = arith.subi %r, %rebias : i32
    %magic = arith.constant 524288.0 : f32
    %magic_bits = arith.bitcast %magic : f32 to i32
    %magnitude = arith.bitcast %a : i32 to f32
    %sum = arith.addf %magnitude, %magic : f32
    %sum_bits = arith.bitcast %sum : f32 to i32
    %denormal = arith.subi %sum_bits, %magic_bits : i32
    %smallest_normal = arith.constant 0x3E800000 : i32
    %is_denormal = arith.cmpi ult, %a, %smallest_normal : i32
    %rounded = arith.select %is_denormal, %denormal, %normal : i32
    %largest = arith.constant 31 : i32
    %code = arith.minui %rounded, %largest : i32
    %down = arith.constant 26 : i32
    %sign_bit = arith.constant 32 : i32
    %moved = arith.shrui %bits, %down : i32
    %sign = arith.andi %moved, %sign_bit : i32
    %y0 = arith.ori %code, %sign : i32
    %y = arith.trunci %y0 : i32 to i6
    target.yield %y : i6
  }

  target.elementwise @convert_f6E3M2FN_to_f32 attributes {implements = "convert", from = f6E3M2FN, to = f32} {
  ^bb0(%x: i6):
    %c = arith.extui %x : i6 to i32
    %positive = arith.constant 31 : i32
    %m = arith.andi %c, %positive : i32
    %up = arith.constant 21 : i32
    %rebias = arith.constant 0x3E000000 : i32
    %shifted = arith.shli %m, %up : i32
    %normal = arith.addi %shifted, %rebias : i32
    %count = arith.sitofp %m : i32 to f32
    %step = arith.constant 0x3D800000 : f32 // 2^-4
    %product = arith.mulf %count, %step : f32
    %denormal = arith.bitcast %product : f32 to i32
    %smallest_normal = arith.constant 4 : i32
    %is_denormal = arith.cmpi ult, %m, %smallest_normal : i32
    %number = arith.select %is_denormal, %denormal, %normal : i32
    %sign = arith.subi %c, %m : i32
    %to_top = arith.constant 26 : i32
    %top = arith.shli %sign, %to_top : i32
    %signed = arith.ori %number, %top : i32
    %y = arith.bitcast %signed : i32 to f32
    target.yield %y : f32
  }

  // f4E2M1FN: largest 6; finite numbers only.
  target.elementwise @convert_f32_to_f4E2M1FN attributes {implements = "convert", from = f32, to = f4E2M1FN} {
  ^bb0(%x: f32):
    %bits = arith.bitcast %x : f32 to i32
    %positive = arith.constant 0x7FFFFFFF : i32
    %a = arith.andi %bits, %positive : i32
    %drop = arith.constant 22 : i32
    %one = arith.constant 1 : i32
    %below_half = arith.constant 0x1FFFFF : i32
    %rebias = arith.constant 252 : i32
    %kept = arith.shrui %a, %drop : i32
    %odd = arith.andi %kept, %one : i32
    %r0 = arith.addi %a, %below_half : i32
    %r1 = arith.addi %r0, %odd : i32
    %r = arith.shrui %r1, %drop : i32
    %normal = arith.subi %r, %rebias : i32
    %magic = arith.constant 4194304.0 : f32
    %magic_bits = arith.bitcast %magic : f32 to i32
    %magnitude = arith.bitcast %a : i32 to f32
    %sum = arith.addf %magnitude, %magic : f32
    %sum_bits = arith.bitcast %sum : f32 to i32
    %denormal = arith.subi %sum_bits, %magic_bits : i32
    %smallest_normal = arith.constant 0x3F800000 : i32
    %is_denormal = arith.cmpi ult, %a, %smallest_normal : i32
    %rounded = arith.select %is_denormal, %denormal, %normal : i32
    %largest = arith.constant 7 : i32
    %code = arith.minui %rounded, %largest : i32
    %down = arith.constant 28 : i32
    %sign_bit = arith.constant 8 : i32
    %moved = arith.shrui %bits, %down : i32
    %sign = arith.andi %moved, %sign_bit : i32
    %y0 = arith.ori %code, %sign : i32
    %y = arith.trunci %y0 : i32 to i4
    target.yield %y : i4
  }

  target.elementwise @convert_f4E2M1FN_to_f32 attributes {implements = "convert", from = f4E2M1FN, to = f32} {
  ^bb0(%x: i4):
    %c = arith.extui %x : i4 to i32
    %positive = arith.constant 7 : i32
    %m = arith.andi %c, %positive : i32
    %up = arith.constant 22 : i32
    %rebias = arith.constant 0x3F000000 : i32
    %shifted = arith.shli %m, %up : i32
    %normal = arith.addi %shifted, %rebias : i32
    %count = arith.sitofp %m : i32 to f32
    %step = arith.constant 0x3F000000 : f32 // 2^-1
    %product = arith.mulf %count, %step : f32
    %denormal = arith.bitcast %product : f32 to i32
    %smallest_normal = arith.constant 2 : i32
    %is_denormal = arith.cmpi ult, %m, %smallest_normal : i32
    %number = arith.select %is_denormal, %denormal, %normal : i32
    %sign = arith.subi %c, %m : i32
    %to_top = arith.constant 28 : i32
    %top = arith.shli %sign, %to_top : i32
    %signed = arith.ori %number, %top : i32
    %y = arith.bitcast %signed : i32 to f32
    target.yield %y : f32
  }

  // f8E8M0FNU: a power of two from 2^-127 to 2^127 by its exponent; 0xFF is NaN. It has no sign and no zero:
  // what is below the smallest value becomes that. Halfway between two powers rounds up, because the last bit
  // of a significand of one bit is odd.
  target.elementwise @convert_f32_to_f8E8M0FNU attributes {
      implements = "convert", from = f32, to = f8E8M0FNU} {
  ^bb0(%x: f32):
    %bits = arith.bitcast %x : f32 to i32
    %half = arith.constant 0x400000 : i32
    %c23 = arith.constant 23 : i32
    %sum = arith.addi %bits, %half : i32
    %normal = arith.shrui %sum, %c23 : i32
    // f32's denormals: from 0.75 * 2^-126 on it is code 1.
    %smallest_normal = arith.constant 0x800000 : i32
    %up = arith.constant 0x600000 : i32
    %rounds_up = arith.cmpi uge, %bits, %up : i32
    %denormal = arith.extui %rounds_up : i1 to i32
    %is_denormal = arith.cmpi ult, %bits, %smallest_normal : i32
    %rounded = arith.select %is_denormal, %denormal, %normal : i32
    %largest = arith.constant 254 : i32
    %code = arith.minui %rounded, %largest : i32
    %zero = arith.constant 0 : i32
    %negative = arith.cmpi slt, %bits, %zero : i32
    %number = arith.select %negative, %zero, %code : i32
    %nan = arith.constant 255 : i32
    %is_nan = arith.cmpf uno, %x, %x : f32
    %y0 = arith.select %is_nan, %nan, %number : i32
    %y = arith.trunci %y0 : i32 to i8
    target.yield %y : i8
  }

  target.elementwise @convert_f8E8M0FNU_to_f32 attributes {
      implements = "convert", from = f8E8M0FNU, to = f32} {
  ^bb0(%x: i8):
    %c = arith.extui %x : i8 to i32
    %c23 = arith.constant 23 : i32
    %normal = arith.shli %c, %c23 : i32
    %denormal = arith.constant 0x400000 : i32
    %zero = arith.constant 0 : i32
    %is_zero = arith.cmpi eq, %c, %zero : i32
    %number = arith.select %is_zero, %denormal, %normal : i32
    %nan = arith.constant 0x7FC00000 : i32
    %nan_code = arith.constant 255 : i32
    %is_nan = arith.cmpi eq, %c, %nan_code : i32
    %bits = arith.select %is_nan, %nan, %number : i32
    %y = arith.bitcast %bits : i32 to f32
    target.yield %y : f32
  }
}
