// How a tile is read from shared memory.
#ifndef KILN_DIALECTS_STAGE_SHAREDREAD_H
#define KILN_DIALECTS_STAGE_SHAREDREAD_H

#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"

namespace kiln::stage {

/// Lanes read runs of neighbours along the buffer's contiguous dimension. Where the tile's layout gives a lane no such runs,
/// a transposing copy of the machine may: lanes then read runs of other lanes' elements, and the instruction exchanges them.
struct SharedRead {
  target::CopyOp transposing; // null: plain reads
  /// The element that each register and lane addresses. With a transposing copy it is not the one that it gets, except
  /// that the registers of one access stay together.
  layout::LinearLayout addressed;
  /// Registers of one access. Plain ones are whole runs, which may take several instructions.
  int64_t run;
};

SharedRead sharedReadOf(ReadOp op, const target::Machine &machine);

} // namespace kiln::stage

#endif
