#include "Objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Where a tensor is.
struct place {
  uint64_t address;
  struct kiln_buffer_object *buffer; // counted; NULL for a bare address
  int64_t strides[KILN_MAX_RANK];    // elements
};

// One launch while it is being checked: the actual arguments beside the manifest's.
struct launch {
  struct kiln_kernel_object *kernel;
  struct kiln_device_object *device;
  const kiln_argument *arguments;
  uint32_t placeCount; // how many arguments have been placed
  struct place places[KILN_MAX_ARGUMENTS];
};

static const char *nameOf(const struct launch *l, uint32_t i) { return l->kernel->entry->formals[i].name; }

static const char *dtypeName(unsigned dtype) {
  const struct kiln_dtype_facts *facts = kiln_dtype_facts(dtype);
  return facts ? facts->name : "an unknown type";
}

static int isEmpty(const kiln_tensor *tensor, uint32_t rank) {
  for (uint32_t d = 0; d < rank; ++d)
    if (tensor->shape[d] == 0)
      return 1;
  return 0;
}

static kiln_status fillStrides(struct launch *l, uint32_t i) {
  const struct kiln_formal *formal = &l->kernel->entry->formals[i];
  const kiln_tensor *tensor = &l->arguments[i].tensor;
  int64_t contiguous = 1, last = 0;
  // Strides of a tensor without elements lead nowhere.
  int empty = isEmpty(tensor, formal->rank);
  for (uint32_t d = formal->rank; d-- > 0;) {
    int64_t size = tensor->shape[d], extent;
    if (size < 0)
      return kiln_fail(KILN_INVALID_ARGUMENT, "argument '%s': size %u is %lld", nameOf(l, i), d,
                       (long long)size);
    l->places[i].strides[d] = tensor->strides ? tensor->strides[d] : contiguous;
    // A stride over at most one element says nothing.
    if (!formal->hasStrides && size > 1 && !empty && l->places[i].strides[d] != contiguous)
      return kiln_fail(KILN_INVALID_ARGUMENT,
                       "argument '%s': expected a contiguous tensor, stride %u is %lld instead of %lld",
                       nameOf(l, i), d, (long long)l->places[i].strides[d], (long long)contiguous);
    if (formal->hasStrides && formal->strides[d].kind == KILN_EXTENT_FIXED && size > 1 && !empty &&
        l->places[i].strides[d] != formal->strides[d].value)
      return kiln_fail(KILN_INVALID_ARGUMENT,
                       "argument '%s': expected stride %lld for dimension %u, found %lld", nameOf(l, i),
                       (long long)formal->strides[d].value, d, (long long)l->places[i].strides[d]);
    if (l->places[i].strides[d] < 0 || __builtin_mul_overflow(contiguous, size, &contiguous) ||
        __builtin_mul_overflow(size ? size - 1 : 0, l->places[i].strides[d], &extent) ||
        __builtin_add_overflow(last, extent, &last))
      return kiln_fail(KILN_INVALID_ARGUMENT, "argument '%s': negative or too large a stride", nameOf(l, i));
  }
  return KILN_OK;
}

static kiln_status placeTensor(struct launch *l, uint32_t i) {
  const struct kiln_formal *formal = &l->kernel->entry->formals[i];
  const kiln_tensor *tensor = &l->arguments[i].tensor;
  if (!tensor->buffer.id) {
    l->places[i].address = tensor->offset;
    if (!tensor->offset && !isEmpty(tensor, formal->rank))
      return kiln_fail(KILN_INVALID_ARGUMENT, "argument '%s': neither a buffer nor an address", nameOf(l, i));
  } else {
    struct kiln_buffer_object *buffer = kiln_object_acquire(tensor->buffer.id, KILN_BUFFER);
    if (!buffer)
      return kiln_fail(KILN_INVALID_HANDLE, "argument '%s': the buffer's handle was released or is none",
                       nameOf(l, i));
    l->places[i].buffer = buffer;
    if (kiln_object_device(&buffer->base)->device != l->device->device)
      return kiln_fail(KILN_INVALID_ARGUMENT, "argument '%s': the buffer belongs to another device handle",
                       nameOf(l, i));
    uint64_t last = 0, bits = formal->bits, bytes;
    for (uint32_t d = 0; d < formal->rank; ++d)
      last += (uint64_t)(tensor->shape[d] ? tensor->shape[d] - 1 : 0) * (uint64_t)l->places[i].strides[d];
    int overflow = __builtin_mul_overflow(last + 1, bits, &bytes) || __builtin_add_overflow(bytes, 7, &bytes);
    bytes = isEmpty(tensor, formal->rank) ? 0 : bytes / 8;
    if (overflow || tensor->offset > buffer->size || bytes > buffer->size - tensor->offset)
      return kiln_fail(KILN_INVALID_ARGUMENT,
                       "argument '%s': %llu bytes at offset %llu do not lie inside a buffer of %llu bytes",
                       nameOf(l, i), (unsigned long long)bytes, (unsigned long long)tensor->offset,
                       (unsigned long long)buffer->size);
    l->places[i].address = buffer->address + tensor->offset;
  }
  if (l->places[i].address & (formal->align - 1))
    return kiln_fail(KILN_INVALID_ARGUMENT, "argument '%s': the address 0x%llx is no multiple of %u",
                     nameOf(l, i), (unsigned long long)l->places[i].address, formal->align);
  return KILN_OK;
}

