#ifndef KILN_OPT_LOADTARGET_H
#define KILN_OPT_LOADTARGET_H

namespace kiln::tools {

/// Registers --load-target. `argv0` and any address in the executable tell where it is, and so the library beside it.
void registerLoadTarget(const char *argv0, void *address);

} // namespace kiln::tools

#endif
