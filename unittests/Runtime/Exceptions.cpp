#include "Conformance.h"

namespace conformance {

const Exception exceptions[] = {
    {"emulator", "Graphs", "Replay", "the emulator runs everything at once and has nothing to record"},
    {"hip", "Graphs", "Replay", "libamdhip64 on the emulator has no graphs; a real one is not tested yet"},
    {"emulator", "Launches", "TensorMap", "AMD's machines have no tensor maps"},
    {"hip", "Launches", "TensorMap", "AMD's machines have no tensor maps"},
    {"emulator", "Launches", "Cluster", "AMD's machines have no clusters"},
    {"hip", "Launches", "Cluster", "AMD's machines have no clusters"},
    {"emulator", "Memory", "FreedMemoryIsUsedAgain",
     "the emulator's memory is the host's; it does not say how much there is"},
    {"hip", "Memory", "FreedMemoryIsUsedAgain",
     "filling a device's memory twice takes minutes on the emulator"},
};
const size_t exceptionCount = std::size(exceptions);

} // namespace conformance
