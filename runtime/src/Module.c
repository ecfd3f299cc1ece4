#include "Objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void destroyModule(struct kiln_object *object) {
  struct kiln_module_object *module = (struct kiln_module_object *)object;
  struct kiln_device_object *device = kiln_object_device(object);
  for (struct kiln_code *code = module->codes, *next; code; code = next) {
    next = code->next;
    device->driver->moduleUnload(device->device, code->module);
    free(code);
  }
  pthread_mutex_destroy(&module->lock);
  if (module->bundle)
    kiln_object_drop(&module->bundle->base);
}

static struct kiln_module_object *newModule(struct kiln_device_object *device) {
  struct kiln_module_object *module =
      kiln_object_new(KILN_MODULE, sizeof *module, &device->base, destroyModule);
  if (module)
    pthread_mutex_init(&module->lock, NULL);
  return module;
}

static uint32_t fitOf(struct kiln_device_object *device, const struct kiln_variant *variant) {
  const char *features[32];
  uint32_t count = 0;
  const struct kiln_json_value *feature = variant->features ? variant->features->first : NULL;
  for (; feature && count < 32; feature = feature->next)
    features[count++] = feature->text;
  struct kiln_code_target code = {variant->target, features, count, variant->format != KILN_CODE_PTX};
  return device->driver->fits(device->device, &code);
}

// "gfx950:sramecc+:xnack-".
static void spellTarget(const struct kiln_variant *variant, char *out, size_t size) {
  size_t used = (size_t)snprintf(out, size, "%s", variant->target);
  const struct kiln_json_value *feature = variant->features ? variant->features->first : NULL;
  for (; feature && used < size; feature = feature->next)
    used += (size_t)snprintf(out + used, size - used, ":%s", feature->text);
}

// Targets that `kernels` have code for, each once: "gfx942, gfx950".
static void listTargets(const struct kiln_kernel_entry *kernels, uint32_t count, char *out, size_t size) {
  size_t used = 0;
  *out = 0;
  for (uint32_t k = 0; k < count; ++k)
    for (uint32_t v = 0; v < kernels[k].variantCount; ++v) {
      char target[128];
      spellTarget(&kernels[k].variants[v], target, sizeof target);
      size_t length = strlen(target);
      int known = 0;
      for (const char *at = out; (at = strstr(at, target)); at += length)
        known |= (at == out || at[-1] == ' ') && (at[length] == ',' || !at[length]);
      if (!known && used + length + 3 < size)
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "", target);
    }
}

static kiln_status wrongTarget(const char *what, const char *name, const struct kiln_kernel_entry *kernels,
                               uint32_t count, const struct kiln_device_object *device) {
  char targets[512];
  listTargets(kernels, count, targets, sizeof targets);
  return kiln_fail(KILN_WRONG_TARGET, "%s%s has %s; device %s is %s", what, name, targets,
                   device->properties.uri, device->properties.target);
}

kiln_status kiln_module_load(kiln_device deviceHandle, kiln_bundle bundleHandle, kiln_module *result) {
  if (!result)
    return kiln_fail(KILN_INVALID_ARGUMENT, "result must not be NULL");
  struct kiln_device_object *device = kiln_object_acquire(deviceHandle.id, KILN_DEVICE);
  struct kiln_bundle_object *bundle = device ? kiln_object_acquire(bundleHandle.id, KILN_BUNDLE) : NULL;
  kiln_status status = bundle ? kiln_device_check(device) : KILN_INVALID_HANDLE;
  struct kiln_module_object *module = NULL;
  if (!status) {
    const struct kiln_manifest *manifest = &bundle->image.manifest;
    int fits = 0;
    for (uint32_t k = 0; k < manifest->kernelCount && !fits; ++k)
      for (uint32_t v = 0; v < manifest->kernels[k].variantCount && !fits; ++v)
        fits = fitOf(device, &manifest->kernels[k].variants[v]) != 0;
    if (!fits)
      status = wrongTarget("bundle", "", manifest->kernels, manifest->kernelCount, device);
    else if (!(module = newModule(device)))
      status = KILN_OUT_OF_MEMORY;
  }
  if (module) {
    kiln_object_keep(&bundle->base);
    module->bundle = bundle;
    status = kiln_object_publish(&module->base, &result->id);
  }
  if (bundle)
    kiln_object_drop(&bundle->base);
  if (device)
    kiln_object_drop(&device->base);
  return status;
}

