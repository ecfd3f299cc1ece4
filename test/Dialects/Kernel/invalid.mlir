// What the kernel dialect refuses, and how it says so.
// REQUIRES: compiler
// RUN: kiln-opt %s --split-input-file --verify-diagnostics --allow-unregistered-dialect > %t

// expected-error @+1 {{declares parameter 'B' twice}}
kernel.func @twice<B: index, B: type>() {
  kernel.return
}

// -----

// expected-error @+1 {{expected one of index, type, bool, found 'float'}}
kernel.func @kind<B: float>() {
  kernel.return
}

// -----

// expected-error @+1 {{expects parameters of kind index, type or bool, found 'float'}}
"kernel.func"() <{function_type = () -> (), params = [#kernel.decl<"B", "float">], sym_name = "generic_kind"}> ({
  kernel.return
}) : () -> ()

// -----

// expected-error @+1 {{attribute 'params' failed to satisfy constraint: parameter declarations}}
"kernel.func"() <{function_type = () -> (), params = [1 : i32], sym_name = "generic_params"}> ({
  kernel.return
}) : () -> ()

// -----

// expected-error @+1 {{expects no results, found 1}}
"kernel.func"() <{function_type = () -> (i32), params = [], sym_name = "generic_results"}> ({
  kernel.return
}) : () -> ()

// -----

// expected-error @+1 {{expects argument 0 to be a tensor or a scalar, found '!kernel.tile<[4], f32>'}}
kernel.func @tile_argument(%a: !kernel.tile<[4], f32>) {
  kernel.return
}

// -----

// expected-error @+1 {{expects a body that ends in kernel.return}}
kernel.func @no_return() {
  "test.end"() : () -> ()
}

// -----

// expected-error @+1 {{expects at most one kernel.program_id, found 2}}
kernel.func @two_grids(%n: index) {
  %p = kernel.program_id grid(%n)
  %q = kernel.program_id grid(%n)
  kernel.return
}

// -----

kernel.func @param_unknown<B: index>() {
  // expected-error @+1 {{names 'C', which is no parameter of @param_unknown}}
  %c = kernel.param "C" : index
  kernel.return
}

// -----

kernel.func @param_type<T: type>() {
  // expected-error @+1 {{names 'T', a type parameter, which has no value}}
  %c = kernel.param "T" : index
  kernel.return
}

// -----

kernel.func @param_kind<F: bool>() {
  // expected-error @+1 {{expects result type i1 for the bool parameter 'F', found 'index'}}
  %c = kernel.param "F" : index
  kernel.return
}

// -----

kernel.func @dim(%x: !kernel.tensor<[?], f32>) {
  // expected-error @+1 {{expects a dimension below 1, found 1}}
  %n = kernel.dim %x, 1 : !kernel.tensor<[?], f32>
  kernel.return
}

// -----

kernel.func @grid(%n: index) {
  // expected-error @+1 {{expects one to three grid sizes, found 4}}
  %a, %b, %c, %d = kernel.program_id grid(%n, %n, %n, %n)
  kernel.return
}

// -----

// expected-error @+1 {{expected tile dimension 0 to be a power of two, found 12}}
func.func private @odd(!kernel.tile<[12], f32>)

// -----

// expected-error @+1 {{expected a tile of rank 1 or more; a single value is a scalar}}
func.func private @scalar(!kernel.tile<[], f32>)

// -----

// expected-error @+1 {{expected dimension 1 to be 1 or more, found 0}}
func.func private @empty(!kernel.tensor<[?, 0], f32>)

// -----

// expected-error @+1 {{expected 2 strides, found 1}}
func.func private @strides(!kernel.tensor<[?, ?], f32, strides = [1]>)

// -----

// expected-error @+1 {{expected 'align' to be a power of two, found 12}}
func.func private @align(!kernel.tensor<[?], f32, align = 12>)

// -----

// expected-error @+1 {{expected a float, a signless integer, index or a type parameter as element type, found 'si8'}}
func.func private @element(!kernel.tensor<[?], si8>)

// -----

// expected-error @+1 {{expected elements of 1, 4, 6, 8, 16, 32 or 64 bits, found 'tf32'}}
func.func private @width(!kernel.tile<[4], tf32>)

// -----

// expected-error @+1 {{expected elements that have a size in memory, found 'index' (use i32 or i64)}}
func.func private @index(!kernel.tensor<[?], index>)

// -----

