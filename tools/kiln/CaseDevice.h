// What executes the cases of `kiln verify`: the emulator in this process, with its observers, or a device of
// the runtime.
#ifndef KILN_TOOLS_CASEDEVICE_H
#define KILN_TOOLS_CASEDEVICE_H

#include "BundleKernel.h"
#include "Cases.h"

namespace kiln::tools {

/// A launch that has ended.
struct CaseRun {
  std::vector<std::vector<uint8_t>> outputs; // by argument; nothing for inputs
  std::string findings;                      // of observers; empty if there are none
  uint64_t instructions = 0;                 // 0 where nobody counts
};

/// A compiled kernel on a device.
class LoadedKernel {
public:
  virtual ~LoadedKernel() = default;
  virtual llvm::Expected<CaseRun> run(const launch::Launch &launch) = 0;
};

class CaseDevice {
public:
  virtual ~CaseDevice() = default;
  /// How well code for this target runs here: 0 not at all.
  virtual unsigned fit(const std::string &target) const = 0;
  virtual llvm::Expected<std::unique_ptr<LoadedKernel>> load(const TargetCode &code) = 0;

  std::string uri;
};

/// "emulator", "emulator:gfx950", "cuda:0", "hip:0".
llvm::Expected<std::unique_ptr<CaseDevice>> openCaseDevice(const std::string &uri);

} // namespace kiln::tools

#endif
