// The audits of a kernel for a terminal.
#ifndef KILN_LIB_INSPECTOR_AUDITSTEXT_H
#define KILN_LIB_INSPECTOR_AUDITSTEXT_H

#include "kiln/Inspector/Inspector.h"

namespace kiln::inspector {

std::string hex(uint64_t address);
/// "1 wave", "2 waves".
std::string plural(uint64_t count, llvm::StringRef what);
/// 2, 2.5, 0.25.
std::string decimal(double value);

/// Lines of one loop.
void printTrips(const TripHint &trips, llvm::raw_ostream &os);
void printBound(const LoopRecord &loop, llvm::raw_ostream &os);
void printWaits(const std::vector<WaitRecord> &waits, llvm::raw_ostream &os);
/// Sections of a kernel.
void printAudits(const KernelReport &kernel, llvm::raw_ostream &os);

} // namespace kiln::inspector

#endif // KILN_LIB_INSPECTOR_AUDITSTEXT_H
