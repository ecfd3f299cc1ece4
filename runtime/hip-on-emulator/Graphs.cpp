// Streams that are captured, and graphs that are replayed.
#include "State.h"

namespace kiln::hip {

int enqueue(Stream *stream, Work work) {
  State &s = state();
  if (!isNull(stream) && !s.streams.count(stream))
    return InvalidHandle;
  if (isNull(stream) || !stream->capture)
    return work();
  stream->capture->work.push_back(std::move(work));
  return Success;
}

} // namespace kiln::hip

using namespace kiln::hip;
using Guard = std::lock_guard<std::recursive_mutex>;

HIP_EXPORT int hipStreamBeginCapture(Stream *stream, int) {
  Guard guard(state().lock);
  if (!state().streams.count(stream))
    return note(InvalidHandle);
  if (stream->capture)
    return note(IllegalState);
  stream->capture = std::make_unique<Graph>();
  return Success;
}

/// hipStreamCaptureStatus: 0 none, 1 active.
HIP_EXPORT int hipStreamIsCapturing(Stream *stream, int *status) {
  Guard guard(state().lock);
  if (!status || (!isNull(stream) && !state().streams.count(stream)))
    return note(InvalidValue);
  *status = !isNull(stream) && stream->capture;
  return Success;
}

HIP_EXPORT int hipStreamEndCapture(Stream *stream, Graph **graph) {
  Guard guard(state().lock);
  if (!graph || !state().streams.count(stream))
    return note(InvalidValue);
  if (!stream->capture)
    return note(IllegalState);
  *graph = *state().graphs.insert(stream->capture.release()).first;
  return Success;
}

HIP_EXPORT int hipGraphInstantiateWithFlags(Graph **executable, Graph *graph, unsigned long long) {
  Guard guard(state().lock);
  if (!executable || !state().graphs.count(graph))
    return note(InvalidValue);
  *executable = *state().graphs.insert(new Graph(*graph)).first;
  return Success;
}

HIP_EXPORT int hipGraphInstantiate(Graph **executable, Graph *graph, void *, char *, size_t) {
  return hipGraphInstantiateWithFlags(executable, graph, 0);
}

HIP_EXPORT int hipGraphLaunch(Graph *executable, Stream *stream) {
  Guard guard(state().lock);
  if (!state().graphs.count(executable))
    return note(InvalidValue);
  for (const Work &work : executable->work)
    if (int error = enqueue(stream, work))
      return note(error);
  return Success;
}

HIP_EXPORT int hipGraphDestroy(Graph *graph) {
  Guard guard(state().lock);
  if (!state().graphs.erase(graph))
    return note(InvalidValue);
  delete graph;
  return Success;
}

HIP_EXPORT int hipGraphExecDestroy(Graph *executable) { return hipGraphDestroy(executable); }
