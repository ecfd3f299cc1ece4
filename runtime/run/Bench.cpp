#include "Guard.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace kiln::run {

namespace {

/// The launch several times over, each with buffers of its own, so that no launch finds its data in the
/// cache.
class RotatingSets {
public:
  RotatingSets(const Session &session, unsigned most) : first(*session.device) {
    sets.push_back(session.bind(first, first));
    uint64_t bytes = 0;
    for (const launch::BoundArgument &argument : sets[0].bound)
      bytes += argument.isBuffer ? argument.type.bytes() : 0;
    kiln_device_properties properties = session.device->properties();
    uint64_t wanted = bytes ? 1 + (2 * properties.cache_bytes + bytes - 1) / bytes : 1;
    if (bytes)
      wanted = std::min(wanted, std::max<uint64_t>(1, properties.memory_bytes / 2 / bytes));
    // Pointers inside buffers would lead to the first set.
    for (const launch::Argument &argument : session.launch.args)
      wanted = argument.pointers.empty() ? wanted : 1;
    for (uint64_t i = 1; i < std::min<uint64_t>(wanted, most); ++i)
      addCopy(session);
  }
  const BoundLaunch &operator[](size_t i) const { return sets[i % sets.size()]; }
  size_t size() const { return sets.size(); }

private:
  DeviceMemory first;
  std::vector<BoundLaunch> sets;
  std::vector<runtime::Buffer> copies;

  void addCopy(const Session &session) {
    BoundLaunch set = sets[0];
    for (size_t i = 0; i < set.bound.size(); ++i) {
      launch::BoundArgument &argument = set.bound[i];
      uint64_t size = argument.isBuffer ? argument.type.bytes() : 0;
      if (!size)
        continue;
      runtime::Buffer copy = session.device->allocate(size);
      runtime::check(kiln_buffer_copy(copy.get(), 0, first.bufferAt(argument.address), 0, size, {0}));
      if (session.bundle) {
        set.arguments[i].tensor.buffer = copy.get();
      } else {
        uint64_t address = copy.address();
        argument.value.assign(reinterpret_cast<uint8_t *>(&address),
                              reinterpret_cast<uint8_t *>(&address) + 8);
      }
      copies.push_back(std::move(copy));
    }
    if (!session.bundle)
      set.kernargs = launch::packKernargs(set.bound);
    sets.push_back(std::move(set));
    // The arguments' shapes point into the set's own vectors.
    BoundLaunch &placed = sets.back();
    for (size_t i = 0; i < placed.arguments.size(); ++i)
      if (placed.arguments[i].is_tensor)
        placed.arguments[i].tensor.shape =
            reinterpret_cast<const int64_t *>(sets[0].bound[i].type.shape.data());
  }
};

struct Times {
  std::vector<double> milliseconds; // of one launch each, or averages over one replay
  double hostMicroseconds = 0;      // to enqueue one launch
};

} // namespace

static Times timeByEvents(const Session &session, const RotatingSets &sets, const BenchOptions &options) {
  runtime::Stream stream = session.device->stream();
  for (unsigned i = 0; i < options.warmup; ++i)
    session.launchOn(stream, sets[i]);
  stream.synchronize();
  std::vector<runtime::Event> events;
  for (unsigned i = 0; i < 2 * options.repeat; ++i)
    events.push_back(session.device->event());
  auto begin = std::chrono::steady_clock::now();
  for (unsigned i = 0; i < options.repeat; ++i) {
    events[2 * i].record(stream);
    session.launchOn(stream, sets[options.warmup + i]);
    events[2 * i + 1].record(stream);
  }
  std::chrono::duration<double, std::micro> host = std::chrono::steady_clock::now() - begin;
  stream.synchronize();
  Times times;
  times.hostMicroseconds = host.count() / options.repeat;
  for (unsigned i = 0; i < options.repeat; ++i)
    times.milliseconds.push_back(events[2 * i + 1].since(events[2 * i]));
  return times;
}

static Times timeByGraph(const Session &session, const RotatingSets &sets, const BenchOptions &options) {
  enum { Replays = 10 };
  runtime::Stream stream = session.device->stream();
  session.launchOn(stream, sets[0]);
  stream.synchronize();
  runtime::Graph graph = runtime::capture(stream, [&] {
    for (unsigned i = 0; i < options.repeat; ++i)
      session.launchOn(stream, sets[i]);
  });
  graph.launch(stream);
  Times times;
  for (int i = 0; i < Replays; ++i) {
    runtime::Event start = session.device->event(), end = session.device->event();
    start.record(stream);
    graph.launch(stream);
    end.record(stream);
    times.milliseconds.push_back(end.since(start) / options.repeat);
  }
  return times;
}

