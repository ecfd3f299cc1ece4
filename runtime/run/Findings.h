// What observers found, gathered.
#ifndef KILN_RUNTIME_RUN_FINDINGS_H
#define KILN_RUNTIME_RUN_FINDINGS_H

#include "Session.h"

namespace kiln::run {

/// Watches a device as long as it lives.
class Findings {
public:
  Findings(const runtime::Device &device, bool wanted)
      : device(device), watching(wanted && device.watch(add, this)) {}
  ~Findings() {
    if (watching)
      kiln_device_watch(device.get(), nullptr, nullptr);
  }
  Findings(const Findings &) = delete;

  size_t count() const { return lines.size(); }
  /// "2 findings, first missing-wait: ..."; empty if there are none.
  std::string summary() const;
  /// A line each.
  std::string text() const;
  /// "[{...}, ...]".
  std::string json() const;

private:
  static void add(const kiln_finding *finding, void *context);

  const runtime::Device &device;
  bool watching;
  std::vector<std::string> lines, objects;
};

} // namespace kiln::run

#endif
