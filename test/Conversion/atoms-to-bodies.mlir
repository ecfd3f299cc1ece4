// The body of an atom stands where it is used, and there those of the atoms that it uses.
// REQUIRES: compiler, kiln-opt
// RUN: kiln-opt --convert-atoms-to-bodies --split-input-file --verify-diagnostics %s | FileCheck %s

target.machine @m {
  target.operation @twice {
  ^bb0(%x: i32):
    %sum = arith.addi %x, %x : i32
    target.yield %sum : i32
  }
  target.operation @four_times_less_one {
  ^bb0(%x: i32):
    %twice = target.apply @twice(%x) : (i32) -> i32
    %four_times = target.apply @twice(%twice) : (i32) -> i32
    %one = arith.constant 1 : i32
    %less = arith.subi %four_times, %one : i32
    target.yield %less : i32
  }
}

// CHECK-LABEL: llvm.func @f(
// CHECK-SAME: %[[X:.*]]: i32
// CHECK-NEXT: %[[TWO:.*]] = arith.addi %[[X]], %[[X]]
// CHECK-NEXT: %[[FOUR:.*]] = arith.addi %[[TWO]], %[[TWO]]
// CHECK-NEXT: %[[ONE:.*]] = arith.constant 1
// CHECK-NEXT: %[[LESS:.*]] = arith.subi %[[FOUR]], %[[ONE]]
// CHECK-NEXT: llvm.return %[[LESS]]
// CHECK-NOT: target.
llvm.func @f(%x: i32) -> i32 {
  %y = target.apply @four_times_less_one(%x) : (i32) -> i32
  llvm.return %y : i32
}

// -----

target.machine @m {
  target.operation @uses_nothing {
  ^bb0(%x: i32):
    // expected-error @+1 {{names 'nothing', which is no atom of m}}
    %y = target.apply @nothing(%x) : (i32) -> i32
    target.yield %y : i32
  }
}
llvm.func @f(%x: i32) -> i32 {
  %y = target.apply @uses_nothing(%x) : (i32) -> i32
  llvm.return %y : i32
}

// -----

target.machine @m {
  target.operation @ping {
  ^bb0(%x: i32):
    %y = target.apply @pong(%x) : (i32) -> i32
    target.yield %y : i32
  }
  target.operation @pong {
  ^bb0(%x: i32):
    // expected-error @+1 {{is in the body of 'ping' itself}}
    %y = target.apply @ping(%x) : (i32) -> i32
    target.yield %y : i32
  }
}
llvm.func @f(%x: i32) -> i32 {
  %y = target.apply @ping(%x) : (i32) -> i32
  llvm.return %y : i32
}

// -----

target.machine @m {
  target.operation @same {
  ^bb0(%x: i32):
    target.yield %x : i32
  }
  target.operation @widens {
  ^bb0(%x: i64):
    // expected-error @+1 {{passes ('i64') to an atom that takes ('i32')}}
    %y = target.apply @same(%x) : (i64) -> i64
    target.yield %y : i64
  }
}
llvm.func @f(%x: i64) -> i64 {
  %y = target.apply @widens(%x) : (i64) -> i64
  llvm.return %y : i64
}

// -----

target.machine @m {
  target.operation @same {
  ^bb0(%x: i32):
    target.yield %x : i32
  }
}
llvm.func @f(%x: i32) -> i64 {
  // expected-error @+1 {{expects ('i64') from an atom that yields ('i32')}}
  %y = target.apply @same(%x) : (i32) -> i64
  llvm.return %y : i64
}
