// The trail and the explorer as the command line sees them: plain types, no MLIR.
#ifndef KILN_TOOLS_EXPLOREFILE_H
#define KILN_TOOLS_EXPLOREFILE_H

#include "InspectFile.h"

namespace kiln::tools {

/// The explorer's page: every kernel of the file; of .mlir, one kernel for each of `targets`.
Answer exploreFile(const InspectRequest &request, const std::vector<std::string> &targets);

struct TrailRequest {
  InspectRequest inspect;
  /// An instruction's address, or "LINE", "FILE:LINE", "STAGE:LINE".
  std::optional<unsigned long> address;
  std::string line;
};
/// What belongs to an instruction or a line.
Answer followTrail(const TrailRequest &request);

} // namespace kiln::tools

#endif
