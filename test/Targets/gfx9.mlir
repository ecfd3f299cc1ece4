// The target files of gfx942 and gfx950 parse, verify and print to what they were.
// RUN: kiln-opt --verify-roundtrip %targets/gfx942/chips.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx942/copies.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx942/elementwise.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx942/machine.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx942/mma.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx950/chips.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx950/copies.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx950/elementwise.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx950/machine.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx950/mma-16x16x128.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx950/mma-32x32x64.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx950/mma-scaled-16x16x128.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx950/mma-scaled-32x32x64.mlir -o /dev/null
// RUN: kiln-opt --verify-roundtrip %targets/gfx950/mma.mlir -o /dev/null