kernel.func @indices(%x: !kernel.tensor<[?, ?], f32>, %i: index) {
  // expected-error @+1 {{expects 2 indices, one per tensor dimension, found 1}}
  %a = kernel.load %x[%i] : !kernel.tensor<[?, ?], f32> -> !kernel.tile<[4], f32>
  kernel.return
}

// -----

kernel.func @rank(%x: !kernel.tensor<[?], f32>, %i: index) {
  // expected-error @+1 {{expects a tile of rank 1 or less, found 2}}
  %a = kernel.load %x[%i] : !kernel.tensor<[?], f32> -> !kernel.tile<[4, 4], f32>
  kernel.return
}

// -----

kernel.func @element_types(%x: !kernel.tensor<[?], f32>, %i: index) {
  // expected-error @+1 {{expects tile and tensor of one element type, found '!kernel.tile<[4], f16>' and '!kernel.tensor<[?], f32>'; use kernel.convert}}
  %a = kernel.load %x[%i] : !kernel.tensor<[?], f32> -> !kernel.tile<[4], f16>
  kernel.return
}

// -----

kernel.func @dims(%x: !kernel.tensor<[?, ?], f32>, %i: index) {
  // expected-error @+1 {{expects 'dims' to be rising tensor dimensions below 2}}
  %a = kernel.load %x[%i, %i] dims [1, 0] : !kernel.tensor<[?, ?], f32> -> !kernel.tile<[4, 4], f32>
  kernel.return
}

// -----

kernel.func @dims_count(%x: !kernel.tensor<[?, ?], f32>, %i: index) {
  %a = kernel.constant 0.0 : !kernel.tile<[4, 4], f32>
  // expected-error @+1 {{expects 'dims' to name 2 dimensions, found 1}}
  kernel.store %a, %x[%i, %i] dims [1] : !kernel.tile<[4, 4], f32>, !kernel.tensor<[?, ?], f32>
  kernel.return
}

// -----

kernel.func @other(%x: !kernel.tensor<[?], f32>, %i: index) {
  // expected-error @+1 {{expects 'other' to be a number, found "zero"}}
  %a = kernel.load %x[%i] other("zero") : !kernel.tensor<[?], f32> -> !kernel.tile<[4], f32>
  kernel.return
}

// -----

kernel.func @splat(%s: f32) {
  // expected-error @+1 {{expects a scalar of type 'f16', found 'f32'}}
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f16>
  kernel.return
}

// -----

kernel.func @iota() {
  // expected-error @+1 {{expects an integer element type, found 'f32'}}
  %a = kernel.iota 0 : !kernel.tile<[4], f32>
  kernel.return
}

// -----

kernel.func @iota_dim() {
  // expected-error @+1 {{expects a dimension below 1, found 1}}
  %a = kernel.iota 1 : !kernel.tile<[4], i32>
  kernel.return
}

// -----

kernel.func @broadcast_rank(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32>
  // expected-error @+1 {{expects a result of rank 2 and 'along' below it}}
  %b = kernel.broadcast %a along 2 : !kernel.tile<[4], f32> -> !kernel.tile<[4, 4], f32>
  kernel.return
}

// -----

kernel.func @broadcast_size(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32>
  // expected-error @+1 {{expects the other dimensions to agree, found 4 and 8}}
  %b = kernel.broadcast %a along 1 : !kernel.tile<[4], f32> -> !kernel.tile<[8, 4], f32>
  kernel.return
}

// -----

kernel.func @reduce_kind(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32>
  // expected-error @+1 {{expects kind "sum", "max", "min" or "prod", found "mean"}}
  %b = kernel.reduce "mean" %a along 0 : !kernel.tile<[4], f32> -> f32
  kernel.return
}

// -----

kernel.func @reduce_scalar(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32>
  // expected-error @+1 {{expects a scalar 'f32' as result of a rank-1 tile, found 'f64'}}
  %b = kernel.reduce "sum" %a along 0 : !kernel.tile<[4], f32> -> f64
  kernel.return
}

// -----

kernel.func @reduce_size(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4, 8], f32>
  // expected-error @+1 {{expects the remaining dimensions to agree, found 4 and 8}}
  %b = kernel.reduce "sum" %a along 1 : !kernel.tile<[4, 8], f32> -> !kernel.tile<[8], f32>
  kernel.return
}

// -----

kernel.func @transpose(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4, 8], f32>
  // expected-error @+1 {{expects a permutation of the 2 dimensions}}
  %b = kernel.transpose %a [0, 0] : !kernel.tile<[4, 8], f32> -> !kernel.tile<[8, 4], f32>
  kernel.return
}

