// Elementwise instructions that AMD CDNA4 adds to CDNA3: packed conversions. AMD CDNA4 ISA, chapter 12, VOP3.
// The scaled conversions multiply or divide by a power of two, here by one.

target.machine @gfx950 {
  // v_cvt_pk_bf16_f32 and v_cvt_pk_f16_f32 are what LLVM selects for these; to nearest, ties to even.
  target.elementwise @convert_f32_to_bf16_x2 attributes {
      implements = "convert", from = f32, to = bf16, width = 2, cycles = 4} {
  ^bb0(%x: vector<2xf32>):
    %y = llvm.fptrunc %x : vector<2xf32> to vector<2xbf16>
    target.yield %y : vector<2xbf16>
  }

  target.elementwise @convert_f32_to_f16_x2 attributes {
      implements = "convert", from = f32, to = f16, width = 2, cycles = 4} {
  ^bb0(%x: vector<2xf32>):
    %y = llvm.fptrunc %x : vector<2xf32> to vector<2xf16>
    target.yield %y : vector<2xf16>
  }

  // The opcodes of CDNA3, but OCP's formats. E4M3 has no infinity: too large a value must become 448, not
  // NaN; v_minimum3_f32 and v_maximum3_f32 keep a NaN. E5M2 has one.
  target.elementwise @convert_f32_to_f8E4M3FN_x2 attributes {
      implements = "convert", from = f32, to = f8E4M3FN, width = 2, cycles = 20} {
  ^bb0(%x: vector<2xf32>):
    %most = arith.constant dense<448.0> : vector<2xf32>
    %least = arith.constant dense<-448.0> : vector<2xf32>
    %below = arith.minimumf %x, %most : vector<2xf32>
    %finite = arith.maximumf %below, %least : vector<2xf32>
    %i0 = llvm.mlir.constant(0 : i32) : i32
    %i1 = llvm.mlir.constant(1 : i32) : i32
    %x0 = llvm.extractelement %finite[%i0 : i32] : vector<2xf32>
    %x1 = llvm.extractelement %finite[%i1 : i32] : vector<2xf32>
    %none = llvm.mlir.constant(0 : i32) : i32
    %low = rocdl.cvt.pk.fp8.f32 %x0, %x1 -> %none[false] : i32
    %bits = llvm.trunc %low : i32 to i16
    %y = llvm.bitcast %bits : i16 to vector<2xi8>
    target.yield %y : vector<2xi8>
  }

  target.elementwise @convert_f32_to_f8E4M3FN_x4 attributes {
      implements = "convert", from = f32, to = f8E4M3FN, width = 4, cycles = 40} {
  ^bb0(%x: vector<4xf32>):
    %most = arith.constant dense<448.0> : vector<4xf32>
    %least = arith.constant dense<-448.0> : vector<4xf32>
    %below = arith.minimumf %x, %most : vector<4xf32>
    %finite = arith.maximumf %below, %least : vector<4xf32>
    %i0 = llvm.mlir.constant(0 : i32) : i32
    %i1 = llvm.mlir.constant(1 : i32) : i32
    %i2 = llvm.mlir.constant(2 : i32) : i32
    %i3 = llvm.mlir.constant(3 : i32) : i32
    %x0 = llvm.extractelement %finite[%i0 : i32] : vector<4xf32>
    %x1 = llvm.extractelement %finite[%i1 : i32] : vector<4xf32>
    %x2 = llvm.extractelement %finite[%i2 : i32] : vector<4xf32>
    %x3 = llvm.extractelement %finite[%i3 : i32] : vector<4xf32>
    %none = llvm.mlir.constant(0 : i32) : i32
    %low = rocdl.cvt.pk.fp8.f32 %x0, %x1 -> %none[false] : i32
    %bits = rocdl.cvt.pk.fp8.f32 %x2, %x3 -> %low[true] : i32
    %y = llvm.bitcast %bits : i32 to vector<4xi8>
    target.yield %y : vector<4xi8>
  }

  target.elementwise @convert_f8E4M3FN_to_f32_x2 attributes {
      implements = "convert", from = f8E4M3FN, to = f32, width = 2, cycles = 4} {
  ^bb0(%x: vector<2xi8>):
    %half = llvm.bitcast %x : vector<2xi8> to i16
    %bits = llvm.zext %half : i16 to i32
    %y = rocdl.cvt.pk.f32.fp8 %bits[false] : vector<2xf32>
    target.yield %y : vector<2xf32>
  }

  target.elementwise @convert_f8E4M3FN_to_f32_x4 attributes {
      implements = "convert", from = f8E4M3FN, to = f32, width = 4, cycles = 8} {
  ^bb0(%x: vector<4xi8>):
    %bits = llvm.bitcast %x : vector<4xi8> to i32
    %low = rocdl.cvt.pk.f32.fp8 %bits[false] : vector<2xf32>
    %high = rocdl.cvt.pk.f32.fp8 %bits[true] : vector<2xf32>
    %y = llvm.shufflevector %low, %high [0, 1, 2, 3] : vector<2xf32>
    target.yield %y : vector<4xf32>
  }

  target.elementwise @convert_f32_to_f8E5M2_x2 attributes {
      implements = "convert", from = f32, to = f8E5M2, width = 2, cycles = 4} {
  ^bb0(%x: vector<2xf32>):
    %i0 = llvm.mlir.constant(0 : i32) : i32
    %i1 = llvm.mlir.constant(1 : i32) : i32
    %x0 = llvm.extractelement %x[%i0 : i32] : vector<2xf32>
    %x1 = llvm.extractelement %x[%i1 : i32] : vector<2xf32>
    %none = llvm.mlir.constant(0 : i32) : i32
    %low = rocdl.cvt.pk.bf8.f32 %x0, %x1 -> %none[false] : i32
    %bits = llvm.trunc %low : i32 to i16
    %y = llvm.bitcast %bits : i16 to vector<2xi8>
    target.yield %y : vector<2xi8>
  }

  target.elementwise @convert_f32_to_f8E5M2_x4 attributes {
      implements = "convert", from = f32, to = f8E5M2, width = 4, cycles = 8} {
  ^bb0(%x: vector<4xf32>):
    %i0 = llvm.mlir.constant(0 : i32) : i32
    %i1 = llvm.mlir.constant(1 : i32) : i32
    %i2 = llvm.mlir.constant(2 : i32) : i32
    %i3 = llvm.mlir.constant(3 : i32) : i32
    %x0 = llvm.extractelement %x[%i0 : i32] : vector<4xf32>
    %x1 = llvm.extractelement %x[%i1 : i32] : vector<4xf32>
    %x2 = llvm.extractelement %x[%i2 : i32] : vector<4xf32>
    %x3 = llvm.extractelement %x[%i3 : i32] : vector<4xf32>
    %none = llvm.mlir.constant(0 : i32) : i32
    %low = rocdl.cvt.pk.bf8.f32 %x0, %x1 -> %none[false] : i32
    %bits = rocdl.cvt.pk.bf8.f32 %x2, %x3 -> %low[true] : i32
    %y = llvm.bitcast %bits : i32 to vector<4xi8>
    target.yield %y : vector<4xi8>
  }

  target.elementwise @convert_f8E5M2_to_f32_x2 attributes {
      implements = "convert", from = f8E5M2, to = f32, width = 2, cycles = 4} {
  ^bb0(%x: vector<2xi8>):
    %half = llvm.bitcast %x : vector<2xi8> to i16
    %bits = llvm.zext %half : i16 to i32
    %y = rocdl.cvt.pk.f32.bf8 %bits[false] : vector<2xf32>
    target.yield %y : vector<2xf32>
  }

  target.elementwise @convert_f8E5M2_to_f32_x4 attributes {
      implements = "convert", from = f8E5M2, to = f32, width = 4, cycles = 8} {
  ^bb0(%x: vector<4xi8>):
    %bits = llvm.bitcast %x : vector<4xi8> to i32
    %low = rocdl.cvt.pk.f32.bf8 %bits[false] : vector<2xf32>
    %high = rocdl.cvt.pk.f32.bf8 %bits[true] : vector<2xf32>
    %y = llvm.shufflevector %low, %high [0, 1, 2, 3] : vector<2xf32>
    target.yield %y : vector<4xf32>
  }

  // Two 4-bit floats at a time, one byte of a register; finite values beyond the largest saturate.
  target.elementwise @convert_f32_to_f4E2M1FN_x2 attributes {
      implements = "convert", from = f32, to = f4E2M1FN, width = 2, cycles = 4} {
  ^bb0(%x: vector<2xf32>):
    %i0 = llvm.mlir.constant(0 : i32) : i32
    %i1 = llvm.mlir.constant(1 : i32) : i32
    %x0 = llvm.extractelement %x[%i0 : i32] : vector<2xf32>
    %x1 = llvm.extractelement %x[%i1 : i32] : vector<2xf32>
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %none = llvm.mlir.constant(0 : i32) : i32
    %b0 = rocdl.cvt.scalef32.pk.fp4.f32 %x0, %x1, %one -> %none[0] : i32
    %byte = llvm.trunc %b0 : i32 to i8
    %y = llvm.bitcast %byte : i8 to vector<2xi4>
    target.yield %y : vector<2xi4>
  }

  target.elementwise @convert_f32_to_f4E2M1FN_x8 attributes {
      implements = "convert", from = f32, to = f4E2M1FN, width = 8, cycles = 16} {
  ^bb0(%x: vector<8xf32>):
    %i0 = llvm.mlir.constant(0 : i32) : i32
    %i1 = llvm.mlir.constant(1 : i32) : i32
    %i2 = llvm.mlir.constant(2 : i32) : i32
    %i3 = llvm.mlir.constant(3 : i32) : i32
    %i4 = llvm.mlir.constant(4 : i32) : i32
    %i5 = llvm.mlir.constant(5 : i32) : i32
    %i6 = llvm.mlir.constant(6 : i32) : i32
    %i7 = llvm.mlir.constant(7 : i32) : i32
    %x0 = llvm.extractelement %x[%i0 : i32] : vector<8xf32>
    %x1 = llvm.extractelement %x[%i1 : i32] : vector<8xf32>
    %x2 = llvm.extractelement %x[%i2 : i32] : vector<8xf32>
    %x3 = llvm.extractelement %x[%i3 : i32] : vector<8xf32>
    %x4 = llvm.extractelement %x[%i4 : i32] : vector<8xf32>
    %x5 = llvm.extractelement %x[%i5 : i32] : vector<8xf32>
    %x6 = llvm.extractelement %x[%i6 : i32] : vector<8xf32>
    %x7 = llvm.extractelement %x[%i7 : i32] : vector<8xf32>
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %none = llvm.mlir.constant(0 : i32) : i32
    %b0 = rocdl.cvt.scalef32.pk.fp4.f32 %x0, %x1, %one -> %none[0] : i32
    %b1 = rocdl.cvt.scalef32.pk.fp4.f32 %x2, %x3, %one -> %b0[1] : i32
    %b2 = rocdl.cvt.scalef32.pk.fp4.f32 %x4, %x5, %one -> %b1[2] : i32
    %b3 = rocdl.cvt.scalef32.pk.fp4.f32 %x6, %x7, %one -> %b2[3] : i32
    %y = llvm.bitcast %b3 : i32 to vector<8xi4>
    target.yield %y : vector<8xi4>
  }

  target.elementwise @convert_f4E2M1FN_to_f32_x2 attributes {
      implements = "convert", from = f4E2M1FN, to = f32, width = 2, cycles = 4} {
  ^bb0(%x: vector<2xi4>):
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %byte = llvm.bitcast %x : vector<2xi4> to i8
    %bits = llvm.zext %byte : i8 to i32
    %y = rocdl.cvt.scalef32.pk.f32.fp4 %bits[0], %one : vector<2xf32>
    target.yield %y : vector<2xf32>
  }

  target.elementwise @convert_f4E2M1FN_to_f32_x8 attributes {
      implements = "convert", from = f4E2M1FN, to = f32, width = 8, cycles = 16} {
  ^bb0(%x: vector<8xi4>):
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %bits = llvm.bitcast %x : vector<8xi4> to i32
    %y0 = rocdl.cvt.scalef32.pk.f32.fp4 %bits[0], %one : vector<2xf32>
    %y1 = rocdl.cvt.scalef32.pk.f32.fp4 %bits[1], %one : vector<2xf32>
    %y2 = rocdl.cvt.scalef32.pk.f32.fp4 %bits[2], %one : vector<2xf32>
    %y3 = rocdl.cvt.scalef32.pk.f32.fp4 %bits[3], %one : vector<2xf32>
    %low = llvm.shufflevector %y0, %y1 [0, 1, 2, 3] : vector<2xf32>
    %high = llvm.shufflevector %y2, %y3 [0, 1, 2, 3] : vector<2xf32>
    %y = llvm.shufflevector %low, %high [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xf32>
    target.yield %y : vector<8xf32>
  }

  // 32 6-bit floats at a time, six registers. The packing instruction interleaves its two operands.
  target.elementwise @convert_f32_to_f6E2M3FN_x32 attributes {
      implements = "convert", from = f32, to = f6E2M3FN, width = 32} {
  ^bb0(%x: vector<32xf32>):
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %even = llvm.shufflevector %x, %x [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30]
        : vector<32xf32>
    %odd = llvm.shufflevector %x, %x [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31]
        : vector<32xf32>
    %bits = rocdl.cvt.scalef32.2xpk16.fp6.f32 %even, %odd, %one : vector<6xi32>
    %y = llvm.bitcast %bits : vector<6xi32> to vector<32xi6>
    target.yield %y : vector<32xi6>
  }

  target.elementwise @convert_f6E2M3FN_to_f32_x32 attributes {
      implements = "convert", from = f6E2M3FN, to = f32, width = 32} {
  ^bb0(%x: vector<32xi6>):
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %bits = llvm.bitcast %x : vector<32xi6> to vector<6xi32>
    %y = rocdl.cvt.scalef32.pk32.f32.fp6 %bits, %one : vector<32xf32>
    target.yield %y : vector<32xf32>
  }

  target.elementwise @convert_f32_to_f6E3M2FN_x32 attributes {
      implements = "convert", from = f32, to = f6E3M2FN, width = 32} {
  ^bb0(%x: vector<32xf32>):
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %even = llvm.shufflevector %x, %x [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30]
        : vector<32xf32>
    %odd = llvm.shufflevector %x, %x [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31]
        : vector<32xf32>
    %bits = rocdl.cvt.scalef32.2xpk16.bf6.f32 %even, %odd, %one : vector<6xi32>
    %y = llvm.bitcast %bits : vector<6xi32> to vector<32xi6>
    target.yield %y : vector<32xi6>
  }

  target.elementwise @convert_f6E3M2FN_to_f32_x32 attributes {
      implements = "convert", from = f6E3M2FN, to = f32, width = 32} {
  ^bb0(%x: vector<32xi6>):
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %bits = llvm.bitcast %x : vector<32xi6> to vector<6xi32>
    %y = rocdl.cvt.scalef32.pk32.f32.bf6 %bits, %one : vector<32xf32>
    target.yield %y : vector<32xf32>
  }

  // Registers x and y exchange the halves of rows: afterwards x holds what x and y held in the lanes with bit
  // 4 (of 5: bit 5) of their number clear, y what they held in the others. A register bit and a lane bit
  // change places.
  target.operation @swap_lane_bit_4 {
  ^bb0(%x: i32, %y: i32):
    %pair = rocdl.permlane16.swap %x, %y, false, false : (i32, i32) -> !llvm.struct<(i32, i32)>
    %clear = llvm.extractvalue %pair[0] : !llvm.struct<(i32, i32)>
    %set = llvm.extractvalue %pair[1] : !llvm.struct<(i32, i32)>
    target.yield %clear, %set : i32, i32
  }

  target.operation @swap_lane_bit_5 {
  ^bb0(%x: i32, %y: i32):
    %pair = rocdl.permlane32.swap %x, %y, false, false : (i32, i32) -> !llvm.struct<(i32, i32)>
    %clear = llvm.extractvalue %pair[0] : !llvm.struct<(i32, i32)>
    %set = llvm.extractvalue %pair[1] : !llvm.struct<(i32, i32)>
    target.yield %clear, %set : i32, i32
  }
}
