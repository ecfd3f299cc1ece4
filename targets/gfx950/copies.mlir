// Copies that AMD CDNA4 adds to CDNA3. Section numbers are those of AMD's "CDNA4 Instruction Set
// Architecture" manual.

target.machine @gfx950 {
  // Memory to LDS past the registers (9.1.9): lane l writes its bytes to `destination` + l * bytes, zeros if
  // it is out of bounds. The instruction's offset (12 bits) counts on both sides, and in the check of
  // bounds. The form for 12 bytes is left out: the manual does not say how far apart its lanes
  // are.
  target.copy @load_to_shared_b128 attributes {
      from = "global", to = "shared", bytes = 16, max_step = 4095, tracked_by = @vmcnt} {
  ^bb0(%view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1, %destination: !llvm.ptr<3>,
       %step: i32):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %bytes = llvm.mlir.constant(16 : i32) : i32
    %none = llvm.mlir.constant(0 : i32) : i32
    rocdl.raw.ptr.buffer.load.lds %view, %destination, %bytes, %checked, %uniform, %step, %none
    target.yield
  }

  // Transposing reads (11.4): sixteen lanes read 64 bits each (96 for 6-bit elements), which are the rows of
  // a matrix with sixteen columns; lane j gets column j. The address is a multiple of the size, and all lanes
  // are active.
  target.copy @read_transposed_b16 attributes {
      from = "shared", to = "register", bytes = 8, transposes = 16,
      exchange = #layout.linear<2, reg = [[4, 0], [8, 0]],
      lane = [[0, 1], [0, 2], [1, 0], [2, 0], [16, 0], [32, 0]]>} {
  ^bb0(%source: !llvm.ptr<3>):
    %elements = rocdl.ds.read.tr16.b64 %source : !llvm.ptr<3> -> vector<4xi16>
    %value = llvm.bitcast %elements : vector<4xi16> to vector<2xi32>
    target.yield %value : vector<2xi32>
  }

  target.copy @read_transposed_b8 attributes {
      from = "shared", to = "register", bytes = 8, transposes = 8,
      exchange = #layout.linear<2, reg = [[2, 0], [4, 0], [8, 0]],
      lane = [[0, 1], [0, 2], [0, 4], [1, 0], [16, 0], [32, 0]]>} {
  ^bb0(%source: !llvm.ptr<3>):
    %value = rocdl.ds.read.tr8.b64 %source : !llvm.ptr<3> -> vector<2xi32>
    target.yield %value : vector<2xi32>
  }

  target.copy @read_transposed_b6 attributes {
      from = "shared", to = "register", bytes = 12, transposes = 6,
      exchange = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0], [8, 0]],
      lane = [[0, 1], [0, 2], [0, 4], [0, 8], [16, 0], [32, 0]]>} {
  ^bb0(%source: !llvm.ptr<3>):
    %value = rocdl.ds.read.tr6.b96 %source : !llvm.ptr<3> -> vector<3xi32>
    target.yield %value : vector<3xi32>
  }

  target.copy @read_transposed_b4 attributes {
      from = "shared", to = "register", bytes = 8, transposes = 4,
      exchange = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0], [8, 0]],
      lane = [[0, 1], [0, 2], [0, 4], [0, 8], [16, 0], [32, 0]]>} {
  ^bb0(%source: !llvm.ptr<3>):
    %value = rocdl.ds.read.tr4.b64 %source : !llvm.ptr<3> -> vector<2xi32>
    target.yield %value : vector<2xi32>
  }
}