// The loaded code of `bytes`; `entry` is the key under which it is found again. Called with the module's lock
// held, or before anybody else knows the module.
static kiln_status loadCode(struct kiln_module_object *module, const struct kiln_archive_entry *entry,
                            const void *bytes, uint64_t size, void **result) {
  struct kiln_device_object *device = kiln_object_device(&module->base);
  for (struct kiln_code *code = module->codes; code; code = code->next)
    if (code->entry == entry) {
      *result = code->module;
      return KILN_OK;
    }
  struct kiln_code *code = calloc(1, sizeof *code);
  char *terminated = code ? malloc(size + 1) : NULL;
  if (!terminated) {
    free(code);
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  }
  memcpy(terminated, bytes, size);
  terminated[size] = 0;
  kiln_status status =
      kiln_device_note(device, device->driver->moduleLoad(device->device, terminated, size, &code->module));
  free(terminated);
  if (status) {
    free(code);
    return status;
  }
  code->entry = entry;
  code->next = module->codes;
  module->codes = code;
  *result = code->module;
  return KILN_OK;
}

kiln_status kiln_module_load_code(kiln_device handle, const void *bytes, uint64_t size, kiln_module *result) {
  if (!result || !bytes || !size)
    return kiln_fail(KILN_INVALID_ARGUMENT, "code and result must not be NULL, size not 0");
  struct kiln_device_object *device = kiln_object_acquire(handle.id, KILN_DEVICE);
  if (!device)
    return KILN_INVALID_HANDLE;
  kiln_status status = kiln_device_check(device);
  struct kiln_module_object *module = NULL;
  void *code;
  if (!status && !(module = newModule(device)))
    status = KILN_OUT_OF_MEMORY;
  if (module) {
    status = loadCode(module, NULL, bytes, size, &code);
    if (status)
      kiln_object_drop(&module->base);
    else
      status = kiln_object_publish(&module->base, &result->id);
  }
  kiln_object_drop(&device->base);
  return status;
}

static void destroyKernel(struct kiln_object *object) {
  struct kiln_kernel_object *kernel = (struct kiln_kernel_object *)object;
  struct kiln_device_object *device = kiln_object_device(object);
  for (uint32_t i = 0; device->driver->kernelRelease && i < kernel->candidateCount; ++i)
    if (kernel->candidates[i].kernel)
      device->driver->kernelRelease(device->device, kernel->candidates[i].kernel);
}

// Inserts behind everything that fits at least as well: equal fits keep the manifest's order.
static void addCandidate(struct kiln_kernel_object *kernel, const struct kiln_variant *variant,
                         uint32_t fit) {
  uint32_t at = kernel->candidateCount++;
  for (; at > 0 && kernel->candidates[at - 1].fit < fit; --at) {
    kernel->candidates[at].variant = kernel->candidates[at - 1].variant;
    kernel->candidates[at].fit = kernel->candidates[at - 1].fit;
  }
  kernel->candidates[at].variant = variant;
  kernel->candidates[at].fit = fit;
}

// With the module's lock held.
static kiln_status loadCandidate(struct kiln_module_object *module, struct kiln_candidate *candidate,
                                 const char *symbol) {
  struct kiln_device_object *device = kiln_object_device(&module->base);
  const struct kiln_variant *variant = candidate->variant;
  void *code = variant ? NULL : module->codes->module, *kernel;
  kiln_status status = KILN_OK;
  if (variant)
    status = loadCode(module, variant->code, variant->code->data, variant->code->size, &code);
  if (!status)
    status = kiln_device_note(device, device->driver->kernelGet(device->device, code, symbol, &kernel));
  if (!status)
    atomic_store(&candidate->kernel, kernel);
  return status;
}