// -----

kernel.func @transpose_size(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4, 8], f32>
  // expected-error @+1 {{expects permuted dimensions to agree, found 8 and 4}}
  %b = kernel.transpose %a [1, 0] : !kernel.tile<[4, 8], f32> -> !kernel.tile<[4, 8], f32>
  kernel.return
}

// -----

kernel.func @convert(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32>
  // expected-error @+1 {{expects tile to tile or scalar to scalar, found '!kernel.tile<[4], f32>' and 'f16'}}
  %b = kernel.convert %a : !kernel.tile<[4], f32> -> f16
  kernel.return
}

// -----

kernel.func @convert_shape(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32>
  // expected-error @+1 {{expects shapes to agree, found 4 and 8}}
  %b = kernel.convert %a : !kernel.tile<[4], f32> -> !kernel.tile<[8], f16>
  kernel.return
}

// -----

kernel.func @select_condition(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32>
  // expected-error @+1 {{expects a condition of i1 elements, found 'f32'}}
  %b = kernel.select %a, %a, %a : !kernel.tile<[4], f32>, !kernel.tile<[4], f32>
  kernel.return
}

// -----

kernel.func @select_shape(%s: f32, %c: i1) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32>
  %m = kernel.splat %c : i1 -> !kernel.tile<[8], i1>
  // expected-error @+1 {{expects shapes to agree, found 8 and 4}}
  %b = kernel.select %m, %a, %a : !kernel.tile<[8], i1>, !kernel.tile<[4], f32>
  kernel.return
}

// -----

kernel.func @mma_k<B: index>(%s: f16) {
  %a = kernel.splat %s : f16 -> !kernel.tile<[16, 32], f16>
  %b = kernel.splat %s : f16 -> !kernel.tile<[B, 16], f16>
  %c = kernel.constant 0.0 : !kernel.tile<[16, 16], f32>
  // expected-error @+1 {{expects K of a and b to agree, found 32 and B}}
  %d = kernel.mma %a, %b, %c : !kernel.tile<[16, 32], f16>, !kernel.tile<[B, 16], f16>, !kernel.tile<[16, 16], f32>
  kernel.return
}

// -----

kernel.func @mma_rank(%s: f16) {
  %a = kernel.splat %s : f16 -> !kernel.tile<[16], f16>
  %b = kernel.splat %s : f16 -> !kernel.tile<[16, 16], f16>
  %c = kernel.constant 0.0 : !kernel.tile<[16, 16], f32>
  // expected-error @+1 {{expects a of rank 2, found '!kernel.tile<[16], f16>'}}
  %d = kernel.mma %a, %b, %c : !kernel.tile<[16], f16>, !kernel.tile<[16, 16], f16>, !kernel.tile<[16, 16], f32>
  kernel.return
}

// -----

kernel.func @mma_scale(%e: f4E2M1FN, %s: f8E8M0FNU) {
  %a = kernel.splat %e : f4E2M1FN -> !kernel.tile<[16, 64], f4E2M1FN>
  %b = kernel.splat %e : f4E2M1FN -> !kernel.tile<[64, 16], f4E2M1FN>
  %c = kernel.constant 0.0 : !kernel.tile<[16, 16], f32>
  %sa = kernel.splat %s : f8E8M0FNU -> !kernel.tile<[16, 4], f8E8M0FNU>
  %sb = kernel.splat %s : f8E8M0FNU -> !kernel.tile<[4, 16], f8E8M0FNU>
  // expected-error @+1 {{expects one scale per 32 elements along K, 2 of them, found 4}}
  %d = kernel.mma %a, %b, %c scale %sa, %sb : !kernel.tile<[16, 64], f4E2M1FN>, !kernel.tile<[64, 16], f4E2M1FN>, !kernel.tile<[16, 16], f32>, !kernel.tile<[16, 4], f8E8M0FNU>, !kernel.tile<[4, 16], f8E8M0FNU>
  kernel.return
}

// -----

kernel.func @relayout(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32>
  // expected-error @+1 {{expects one shape and element type, found '!kernel.tile<[4], f32>' and '!kernel.tile<[8], f32>'}}
  %b = kernel.relayout %a : !kernel.tile<[4], f32> -> !kernel.tile<[8], f32>
  kernel.return
}

// -----

// expected-error @+1 {{expected a #layout.linear or #layout.shared, found 1 : i64}}
func.func private @layout(!kernel.tile<[4], f32, 1 : i64>)
