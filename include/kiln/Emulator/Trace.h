// Looking at a launch as it runs: a trace of one wave, breakpoints that print registers.
#ifndef KILN_EMULATOR_TRACE_H
#define KILN_EMULATOR_TRACE_H

#include "kiln/Emulator/Emulator.h"
#include <functional>

namespace kiln::emulator {

/// Takes whole lines, without the line break. Called under a lock.
using LineSink = std::function<void(llvm::StringRef)>;

/// "v0,s4,s[0:1],a[0:3],vcc,exec,m0,scc".
llvm::Expected<std::vector<RegisterRange>> parseRegisters(llvm::StringRef list);
/// "v4 = 0x3f800000" where all active lanes agree, else the lanes' values in runs: "v0 = 0x0 0x1 0x2 ...".
std::string formatRegister(const Wave &wave, RegisterFile file, unsigned index);

struct TraceOptions {
  unsigned wave = 0;
  uint32_t workgroup[3] = {0, 0, 0};
  LineSink sink;
};
/// "WAVE" or "WAVE:X[,Y[,Z]]", the workgroup's position in the grid.
llvm::Expected<TraceOptions> parseTrace(llvm::StringRef text);

/// Prints each instruction of one wave and the registers that it changed; those of a load when it lands.
std::unique_ptr<Observer> createTrace(TraceOptions options);

struct BreakOptions {
  std::string place;                    ///< "0x1040" (the object's address), "LINE" or "FILE:LINE"
  std::vector<RegisterRange> registers; ///< printed each time that a wave arrives there
  LineSink sink;
  uint64_t limit = 1000; ///< arrivals that are printed
};
/// A place that is not of one of these forms is an error. One where no instruction stands is said when the
/// launch begins.
llvm::Expected<std::unique_ptr<Observer>> createBreak(BreakOptions options);

} // namespace kiln::emulator

#endif
