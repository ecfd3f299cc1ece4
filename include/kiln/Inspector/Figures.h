// The named numbers of a report: expectations bound them, `diff` compares them, `compare` puts them side by
// side.
#ifndef KILN_INSPECTOR_FIGURES_H
#define KILN_INSPECTOR_FIGURES_H

#include "kiln/Inspector/Inspector.h"

namespace kiln::inspector {

enum class Better : uint8_t { Neither, Less, More };

struct Figure {
  /// As in the JSON of `kiln inspect`: "vgprs", "valu", "global_loaded".
  llvm::StringRef name;
  /// Nothing: unknown.
  std::optional<double> value;
  Better better = Better::Less;
  /// The part of the run time that is likely lost if the figure gets worse by all of `scale`: an order of
  /// importance, no prediction.
  double weight = 0;
  /// What a change is measured by; without it the figure itself.
  std::optional<double> scale;
  /// What it grows with: the work that an iteration of one wave or of a workgroup does.
  enum Per : uint8_t { Kernel, Wave, Workgroup } per = Kernel;
};

/// Of a kernel: registers, memory, occupancy, size.
std::vector<Figure> kernelFigures(const KernelReport &kernel);
/// Of one iteration of a loop: instruction families, cycles, bytes, what waits leave in flight.
std::vector<Figure> loopFigures(const LoopRecord &loop);

/// The one of that name, or null.
const Figure *findFigure(const std::vector<Figure> &figures, llvm::StringRef name);

/// The names that there are, in order.
std::vector<llvm::StringRef> kernelFigureNames();
std::vector<llvm::StringRef> loopFigureNames();

/// The unit that needs the most cycles: "matrix", "lds", "valu", "issue". Nothing if it is not known, as that
/// of code whose matrix instructions the target files do not have.
std::optional<std::string> limitingUnit(const LoopRecord &loop);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_FIGURES_H
