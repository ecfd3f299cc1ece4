; The item's pair of numbers gives out[item] = pair.x, for items 0 to 3 of every eight; 7 is added for item 1, and
; items 4 to 7 get 1.0 and 1. StructurizeCFG moves %inTwo up and then takes the value that %two gives for one that
; %one gives alone: on the way from %choose to %two the result is poison.
target triple = "amdgcn-amd-amdhsa"

define amdgpu_kernel void @nested(ptr addrspace(1) %out, ptr addrspace(1) %in) {
  %item = tail call i32 @llvm.amdgcn.workitem.id.x()
  %place = getelementptr <2 x float>, ptr addrspace(1) %in, i32 %item
  %pair = load <2 x float>, ptr addrspace(1) %place
  %upper = and i32 %item, 4
  %isLower = icmp eq i32 %upper, 0
  br i1 %isLower, label %choose, label %end
choose:
  %which = and i32 %item, 3
  switch i32 %which, label %other [
    i32 1, label %one
    i32 2, label %two
  ]
one:
  br label %two
two:
  %more = phi i32 [ 7, %one ], [ 0, %choose ]
  %inTwo = extractelement <2 x float> %pair, i64 0
  br label %end
other:
  %inOther = extractelement <2 x float> %pair, i64 0
  br label %end
end:
  %result = phi float [ %inOther, %other ], [ %inTwo, %two ], [ 1.0, %0 ]
  %added = phi i32 [ 0, %other ], [ %more, %two ], [ 1, %0 ]
  %bits = bitcast float %result to i32
  %sum = add i32 %bits, %added
  %to = getelementptr i32, ptr addrspace(1) %out, i32 %item
  store i32 %sum, ptr addrspace(1) %to
  ret void
}

; Item n does n % 8 steps i = 0, 1, ..., each of which gives value = i - (i >> value % 32), from in[n] on. i is in a scalar register
; until the last item has left. MachineSink moves the subtraction behind the loop, where i is the last item's.
define amdgpu_kernel void @counted(ptr addrspace(1) %out, ptr addrspace(1) %in) {
  %item = tail call i32 @llvm.amdgcn.workitem.id.x()
  %place = getelementptr i32, ptr addrspace(1) %in, i32 %item
  %start = load i32, ptr addrspace(1) %place
  %steps = and i32 %item, 7
  %none = icmp eq i32 %steps, 0
  br i1 %none, label %end, label %enter
enter:
  br label %loop
loop:
  %i = phi i32 [ 0, %enter ], [ %next, %loop ]
  %before = phi i32 [ %start, %enter ], [ %value, %loop ]
  %by = and i32 %before, 31
  %shifted = lshr i32 %i, %by
  %value = sub nsw i32 %i, %shifted
  %next = add nuw nsw i32 %i, 1
  %done = icmp eq i32 %next, %steps
  br i1 %done, label %end, label %loop
end:
  %last = phi i32 [ %start, %0 ], [ %value, %loop ]
  %to = getelementptr i32, ptr addrspace(1) %out, i32 %item
  store i32 %last, ptr addrspace(1) %to
  ret void
}
declare i32 @llvm.amdgcn.workitem.id.x()
