// Atoms that read shared memory and copies of whole tiles: each wrong fact is an error that says what it must be.
// REQUIRES: compiler, kiln-opt
// RUN: kiln-opt %s --split-input-file --verify-diagnostics -o /dev/null

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{lacks 'settle', the operation that takes its accumulator}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], layout_acc = #acc,
      unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects 'layout_acc' to have 2 wave bits, found 1}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 4, shared_swizzle = [8], settle = @s,
      layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects masks of 'shared_swizzle' to be powers of two, the last not 0, found 0}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8, 0], settle = @s,
      layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects a body with pointers to a and b, and acc}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], settle = @s,
      layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: vector<4xf16>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1], [2, 0]], lane = [[0, 2], [1, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{lacks 'layout_a' and 'layout_b', or 'shared_swizzle'}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: vector<4xf16>, %b: vector<4xf16>, %c: vector<4xf32>):
    target.yield %c : vector<4xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects '$n' in the name of an instruction with 'wider'}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], settle = @s, wider = [[8, 8]],
      layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects 'wider' to be pairs [n, cycles], found [8]}}
  target.mma @p_$n attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], settle = @s, wider = [[8]],
      layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects 'wider' to have multiples that grow from n = 4, with positive cycles, found [4, 8]}}
  target.mma @p_$n attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], settle = @s, wider = [[4, 8]],
      layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects 'wider' to have multiples that grow from n = 4, with positive cycles, found [26, 8]}}
  target.mma @p_$n attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], settle = @s, wider = [[8, 8], [26, 8]],
      layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{has 'wider', which only instructions that read shared memory ('shared_swizzle') have}}
  target.mma @p_$n attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, wider = [[8, 8]],
      layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: vector<4xf16>, %b: vector<4xf16>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects a body with pointers to a and b, and acc, and an i32 for each of a and b}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], transposable,
      settle = @s, layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{is 'transposable', which only instructions that read shared memory ('shared_swizzle') are}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, transposable,
      layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: vector<4xf16>, %b: vector<4xf16>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects 'tile_swizzles' together with 'tile_limit'}}
  target.copy @t attributes {from = "global", to = "shared", bytes = 16, tile_swizzles = [[16]]} {
  ^bb0(%map: !llvm.ptr):
    target.yield
  }
}

// -----

target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects 'tracking' to be counter, group or barrier, found 'hope'}}
  target.copy @t attributes {from = "global", to = "shared", bytes = 16, tracking = "hope"} {
  ^bb0(%map: !llvm.ptr):
    target.yield
  }
}

// -----

llvm.func @f(%x: i32) {
  // expected-error @+1 {{expects a constraint for each of 1 operands, found 2}}
  target.asm "mark $0;" "r,r" (%x) : (i32) -> ()
  llvm.return
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{has 'shared_swizzle', so b has no 'layout_b'}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], settle = @s,
      layout_a = #acc, layout_b = #acc, layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: vector<2xf16>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects a body with a, a pointer to b, and acc, and an i32 for b}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], settle = @s, transposable,
      layout_a = #acc, layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: vector<2xf16>, %b: !llvm.ptr<3>, %c: vector<2xf32>, %pa: i32, %pb: i32):
    target.yield %c : vector<2xf32>
  }
}

// -----

// A must be held whole: rows 2 and 3 are in no lane.
#acc = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
#half = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[0, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{has a 'layout_a' that is no lane map: some element is held by no lane}}
  target.mma @p attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], settle = @s,
      layout_a = #half, layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: vector<2xf16>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
}

// -----

// Of 6 columns the layout is that of 8 and a lane holds three quarters of its registers.
#acc = #layout.linear<2, reg = [[0, 1], [0, 4]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @m attributes {lanes = 4} {
  // expected-error @+1 {{expects acc as 3 x 'f32' per lane, found 'vector<4xf32>'}}
  target.mma @p attributes {m = 4, n = 6, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8], settle = @s,
      layout_acc = #acc, unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<4xf32>):
    target.yield %c : vector<4xf32>
  }
}
