#include "Conformance.h"

namespace conformance {

const Exception exceptions[] = {
    {"cuda", "Observers", "SeeARaceAndNothingInGoodCode", "a real device observes nothing"},
    {"hip", "Observers", "SeeARaceAndNothingInGoodCode", "HIP has no way to ask for observers"},
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