kiln_status kiln_candidate_load(struct kiln_kernel_object *kernel, struct kiln_candidate *candidate,
                                void **result) {
  struct kiln_module_object *module = (struct kiln_module_object *)kernel->base.parent;
  kiln_status status = KILN_OK;
  if (!(*result = atomic_load_explicit(&candidate->kernel, memory_order_acquire))) {
    pthread_mutex_lock(&module->lock);
    if (!(*result = atomic_load(&candidate->kernel))) {
      status = loadCandidate(module, candidate, candidate->variant->symbol);
      *result = atomic_load(&candidate->kernel);
    }
    pthread_mutex_unlock(&module->lock);
  }
  return status;
}

static kiln_status unknownKernel(const struct kiln_manifest *manifest, const char *name) {
  char names[512] = "";
  size_t used = 0;
  for (uint32_t k = 0; k < manifest->kernelCount; ++k)
    if (used + strlen(manifest->kernels[k].name) + 3 < sizeof names)
      used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                               manifest->kernels[k].name);
  return kiln_fail(KILN_NOT_FOUND, "the bundle has no kernel '%.80s'; it has %s", name, names);
}

static kiln_status bundleKernel(struct kiln_module_object *module, const char *name,
                                struct kiln_kernel_object **result) {
  const struct kiln_manifest *manifest = &module->bundle->image.manifest;
  struct kiln_device_object *device = kiln_object_device(&module->base);
  const struct kiln_kernel_entry *entry = NULL;
  for (uint32_t k = 0; k < manifest->kernelCount && !entry; ++k)
    if (strcmp(manifest->kernels[k].name, name) == 0)
      entry = &manifest->kernels[k];
  if (!entry)
    return unknownKernel(manifest, name);
  size_t size = sizeof **result + entry->variantCount * sizeof(struct kiln_candidate);
  struct kiln_kernel_object *kernel = kiln_object_new(KILN_KERNEL, size, &module->base, destroyKernel);
  if (!kernel)
    return KILN_OUT_OF_MEMORY;
  kernel->entry = entry;
  for (uint32_t v = 0; v < entry->variantCount; ++v) {
    uint32_t fit = fitOf(device, &entry->variants[v]);
    if (fit)
      addCandidate(kernel, &entry->variants[v], fit);
  }
  // The best one at once: code that does not load is an error here and not at the first launch.
  kiln_status status = kernel->candidateCount
                           ? loadCandidate(module, kernel->candidates, kernel->candidates->variant->symbol)
                           : wrongTarget("kernel ", name, entry, 1, device);
  if (status)
    kiln_object_drop(&kernel->base);
  else
    *result = kernel;
  return status;
}

static kiln_status bareKernel(struct kiln_module_object *module, const char *name,
                              struct kiln_kernel_object **result) {
  struct kiln_kernel_object *kernel = kiln_object_new(
      KILN_KERNEL, sizeof *kernel + sizeof(struct kiln_candidate), &module->base, destroyKernel);
  if (!kernel)
    return KILN_OUT_OF_MEMORY;
  addCandidate(kernel, NULL, 1);
  kiln_status status = loadCandidate(module, kernel->candidates, name);
  if (status)
    kiln_object_drop(&kernel->base);
  else
    *result = kernel;
  return status;
}

kiln_status kiln_kernel_get(kiln_module handle, const char *name, kiln_kernel *result) {
  if (!name || !result)
    return kiln_fail(KILN_INVALID_ARGUMENT, "name and result must not be NULL");
  struct kiln_module_object *module = kiln_object_acquire(handle.id, KILN_MODULE);
  if (!module)
    return KILN_INVALID_HANDLE;
  struct kiln_kernel_object *kernel;
  kiln_status status = kiln_device_check(kiln_object_device(&module->base));
  if (!status) {
    pthread_mutex_lock(&module->lock);
    status = module->bundle ? bundleKernel(module, name, &kernel) : bareKernel(module, name, &kernel);
    pthread_mutex_unlock(&module->lock);
  }
  if (!status)
    status = kiln_object_publish(&kernel->base, &result->id);
  kiln_object_drop(&module->base);
  return status;
}
