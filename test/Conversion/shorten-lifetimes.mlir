// lanes-shorten-lifetimes: values that are more than a lane's registers are loaded and computed right before they are stored.
//
//   a, b = load;  c, d = f(a), f(b);  store c, d   =>   a = load;  c = f(a);  store c;  b = load;  d = f(b);  store d
// REQUIRES: compiler, kiln-opt
// RUN: kiln-opt --lanes-shorten-lifetimes %s | FileCheck %s

// A lane has eight registers; a load and a store move four.
target.machine @toy attributes {lanes = 4} {
  target.registers @vector {count = 8, granule = 1, limit = 8}
  target.copy @load attributes {from = "global", to = "register", bytes = 16} {
  ^bb0(%x: !llvm.ptr<1>):
    %v = llvm.load %x : !llvm.ptr<1> -> vector<4xf32>
    target.yield %v : vector<4xf32>
  }
  target.copy @store attributes {from = "register", to = "global", bytes = 16} {
  ^bb0(%v: vector<4xf32>, %x: !llvm.ptr<1>):
    llvm.store %v, %x : vector<4xf32>, !llvm.ptr<1>
    target.yield
  }
}

// Three loads are twelve registers. Operations with effects keep their order.
// CHECK-LABEL: llvm.func @large
// CHECK-NEXT: %[[A:.*]] = target.apply @load(%arg0)
// CHECK-NEXT: %[[D:.*]] = arith.negf %[[A]]
// CHECK-NEXT: target.apply @store(%[[D]], %arg1)
// CHECK-NEXT: target.apply @barrier
// CHECK-NEXT: %[[B:.*]] = target.apply @load(%arg0)
// CHECK-NEXT: %[[C:.*]] = target.apply @load(%arg0)
// CHECK-NEXT: %[[E:.*]] = arith.addf %[[B]], %[[C]]
// CHECK-NEXT: target.apply @store(%[[E]], %arg1)
// CHECK-NEXT: llvm.return
llvm.func @large(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) {
  %a = target.apply @load(%x) : (!llvm.ptr<1>) -> vector<4xf32>
  %b = target.apply @load(%x) : (!llvm.ptr<1>) -> vector<4xf32>
  %c = target.apply @load(%x) : (!llvm.ptr<1>) -> vector<4xf32>
  %d = arith.negf %a : vector<4xf32>
  %e = arith.addf %b, %c : vector<4xf32>
  target.apply @store(%d, %y) : (vector<4xf32>, !llvm.ptr<1>) -> ()
  target.apply @barrier() : () -> ()
  target.apply @store(%e, %y) : (vector<4xf32>, !llvm.ptr<1>) -> ()
  llvm.return
}

// Two fit, so both loads are under way at once, as they were.
// CHECK-LABEL: llvm.func @small
// CHECK-NEXT: target.apply @load
// CHECK-NEXT: target.apply @load
// CHECK-NEXT: target.apply @store
// CHECK-NEXT: target.apply @store
llvm.func @small(%x: !llvm.ptr<1>, %y: !llvm.ptr<1>) {
  %a = target.apply @load(%x) : (!llvm.ptr<1>) -> vector<4xf32>
  %b = target.apply @load(%x) : (!llvm.ptr<1>) -> vector<4xf32>
  target.apply @store(%a, %y) : (vector<4xf32>, !llvm.ptr<1>) -> ()
  target.apply @store(%b, %y) : (vector<4xf32>, !llvm.ptr<1>) -> ()
  llvm.return
}