static kiln_status checkShape(struct launch *l, uint32_t i) {
  const struct kiln_formal *formal = &l->kernel->entry->formals[i];
  const kiln_tensor *tensor = &l->arguments[i].tensor;
  for (uint32_t d = 0; d < formal->rank; ++d) {
    const struct kiln_extent *extent = &formal->shape[d];
    if (extent->kind == KILN_EXTENT_FIXED && tensor->shape[d] != extent->value)
      return kiln_fail(KILN_INVALID_ARGUMENT, "argument '%s': expected size %u to be %lld, found %lld",
                       nameOf(l, i), d, (long long)extent->value, (long long)tensor->shape[d]);
    if (extent->kind != KILN_EXTENT_NAMED)
      continue;
    int64_t defined = l->arguments[extent->firstArgument].tensor.shape[extent->firstIndex];
    if (tensor->shape[d] != defined)
      return kiln_fail(KILN_INVALID_ARGUMENT,
                       "argument '%s': expected size %u to be %s = %lld (as in '%s'), found %lld",
                       nameOf(l, i), d, extent->name, (long long)defined, nameOf(l, extent->firstArgument),
                       (long long)tensor->shape[d]);
  }
  return KILN_OK;
}

static kiln_status checkArgument(struct launch *l, uint32_t i) {
  const struct kiln_formal *formal = &l->kernel->entry->formals[i];
  const kiln_argument *actual = &l->arguments[i];
  if (!actual->is_tensor != !formal->isTensor)
    return kiln_fail(KILN_INVALID_ARGUMENT, "argument '%s': expected a %s, found a %s", nameOf(l, i),
                     formal->isTensor ? "tensor" : "scalar", actual->is_tensor ? "tensor" : "scalar");
  unsigned dtype = actual->is_tensor ? actual->tensor.dtype : actual->dtype;
  if (dtype != formal->dtype)
    return kiln_fail(KILN_INVALID_ARGUMENT, "argument '%s': expected %s, found %s", nameOf(l, i),
                     dtypeName(formal->dtype), dtypeName(dtype));
  if (!formal->isTensor)
    return KILN_OK;
  const kiln_tensor *tensor = &actual->tensor;
  if (tensor->rank != formal->rank || (!tensor->shape && formal->rank))
    return kiln_fail(KILN_INVALID_ARGUMENT, "argument '%s': expected rank %u, found %s%u", nameOf(l, i),
                     formal->rank, tensor->shape ? "" : "no shape and rank ", tensor->rank);
  kiln_status status = checkShape(l, i);
  if (!status && !(status = fillStrides(l, i)))
    status = placeTensor(l, i);
  return status;
}

static int64_t loadOperand(void *context, const struct kiln_operand *operand) {
  const struct launch *l = context;
  const kiln_argument *argument = &l->arguments[operand->argument];
  if (operand->kind == KILN_OPERAND_DIM)
    return argument->tensor.shape[operand->index];
  if (operand->kind == KILN_OPERAND_STRIDE)
    return l->places[operand->argument].strides[operand->index];
  const struct kiln_dtype_facts *facts = kiln_dtype_facts(l->kernel->entry->formals[operand->argument].dtype);
  unsigned unused = 64 - facts->bits;
  return facts->hasSign ? (int64_t)(argument->bits << unused) >> unused
                        : (int64_t)(argument->bits << unused >> unused);
}

static kiln_status evaluate(struct launch *l, const struct kiln_expression *expression, int64_t least,
                            int64_t most, const char *what, int64_t *result) {
  if (!kiln_expression_evaluate(expression, loadOperand, l, result))
    return kiln_fail(KILN_INVALID_ARGUMENT, "%s = %s overflows or divides by less than 1 for these sizes",
                     what, kiln_expression_text(expression));
  if (*result < least || *result > most)
    return kiln_fail(KILN_INVALID_ARGUMENT, "%s = %s is %lld for these sizes; expected %lld to %lld", what,
                     kiln_expression_text(expression), (long long)*result, (long long)least, (long long)most);
  return KILN_OK;
}

