// Buffer descriptors (V#) and the addresses they give (CDNA3/CDNA4 manual 9.1.5).
#ifndef KILN_LIB_EMULATOR_ISA_BUFFER_H
#define KILN_LIB_EMULATOR_ISA_BUFFER_H

#include "Isa/Access.h"

namespace kiln::emulator {

struct BufferDescriptor {
  u64 base;
  u32 stride, records, word3;
  bool swizzled, addsLane;
  unsigned indexStride() const { return 8u << (word3 >> 21 & 3); }

  BufferDescriptor(const Wave &wave, const Operand &operand) {
    const u32 *word = &wave.sgpr[operand.index & 124];
    base = word[0] | u64(word[1] & 0xFFFF) << 32;
    stride = word[1] >> 16 & 0x3FFF;
    swizzled = word[1] >> 31;
    records = word[2];
    word3 = word[3];
    addsLane = word3 >> 23 & 1;
    if (addsLane) // the data format field holds four more bits of the stride
      stride |= (word3 >> 15 & 15) << 14;
  }
};

/// Fills address, step and inRange for elements of `element` bytes.
///
/// Range rule: with an index and a stride, num_records counts records and only the index is checked; without,
/// it counts bytes from the base, soffset included, and the stride plays no part: production attention kernels
/// prefetch past the end of their tensors by soffset. Swizzled buffers interleave 4-byte elements of
/// index_stride records.
inline void formBufferAddresses(const Wave &wave, const Instruction &inst, PendingAccess &access,
                                const BufferDescriptor &buffer, unsigned element) {
  u32 scalar = inst.src[3] ? u32(readScalar(wave, inst.src[3])) : 0;
  u64 base = buffer.base + scalar;
  const u32 *first = inst.src[0] ? wave.vgpr[inst.src[0].index] : nullptr;
  const u32 *second = inst.src[0] ? wave.vgpr[(inst.src[0].index + 1) & 511] : nullptr;
  const u32 *indices = inst.idxen ? first : nullptr;
  const u32 *offsets = !inst.offen ? nullptr : inst.idxen ? second : first;
  bool structured = (inst.idxen || buffer.addsLane) && buffer.stride != 0;
  bool swizzled = buffer.swizzled && buffer.stride != 0;
  unsigned interleave = buffer.indexStride();
  access.step = swizzled ? 4 * interleave : 4;
  for (unsigned lane = 0; lane < Lanes; ++lane) {
    u64 index = (indices ? indices[lane] : 0) + (buffer.addsLane ? u64(lane) : 0);
    u64 offset = u64(u32(inst.offset)) + (offsets ? offsets[lane] : 0);
    u64 linear = index * buffer.stride + offset;
    if (swizzled)
      linear = (index / interleave * buffer.stride + (offset & ~u64(3))) * interleave +
               index % interleave * 4 + offset % 4;
    access.address[lane] = base + linear;
    u64 end = offset + scalar;
    u64 left = buffer.records > end ? (buffer.records - end) / element : 0;
    access.inRange[lane] = structured ? (index < buffer.records ? 255 : 0) : u8(left < 255 ? left : 255);
  }
}

} // namespace kiln::emulator

#endif
