// NVIDIA Ampere, compute capability 8.0: mma.sync on registers, asynchronous copies to shared memory in
// groups.
//
// Matrix instructions that are not here: the kernel dialect has no unsigned integers, single bits or sparse operands; m8n8k4 on
// f16 is tuned for sm_70 and may be substantially slower elsewhere (PTX ISA 9.7.14.5).
//
// Sections of the PTX ISA are those of version 9.2. Other sources: CUDA C++ Programming Guide 12.6, section
// 16.2 "Features and Technical Specifications" (table 21, column 8.0) unless a comment names another.
target.machine @sm_80 attributes {
  triple = "nvptx64-nvidia-cuda", cpu = "sm_80",
  // The newest PTX that an R535 (CUDA 12.2) driver assembles; mma.sync and cp.async need 7.0.
  features = "+ptx82",
  kernel_convention = "ptx_kernelcc",
  // NVPTX user guide: gives .reqntid, from which the assembler derives how many registers a thread may have.
  kernel_attributes = [["nvvm.reqntid", "$threads"]],
  lanes = 32, max_threads = 1024,
  // 64 warps an SM, on four warp schedulers.
  max_waves = 16, simds = 4, default_waves = 4,
  formats = [f64, f32, f16, bf16, i32, i8, i4],
  tracking = "group",
  inherits = ["generic"]
} {
  // 163 KB per block when asked for at launch; 48 KB without asking (and for arrays of a fixed size). 32
  // banks of 4 bytes. Which lanes are served together for 8 and 16 bytes is not in the guide; it is what the
  // profiler's "ideal" wavefronts count: half warps and quarter warps.
  target.memory @shared {space = 3, bytes = 166912, static_bytes = 49152, granule = 128, banks = 32, bank_bytes = 4, phases = {
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
  // Size is the chip's.
  target.memory @global {space = 1}

  // 65,536 registers an SM: 512 per lane on each of four schedulers. At most 255 a thread, in steps of 8 (a
  // warp allocates 256 at a time: CUDA occupancy calculator, "register allocation unit size").
  target.registers @registers {count = 512, bits = 32, granule = 8, limit = 255, per = "lane"}
}
