#include "Guard.h"

#include <cstdio>

namespace kiln::run {

struct Listing {
  bool json;
  std::string text;
};

static void addDevice(const char *driver, const kiln_device_properties *p, const char *reason, void *opaque) {
  auto *listing = static_cast<Listing *>(opaque);
  char line[512];
  if (listing->json) {
    std::string entry = "{\"driver\": " + quote(driver);
    if (p)
      entry += ", \"uri\": " + quote(p->uri) + ", \"name\": " + quote(p->name) +
               ", \"target\": " + quote(p->target) +
               ", \"memory_bytes\": " + std::to_string(p->memory_bytes) +
               ", \"compute_units\": " + std::to_string(p->compute_units) +
               ", \"max_shared_bytes\": " + std::to_string(p->max_shared_bytes) +
               ", \"cache_bytes\": " + std::to_string(p->cache_bytes);
    else
      entry += ", \"unavailable\": " + quote(reason);
    listing->text += (listing->text.empty() ? "" : ",\n ") + entry + "}";
    return;
  }
  if (p)
    std::snprintf(line, sizeof line, "%-18s %-28s %-28s %4u units %7.1f GiB\n", p->uri, p->target, p->name,
                  p->compute_units, static_cast<double>(p->memory_bytes) / (1 << 30));
  else
    std::snprintf(line, sizeof line, "%-18s unavailable: %s\n", driver, reason);
  listing->text += line;
}

Outcome list(bool json) {
  return guarded(json, [&] {
    Listing listing{json, ""};
    runtime::check(kiln_devices_visit(addDevice, &listing));
    return Outcome{0, json ? "[" + listing.text + "]\n" : listing.text, ""};
  });
}

static std::string textOf(const kiln_json_value *value) {
  if (!value)
    return "";
  if (value->kind != KILN_JSON_ARRAY)
    return value->text ? value->text : "";
  std::string text;
  for (const kiln_json_value *entry = value->first; entry; entry = entry->next)
    text += (text.empty() ? "" : ", ") + textOf(entry);
  return text;
}

static std::string describe(const kiln_json_value *kernel) {
  std::string text = textOf(kiln_json_member(kernel, "name")) + "(";
  const kiln_json_value *arguments = kiln_json_member(kernel, "arguments");
  for (const kiln_json_value *a = arguments->first; a; a = a->next) {
    const kiln_json_value *shape = kiln_json_member(a, "shape");
    text += std::string(a == arguments->first ? "" : ", ") + textOf(kiln_json_member(a, "name")) + ": " +
            textOf(kiln_json_member(a, "dtype")) + (shape ? "[" + textOf(shape) + "]" : "");
  }
  text += ")\n";
  for (const kiln_json_value *v = kiln_json_member(kernel, "variants")->first; v; v = v->next) {
    text += "  " + textOf(kiln_json_member(v, "target"));
    const kiln_json_value *features = kiln_json_member(v, "features");
    for (const kiln_json_value *f = features ? features->first : nullptr; f; f = f->next)
      text += ":" + textOf(f);
    const kiln_json_value *parameters = kiln_json_member(v, "parameters");
    for (const kiln_json_value *p = parameters ? parameters->first : nullptr; p; p = p->next)
      text += std::string(" ") + (p->key ? p->key : "") + "=" + textOf(p);
    text +=
        ": grid " + textOf(kiln_json_member(v, "grid")) + "; block " + textOf(kiln_json_member(v, "block"));
    if (const kiln_json_value *shared = kiln_json_member(v, "dynamic_shared"))
      text += "; shared " + textOf(shared);
    text += "; " + textOf(kiln_json_member(v, "file")) + "\n";
    const kiln_json_value *requirements = kiln_json_member(v, "requires");
    for (const kiln_json_value *r = requirements ? requirements->first : nullptr; r; r = r->next)
      text += "    requires " + textOf(kiln_json_member(r, "that")) + ": " +
              textOf(kiln_json_member(r, "because")) + "\n";
  }
  return text;
}

Outcome info(const std::string &file, bool json) {
  return guarded(json, [&] {
    OpenBundle bundle(file);
    if (json)
      return Outcome{0, bundle.text, ""};
    const kiln_json_value *root = bundle.manifest(), *cases = kiln_json_member(root, "cases");
    std::string text = file + ": format " + textOf(kiln_json_member(root, "version")) + ", by " +
                       textOf(kiln_json_member(root, "producer")) + "\n";
    for (const kiln_json_value *k = kiln_json_member(root, "kernels")->first; k; k = k->next)
      text += describe(k);
    if (cases && cases->count)
      text += std::to_string(cases->count) + " cases to verify\n";
    return Outcome{0, text, ""};
  });
}

} // namespace kiln::run
