#include "CaseBundle.h"

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

/// "matmul.T=bf16.Out=f32": names of kernels are unique in a bundle.
static std::string nameOf(StringRef kernel, const Parameters &parameters) {
  std::string name = kernel.str();
  for (const auto &[parameter, value] : parameters)
    name += "." + parameter + "=" + value;
  return name;
}

void CaseBundle::addKernel(const Parameters &parameters, ArrayRef<TargetCode> codes) {
  current = nameOf(codes.front().code.kernelName, parameters);
  // Groups of cases that a request has given the same parameters share a kernel.
  if (any_of(bundle.kernels, [&](const auto &kernel) { return kernel.name == current; }))
    return;
  bundle.kernels.push_back(bundleKernelOf(codes, current));
  for (const TargetCode &compiled : codes)
    addChips(compiled, bundle);
}

void CaseBundle::addCase(const Case &test, const Reference &expected) {
  if (any_of(bundle.cases,
             [&](const auto &known) { return known.kernel == current && known.name == test.label; }))
    return;
  bundle::Case added;
  added.name = test.label;
  added.kernel = current;
  added.arguments = test.arguments;
  for (auto [i, argument] : enumerate(test.launch.args)) {
    if (!isOutput(argument))
      continue;
    std::vector<uint8_t> npy = launch::encodeNpy(expected.arguments[i].type, expected.bytes(i));
    const launch::Tolerance &tolerance = expected.tolerances[i];
    added.outputs.push_back({static_cast<unsigned>(i), std::string(npy.begin(), npy.end()),
                             tolerance.relative, tolerance.absolute, tolerance.ulps});
  }
  bundle.cases.push_back(std::move(added));
}

Error CaseBundle::write(const std::string &path) const {
  auto bytes = bundle::writeBundle(bundle);
  if (!bytes)
    return bytes.takeError();
  std::string error;
  return launch::writeFile(path, bytes->data(), bytes->size(), error) ? Error::success()
                                                                      : createStringError(error);
}
