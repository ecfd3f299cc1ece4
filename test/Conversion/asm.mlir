// target.asm: a vector is a list of registers; what is changed in place is an output with inputs tied to it, so that the first
// operand of 3 registers is $0 to $2, the tied ones are $3 to $5, and the others follow.
// REQUIRES: compiler, kiln-opt
// RUN: kiln-opt --convert-lanes-to-llvm %s | FileCheck %s

// CHECK-LABEL: llvm.func @accumulate
// CHECK: %[[D:.*]] = llvm.inline_asm has_side_effects "multiply {$0, $1, $2}, $6, {$7, $8};", "=f,=f,=f,0,1,2,l,r,r"
// CHECK-SAME: (f32, f32, f32, i64, i32, i32) -> !llvm.struct<(f32, f32, f32)>
// CHECK: llvm.extractvalue %[[D]][2]
llvm.func @accumulate(%acc: vector<3xf32>, %at: i64, %pair: vector<2xi32>) -> vector<3xf32> {
  %sum = target.asm "multiply {$0}, $1, {$2};" "f,l,r" (%acc, %at, %pair) : (vector<3xf32>, i64, vector<2xi32>) -> vector<3xf32>
  llvm.return %sum : vector<3xf32>
}

// One register is no list, and nothing need come back.
// CHECK-LABEL: llvm.func @increase
// CHECK: llvm.inline_asm has_side_effects "add $0, $0, 1;", "=r,0" %{{.*}} : (i32) -> i32
// CHECK: llvm.inline_asm has_side_effects "mark $0;", "r" %{{.*}} : (i32) -> ()
llvm.func @increase(%x: i32) -> i32 {
  %y = target.asm "add $0, $0, 1;" "r" (%x) : (i32) -> i32
  target.asm "mark $0;" "r" (%y) : (i32) -> ()
  llvm.return %y : i32
}
