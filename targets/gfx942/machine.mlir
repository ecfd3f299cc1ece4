// AMD CDNA3: MI300X, MI325X. Section numbers are those of AMD's "CDNA3 Instruction Set Architecture" manual.

target.machine @gfx942 attributes {
    triple = "amdgcn-amd-amdhsa", cpu = "gfx942", kernel_convention = "amdgpu_kernelcc",
    // A kernel that needs none of these inputs does not get registers or hidden arguments for them (LLVM's
    // AMDGPUUsage, "AMDGPU LLVM IR function attributes"); thread and workgroup are one-dimensional.
    kernel_attributes = [
      ["amdgpu-flat-work-group-size", "$threads,$threads"], ["uniform-work-group-size", "true"],
      ["amdgpu-no-dispatch-ptr", ""], ["amdgpu-no-queue-ptr", ""], ["amdgpu-no-dispatch-id", ""],
      ["amdgpu-no-implicitarg-ptr", ""], ["amdgpu-no-lds-kernel-id", ""], ["amdgpu-no-flat-scratch-init", ""],
      ["amdgpu-no-workgroup-id-y", ""], ["amdgpu-no-workgroup-id-z", ""], ["amdgpu-no-workitem-id-y", ""],
      ["amdgpu-no-workitem-id-z", ""],
      // LLVM keeps the y and z workgroup ids without these, though no CDNA has clusters.
      ["amdgpu-no-cluster-id-x", ""], ["amdgpu-no-cluster-id-y", ""], ["amdgpu-no-cluster-id-z", ""]],
    // Without it the register allocator copies accumulators around when they fill the register file.
    llvm_options = {"greedy-reverse-local-assignment" = "true"},
    // 3.3: 64 lanes; 4.3 and AMD's GPU specification table (rocm.docs.amd.com): 4 SIMDs with 8 waves each,
    // 1024 threads.
    lanes = 64, simds = 4, max_waves = 8, max_threads = 1024, default_waves = 4,
    // 7.1.2: 8-bit floats have no infinity, no negative zero and bias 8 or 16.
    formats = [f64, f32, f16, bf16, f8E4M3FNUZ, f8E5M2FNUZ, i8, i32],
    tracking = "counter", inherits = ["generic"]} {

  // ---- Memories.

  target.memory @global {space = 1}

  // 11.1: 64 KiB in 32 banks of 4 bytes; 3.6.5: allocated in units of 512 bytes. 4 and 8 bytes per lane: half
  // a wave is served at once, 16 bytes per lane: 8 lanes (128 bytes, one row of banks, per cycle).
  target.memory @shared {space = 3, bytes = 65536, granule = 512, banks = 32, bank_bytes = 4, phases = {
    read_4 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
               16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
              [32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
               48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63]],
    read_8 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
              [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
              [32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47],
              [48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63]],
    read_16 = [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15], [16, 17, 18, 19, 20, 21, 22, 23],
               [24, 25, 26, 27, 28, 29, 30, 31], [32, 33, 34, 35, 36, 37, 38, 39],
               [40, 41, 42, 43, 44, 45, 46, 47], [48, 49, 50, 51, 52, 53, 54, 55],
               [56, 57, 58, 59, 60, 61, 62, 63]],
    write_4 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
               [32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63]],
    write_8 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
               [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
               [32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47],
               [48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63]],
    write_16 = [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15], [16, 17, 18, 19, 20, 21, 22, 23],
                [24, 25, 26, 27, 28, 29, 30, 31], [32, 33, 34, 35, 36, 37, 38, 39],
                [40, 41, 42, 43, 44, 45, 46, 47], [48, 49, 50, 51, 52, 53, 54, 55],
                [56, 57, 58, 59, 60, 61, 62, 63]]}}

  // ---- Registers.

  // 3.6.4: one file of 512 registers per lane for v0-v255 and the accumulators a0-a255, in units of 8.
  target.registers @vector {count = 512, granule = 8, limit = 512}

  // 3.6.2: s0-s101 besides VCC, of 800 per SIMD (12.5 KiB per compute unit: AMD's GPU specification table),
  // in units of 16.
  target.registers @scalar {count = 800, granule = 16, limit = 102, per = "wave"}

  // ---- Counters, 4.4.

  // Vector memory operations, LDS-DMA among them. Loads return in order, and so do copies into LDS.
  target.counter @vmcnt {max = 63}

  // LDS operations, in order, and scalar loads, in any order.
  target.counter @lgkmcnt {max = 15}

  // ---- Operations.

  target.operation @workgroup_id {
    %id = rocdl.workgroup.id.x : i32
    target.yield %id : i32
  }

  target.operation @thread_id {
    %id = rocdl.workitem.id.x : i32
    target.yield %id : i32
  }

  // Makes this wave's traffic to LDS and memory visible to the workgroup (the fences wait for it), then meets
  // the others.
  target.operation @barrier {
    llvm.fence syncscope("workgroup") release
    rocdl.s.barrier
    llvm.fence syncscope("workgroup") acquire
    target.yield
  }

  // Meets the others and waits for nothing else.
  target.operation @raw_barrier {
    rocdl.s.barrier
    target.yield
  }

  // Waits until at most `vm` vector memory and `lgkm` LDS operations are in flight; a count of 63 or 15 and
  // above does not wait. Both must be constants. The operand of s_waitcnt (4.4): vmcnt[3:0], expcnt[6:4],
  // lgkmcnt[11:8], vmcnt[5:4] at bits 15:14; expcnt 7 does not wait.
  target.operation @wait {
  ^bb0(%vm: i32, %lgkm: i32):
    %max_vm = arith.constant 63 : i32
    %max_lgkm = arith.constant 15 : i32
    %vm_less = arith.cmpi ult, %vm, %max_vm : i32
    %vm_count = arith.select %vm_less, %vm, %max_vm : i32
    %lgkm_less = arith.cmpi ult, %lgkm, %max_lgkm : i32
    %lgkm_count = arith.select %lgkm_less, %lgkm, %max_lgkm : i32
    %low_mask = arith.constant 15 : i32
    %vm_low = arith.andi %vm_count, %low_mask : i32
    %four = arith.constant 4 : i32
    %vm_high = arith.shrui %vm_count, %four : i32
    %fourteen = arith.constant 14 : i32
    %vm_high_field = arith.shli %vm_high, %fourteen : i32
    %eight = arith.constant 8 : i32
    %lgkm_field = arith.shli %lgkm_count, %eight : i32
    %no_export_wait = arith.constant 112 : i32
    %low = arith.ori %vm_low, %no_export_wait : i32
    %middle = arith.ori %low, %lgkm_field : i32
    %fields = arith.ori %middle, %vm_high_field : i32
    llvm.call_intrinsic "llvm.amdgcn.s.waitcnt"(%fields) : (i32) -> ()
    target.yield
  }

  // Nothing moves across it in the instruction scheduler.
  target.operation @pin {
    rocdl.sched.barrier 0
    target.yield
  }

  // 4.1: this wave goes before the others of its SIMD, or no longer.
  target.operation @priority_high {
    rocdl.s.setprio 1
    target.yield
  }

  target.operation @priority_low {
    rocdl.s.setprio 0
    target.yield
  }

  // The value of the first active lane, in a scalar register; the caller knows that all lanes have the same.
  target.operation @uniform {
  ^bb0(%value: i32):
    %same = rocdl.readfirstlane %value : i32
    target.yield %same : i32
  }

  // The same value, of which LLVM knows nothing.
  target.operation @opaque {
  ^bb0(%value: i32):
    %same = llvm.inline_asm has_side_effects "", "=v,0" %value : (i32) -> i32
    target.yield %same : i32
  }

  // The same value in accumulation registers. A loop that carries constants has them broken into single registers
  // by LLVM (CodeGenPrepare), of the wrong file; it does not see through this.
  target.operation @hold_4xf32 {
  ^bb0(%value: vector<4xf32>):
    %same = llvm.inline_asm has_side_effects "", "=a,0" %value : (vector<4xf32>) -> vector<4xf32>
    target.yield %same : vector<4xf32>
  }

  target.operation @hold_16xf32 {
  ^bb0(%value: vector<16xf32>):
    %same = llvm.inline_asm has_side_effects "", "=a,0" %value : (vector<16xf32>) -> vector<16xf32>
    target.yield %same : vector<16xf32>
  }

  target.operation @hold_4xi32 {
  ^bb0(%value: vector<4xi32>):
    %same = llvm.inline_asm has_side_effects "", "=a,0" %value : (vector<4xi32>) -> vector<4xi32>
    target.yield %same : vector<4xi32>
  }

  target.operation @hold_16xi32 {
  ^bb0(%value: vector<16xi32>):
    %same = llvm.inline_asm has_side_effects "", "=a,0" %value : (vector<16xi32>) -> vector<16xi32>
    target.yield %same : vector<16xi32>
  }

  // The value of the lane whose number differs by XOR with `mask` (ds_bpermute_b32 takes four times the lane,
  // 11.3).
  target.operation @shuffle_xor {
  ^bb0(%value: i32, %mask: i32):
    %all = llvm.mlir.constant(-1 : i32) : i32
    %none = llvm.mlir.constant(0 : i32) : i32
    %low = rocdl.mbcnt.lo %all, %none : (i32, i32) -> i32
    %lane = rocdl.mbcnt.hi %all, %low : (i32, i32) -> i32
    %source = arith.xori %lane, %mask : i32
    %two = arith.constant 2 : i32
    %address = arith.shli %source, %two : i32
    %there = rocdl.ds_bpermute %address, %value : (i32, i32) -> i32
    target.yield %there : i32
  }

  // An offset beyond every view where a lane copies nothing. Not arith.select, which is combined with the copy's own.
  target.operation @masked_offset {
  ^bb0(%offset: i32, %in_bounds: i1):
    %outside = llvm.mlir.constant(-2147483648 : i32) : i32
    %masked = llvm.select %in_bounds, %offset, %outside : i1, i32
    target.yield %masked : i32
  }

  // A raw buffer descriptor (9.1.8): stride 0, so that only the byte offset is checked against the size; word
  // 3 is the data format of 32 bits, as in every raw buffer. 2 GiB is the most: the copies' offset "out of
  // bounds" lies at its end.
  target.operation @view {
  ^bb0(%base: !llvm.ptr<1>, %bytes: i64):
    %most = arith.constant 2147483648 : i64
    %size = arith.minui %bytes, %most : i64
    %stride = llvm.mlir.constant(0 : i16) : i16
    %format = llvm.mlir.constant(131072 : i32) : i32
    // LLVM would keep one register for what several descriptors have in common, and put those of a loop together in it
    // again and again.
    %size32 = arith.trunci %size : i64 to i32
    %own = llvm.inline_asm "", "=s,0,s" %size32, %base : (i32, !llvm.ptr<1>) -> i32
    %word3 = llvm.inline_asm "", "=s,0,s" %format, %base : (i32, !llvm.ptr<1>) -> i32
    %word2 = arith.extui %own : i32 to i64
    %view = rocdl.make.buffer.rsrc %base, %stride, %word2, %word3 : !llvm.ptr<1> to !llvm.ptr<8>
    target.yield %view : !llvm.ptr<8>
  }
}
