// NVIDIA Hopper, compute capability 9.0 with the features that later machines lack ("a"): all of sm_80, 8-bit
// floats, larger f64 shapes, more shared memory.
//
// Sections of the PTX ISA are those of version 9.2. Other sources: CUDA C++ Programming Guide 12.6, section
// 16.2 "Features and Technical Specifications" (table 21, column 9.0) unless a comment names another. Costs
// of inherited matrix instructions stay those of sm_80 in cycles: Hopper's tensor core is twice as fast, but
// only its warpgroup instructions reach that.
target.machine @sm_90a attributes {
  triple = "nvptx64-nvidia-cuda", cpu = "sm_90a",
  // PTX 8.7 is the oldest that has every instruction of this machine (all mma.sync of 8-bit floats); drivers know it since CUDA 12.8.
  features = "+ptx87",
  kernel_convention = "ptx_kernelcc",
  kernel_attributes = [["nvvm.reqntid", "$threads"]],
  lanes = 32, max_threads = 1024, max_waves = 16, simds = 4, default_waves = 4,
  formats = [f64, f32, f16, bf16, f8E4M3FN, f8E5M2, i32, i8, i4],
  tracking = "group",
  // CUtensorMap of the driver API. Without grid_constant LLVM copies the map to local memory, where no copy finds it.
  tensor_map = {bytes = 128 : i64, align = 64 : i64, attributes = ["nvvm.grid_constant"]},
  inherits = ["sm_80"]
} {
  // 227 KB per block when asked for at launch, 48 KB without asking. Banks and phases as in sm_80.
  target.memory @shared {space = 3, bytes = 232448, static_bytes = 49152, granule = 128, banks = 32, bank_bytes = 4, phases = {
    read_4 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
               16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]],
    read_8 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
              [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]],
    read_16 = [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15],
               [16, 17, 18, 19, 20, 21, 22, 23], [24, 25, 26, 27, 28, 29, 30, 31]],
    write_4 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]],
    write_8 = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
               [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]],
    write_16 = [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15],
                [16, 17, 18, 19, 20, 21, 22, 23], [24, 25, 26, 27, 28, 29, 30, 31]]}}
}