// The first candidate whose requirements hold. If none does, the last broken requirement of the best one is
// the reason.
static kiln_status chooseCandidate(struct launch *l, struct kiln_candidate **result) {
  kiln_status first = KILN_OK;
  char reason[512] = "";
  for (uint32_t c = 0; c < l->kernel->candidateCount; ++c) {
    const struct kiln_variant *variant = l->kernel->candidates[c].variant;
    kiln_status status = KILN_OK;
    for (uint32_t r = 0; r < variant->requirementCount && !status; ++r) {
      const struct kiln_requirement *requirement = &variant->requirements[r];
      int64_t holds;
      status = evaluate(l, requirement->that, INT64_MIN, INT64_MAX, "requirement", &holds);
      if (!status && !holds)
        status =
            kiln_fail(KILN_INVALID_ARGUMENT, "kernel '%s' for %s requires %s: %s", l->kernel->entry->name,
                      variant->target, kiln_expression_text(requirement->that), requirement->because);
    }
    if (!status) {
      *result = &l->kernel->candidates[c];
      return KILN_OK;
    }
    if (!first) {
      first = status;
      snprintf(reason, sizeof reason, "%s", kiln_last_error());
    }
  }
  return kiln_fail(first, "%s", reason);
}

static kiln_status evaluateGeometry(struct launch *l, const struct kiln_variant *variant,
                                    kiln_geometry *geometry) {
  static const char *const axes[] = {"grid x", "grid y", "grid z"};
  int64_t value;
  kiln_status status = KILN_OK;
  for (int axis = 0; axis < 3 && !status; ++axis) {
    geometry->block[axis] = variant->block[axis];
    geometry->cluster[axis] = variant->cluster[axis];
    value = 1;
    if (variant->grid[axis])
      status = evaluate(l, variant->grid[axis], 0, UINT32_MAX, axes[axis], &value);
    geometry->grid[axis] = (uint32_t)value;
  }
  geometry->dynamic_shared = 0;
  if (!status && variant->dynamicShared) {
    status = evaluate(l, variant->dynamicShared, 0, UINT32_MAX, "dynamic shared memory", &value);
    geometry->dynamic_shared = status ? 0 : (uint32_t)value;
  }
  uint64_t threads = (uint64_t)geometry->block[0] * geometry->block[1];
  if (!status &&
      (threads > UINT32_MAX || threads * geometry->block[2] > l->device->properties.max_block_threads))
    status = kiln_fail(
        KILN_INVALID_ARGUMENT, "the kernel's workgroup of %ux%ux%u threads is larger than the device's %u",
        geometry->block[0], geometry->block[1], geometry->block[2], l->device->properties.max_block_threads);
  if (!status && geometry->dynamic_shared > l->device->properties.max_shared_bytes)
    status = kiln_fail(KILN_INVALID_ARGUMENT, "the kernel needs %u bytes of shared memory, the device has %u",
                       geometry->dynamic_shared, l->device->properties.max_shared_bytes);
  return status;
}

static kiln_status buildTensorMap(struct launch *l, const struct kiln_tensor_map *map, void *result) {
  const struct kiln_driver *driver = l->device->driver;
  const struct kiln_formal *formal = &l->kernel->entry->formals[map->argument];
  const kiln_tensor *tensor = &l->arguments[map->argument].tensor;
  if (!driver->tensorMap)
    return kiln_fail(KILN_UNSUPPORTED, "the driver '%s' has no tensor maps", driver->scheme);
  // Nothing is copied of a tensor without elements, and no driver makes a map of it.
  if (isEmpty(tensor, formal->rank)) {
    memset(result, 0, KILN_TENSOR_MAP_BYTES);
    return KILN_OK;
  }
  struct kiln_tensor_map_request request = {.address = l->places[map->argument].address,
                                            .dtype = (kiln_dtype)formal->dtype,
                                            .rank = map->rank ? map->rank : formal->rank,
                                            .swizzleBytes = map->swizzleBytes,
                                            .interleaveBytes = map->interleaveBytes,
                                            .l2PromotionBytes = map->l2PromotionBytes,
                                            .nanFill = map->nanFill};
  uint64_t elementBits = kiln_dtype_facts(formal->dtype)->bits;
  for (uint32_t d = 0; d < request.rank; ++d) {
    uint32_t outer = request.rank - 1 - d;
    int64_t size = map->rank ? 0 : tensor->shape[outer],
            stride = map->rank ? 0 : l->places[map->argument].strides[outer];
    kiln_status status = KILN_OK;
    if (map->rank && !(status = evaluate(l, map->sizes[d], 0, INT64_MAX, "tensor map size", &size)))
      status = evaluate(l, map->strides[d], 0, INT64_MAX / 64, "tensor map stride", &stride);
    if (status)
      return status;
    request.sizes[d] = (uint64_t)size;
    request.strideBytes[d] = (uint64_t)stride * elementBits / 8;
    request.box[d] = map->box[d];
  }
  return driver->tensorMap(l->device->device, &request, result);
}