/// The manifest's product that the device is: the one whose name is part of the device's. Null if there is
/// none.
static const kiln_json_value *chipOf(const Session &session, const std::string &target) {
  const kiln_json_value *chips =
      kiln_json_member(kiln_json_member(session.bundle->manifest(), "chips"), target.c_str());
  std::string device = session.device->properties().name;
  for (const kiln_json_value *chip = chips ? chips->first : nullptr; chip; chip = chip->next) {
    const kiln_json_value *name = kiln_json_member(chip, "name");
    if (name && device.find(name->text) != std::string::npos)
      return chip;
  }
  return nullptr;
}

/// A number of the product's; 0 where there is none.
static double peakOf(const kiln_json_value *chip, const char *kind, const std::string &dtype) {
  const kiln_json_value *value = kiln_json_member(chip, kind);
  double peak = 0;
  kiln_json_double(dtype.empty() ? value : kiln_json_member(value, dtype.c_str()), &peak);
  return peak;
}

static std::string firstDType(const OpenBundle &bundle, const std::string &kernel) {
  const kiln_json_value *arguments = kiln_json_member(bundle.kernel(kernel), "arguments");
  return arguments->first ? kiln_json_member(arguments->first, "dtype")->text : "";
}

static void addRate(Outcome &outcome, const BenchOptions &options, const char *name, const char *unit,
                    double rate, double peak) {
  if (options.json) {
    outcome.output += std::string(", \"") + name + "\": " + number(rate);
    if (peak > 0)
      outcome.output += std::string(", \"") + name + "_peak\": " + number(peak);
    return;
  }
  char line[120];
  int used = std::snprintf(line, sizeof line, "  %10.2f %s", rate, unit);
  if (peak > 0)
    std::snprintf(line + used, sizeof line - static_cast<size_t>(used), " (%.1f %% of %g)", 100 * rate / peak,
                  peak);
  outcome.output += std::string(line) + "\n";
}

static Outcome report(const Session &session, const BenchOptions &options, const RotatingSets &sets,
                      Times times) {
  std::vector<double> &t = times.milliseconds;
  std::sort(t.begin(), t.end());
  double median = (t[(t.size() - 1) / 2] + t[t.size() / 2]) / 2;
  Outcome outcome;
  if (options.json) {
    outcome.output = "{\"status\": \"ok\", \"kernel\": " + quote(session.launch.kernel) +
                     ", \"device\": " + quote(session.device->properties().uri) +
                     ", \"method\": " + quote(options.graph ? "graph" : "events") +
                     ", \"samples\": " + std::to_string(t.size()) +
                     ", \"buffer_sets\": " + std::to_string(sets.size()) +
                     ", \"median_ms\": " + number(median) + ", \"min_ms\": " + number(t.front()) +
                     ", \"max_ms\": " + number(t.back()) + ", \"host_us\": " + number(times.hostMicroseconds);
  } else {
    char line[200];
    std::snprintf(line, sizeof line,
                  "%s on %s: median %.6g ms (min %.6g, max %.6g; %zu samples, %zu buffer sets, %s)\n",
                  session.launch.kernel.c_str(), session.device->properties().uri, median, t.front(),
                  t.back(), t.size(), sets.size(), options.graph ? "graph" : "events");
    outcome.output = line;
  }
  std::optional<kiln_plan> plan = session.plan(sets[0]);
  if (plan && median > 0) {
    const kiln_json_value *chip = chipOf(session, plan->target);
    if (plan->flops >= 0)
      addRate(outcome, options, "tflops", "TFLOP/s", static_cast<double>(plan->flops) / median / 1e9,
              peakOf(chip, "tflops", firstDType(*session.bundle, session.launch.kernel)));
    addRate(outcome, options, "gbps", "GB/s", static_cast<double>(plan->bytes) / median / 1e6,
            peakOf(chip, "gbps", ""));
  }
  if (options.json)
    outcome.output += "}\n";
  return outcome;
}

Outcome bench(const BenchOptions &options) {
  return guarded(options.json, [&] {
    if (options.repeat == 0 || options.repeat > 100000 || options.warmup > 100000)
      fail("--repeat: expected 1 to 100000, --warmup: at most 100000", 2);
    Session session(options);
    RotatingSets sets(session, std::max(options.repeat, 1u));
    Times times = options.graph ? timeByGraph(session, sets, options) : timeByEvents(session, sets, options);
    return report(session, options, sets, std::move(times));
  });
}

} // namespace kiln::run