static kiln_status fillKernargs(struct launch *l, const struct kiln_variant *variant, uint8_t *kernargs) {
  for (uint32_t i = 0; i < variant->kernargCount; ++i) {
    const struct kiln_kernarg *kernarg = &variant->kernargs[i];
    uint8_t *at = kernargs + kernarg->offset;
    kiln_status status = KILN_OK;
    int64_t value;
    switch (kernarg->kind) {
    case KILN_KERNARG_POINTER:
      memcpy(at, &l->places[kernarg->argument].address, 8);
      break;
    case KILN_KERNARG_SCALAR:
      memcpy(at, &l->arguments[kernarg->argument].bits, kernarg->size);
      break;
    case KILN_KERNARG_TENSOR_MAP:
      status = buildTensorMap(l, kernarg->map, at);
      break;
    case KILN_KERNARG_INTEGER: {
      int narrow = kernarg->size == 4;
      int64_t least = !kernarg->hasSign ? 0 : narrow ? INT32_MIN : INT64_MIN;
      int64_t most = !narrow ? INT64_MAX : kernarg->hasSign ? INT32_MAX : UINT32_MAX;
      status = evaluate(l, kernarg->value, least, most, "kernel argument", &value);
      if (!status)
        memcpy(at, &value, kernarg->size);
    }
    }
    if (status)
      return status;
  }
  return KILN_OK;
}

// Arguments checked and placed, candidate chosen, geometry evaluated. endLaunch must follow in any case.
static kiln_status beginLaunch(struct launch *l, kiln_kernel handle, const kiln_argument *arguments,
                               uint32_t count, struct kiln_candidate **candidate, kiln_geometry *geometry) {
  l->placeCount = 0;
  if (!(l->kernel = kiln_object_acquire(handle.id, KILN_KERNEL)))
    return KILN_INVALID_HANDLE;
  l->device = kiln_object_device(&l->kernel->base);
  l->arguments = arguments;
  const struct kiln_kernel_entry *entry = l->kernel->entry;
  kiln_status status = kiln_device_check(l->device);
  if (!status && !entry)
    status = kiln_fail(KILN_INVALID_ARGUMENT,
                       "the kernel comes without a manifest: launch it with kiln_kernel_launch_raw");
  if (!status && (count != entry->formalCount || (count && !arguments)))
    status = kiln_fail(KILN_INVALID_ARGUMENT, "kernel '%s' takes %u arguments, found %u", entry->name,
                       entry->formalCount, arguments ? count : 0);
  for (uint32_t i = 0; i < count && !status; ++i) {
    l->places[i].buffer = NULL;
    l->placeCount = i + 1;
    status = checkArgument(l, i);
  }
  if (!status && !(status = chooseCandidate(l, candidate)))
    status = evaluateGeometry(l, (*candidate)->variant, geometry);
  return status;
}

static void endLaunch(struct launch *l) {
  for (uint32_t i = 0; i < l->placeCount; ++i)
    if (l->places[i].buffer)
      kiln_object_drop(&l->places[i].buffer->base);
  if (l->kernel)
    kiln_object_drop(&l->kernel->base);
}

// Every tensor once: the least that a kernel moves.
static int64_t tensorBytes(const struct launch *l) {
  const struct kiln_kernel_entry *entry = l->kernel->entry;
  int64_t total = 0;
  for (uint32_t i = 0; i < entry->formalCount; ++i) {
    int64_t elements = entry->formals[i].isTensor;
    for (uint32_t d = 0; d < entry->formals[i].rank; ++d)
      elements *= l->arguments[i].tensor.shape[d];
    total += elements * (int64_t)kiln_dtype_facts(entry->formals[i].dtype)->bits / 8;
  }
  return total;
}

static kiln_status evaluateWork(struct launch *l, kiln_plan *plan) {
  const struct kiln_kernel_entry *entry = l->kernel->entry;
  kiln_status status = KILN_OK;
  plan->flops = -1;
  plan->bytes = tensorBytes(l);
  if (entry->flops)
    status = evaluate(l, entry->flops, 0, INT64_MAX, "flops", &plan->flops);
  if (!status && entry->bytes)
    status = evaluate(l, entry->bytes, 0, INT64_MAX, "bytes", &plan->bytes);
  return status;
}

kiln_status kiln_kernel_plan(kiln_kernel handle, const kiln_argument *arguments, uint32_t count,
                             kiln_plan *result) {
  struct launch l;
  struct kiln_candidate *candidate;
  if (!result)
    return kiln_fail(KILN_INVALID_ARGUMENT, "result must not be NULL");
  kiln_status status = beginLaunch(&l, handle, arguments, count, &candidate, &result->geometry);
  if (!status) {
    result->symbol = candidate->variant->symbol;
    result->target = candidate->variant->target;
    status = evaluateWork(&l, result);
  }
  endLaunch(&l);
  return status;
}

static kiln_status launchOn(struct kiln_device_object *device, kiln_stream streamHandle, void *kernel,
                            const kiln_geometry *geometry, const struct kiln_kernargs *kernargs) {
  struct kiln_part_object *stream;
  void *part;
  kiln_status status = kiln_stream_acquire(streamHandle, device, &stream, &part);
  if (status)
    return status;
  // No device launches an empty grid; it is what a size of 0 asks for.
  if (geometry->grid[0] && geometry->grid[1] && geometry->grid[2])
    status =
        kiln_device_note(device, device->driver->launch(device->device, part, kernel, geometry, kernargs));
  if (stream)
    kiln_object_drop(&stream->base);
  return status;
}

static kiln_status launchVariant(struct launch *l, struct kiln_candidate *candidate, kiln_stream stream,
                                 const kiln_geometry *geometry) {
  const struct kiln_variant *variant = candidate->variant;
  // Tensor maps ask for 64; the manifest bounds the size (offsets up to 64 KiB).
  _Alignas(64) uint8_t small[1024];
  uint32_t offsets[KILN_MAX_KERNARGS], bytes = variant->kernargBytes;
  uint8_t *kernargs = bytes <= sizeof small ? small : aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!kernargs)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  memset(kernargs, 0, bytes);
  for (uint32_t i = 0; i < variant->kernargCount; ++i)
    offsets[i] = variant->kernargs[i].offset;
  struct kiln_kernargs all = {kernargs, bytes, offsets, variant->kernargCount};
  int empty = !geometry->grid[0] || !geometry->grid[1] || !geometry->grid[2];
  void *kernel;
  kiln_status status = empty ? KILN_OK : fillKernargs(l, variant, kernargs);
  if (!status)
    status = kiln_candidate_load(l->kernel, candidate, &kernel);
  if (!status)
    status = launchOn(l->device, stream, kernel, geometry, &all);
  if (kernargs != small)
    free(kernargs);
  return status;
}

kiln_status kiln_kernel_launch(kiln_kernel handle, kiln_stream stream, const kiln_argument *arguments,
                               uint32_t count) {
  struct launch l;
  struct kiln_candidate *candidate;
  kiln_geometry geometry;
  kiln_status status = beginLaunch(&l, handle, arguments, count, &candidate, &geometry);
  if (!status)
    status = launchVariant(&l, candidate, stream, &geometry);
  endLaunch(&l);
  return status;
}

kiln_status kiln_kernel_launch_raw(kiln_kernel handle, kiln_stream stream, const kiln_geometry *geometry,
                                   const void *kernargs, uint64_t size) {
  if (!geometry || (size && !kernargs))
    return kiln_fail(KILN_INVALID_ARGUMENT, "geometry and kernargs must not be NULL");
  for (int axis = 0; axis < 3; ++axis)
    if (!geometry->block[axis])
      return kiln_fail(KILN_INVALID_ARGUMENT, "a workgroup of %ux%ux%u threads is empty", geometry->block[0],
                       geometry->block[1], geometry->block[2]);
  struct kiln_kernel_object *kernel = kiln_object_acquire(handle.id, KILN_KERNEL);
  if (!kernel)
    return KILN_INVALID_HANDLE;
  struct kiln_device_object *device = kiln_object_device(&kernel->base);
  kiln_status status = kiln_device_check(device);
  struct kiln_kernargs all = {kernargs, size, NULL, 0};
  if (!status)
    status = launchOn(device, stream, kernel->candidates[0].kernel, geometry, &all);
  kiln_object_drop(&kernel->base);
  return status;
}
