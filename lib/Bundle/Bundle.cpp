#include "kiln/Bundle/Bundle.h"

#include "../../runtime/format/Manifest.h"
#include "Archive.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SHA256.h"

namespace kiln::bundle {

namespace json = llvm::json;

static std::string sha256(llvm::StringRef bytes) {
  return llvm::toHex(llvm::SHA256::hash(llvm::arrayRefFromStringRef(bytes)), /*LowerCase=*/true);
}

namespace {

/// Files of the bundle by path; equal contents are stored once.
class Files {
public:
  std::string add(const std::string &wanted, const std::string &extension, const std::string &contents) {
    auto known = pathOfContents.find(contents);
    if (known != pathOfContents.end())
      return known->second;
    std::string path = wanted + extension;
    for (unsigned i = 1; byPath.count(path); ++i)
      path = wanted + "." + std::to_string(i) + extension;
    byPath.emplace(path, contents);
    pathOfContents.emplace(contents, path);
    return path;
  }
  const std::map<std::string, std::string> &all() const { return byPath; }

private:
  std::map<std::string, std::string> byPath, pathOfContents;
};

} // namespace

/// A name as part of a path that every file system and shell takes as it is.
static std::string plainName(std::string name) {
  for (char &c : name)
    if (!llvm::isAlnum(c) && !llvm::StringRef("._-=").contains(c))
      c = '-';
  return name;
}

/// A number where the text is one: schemas and readers see the difference.
static json::Value numberOrText(llvm::StringRef text) {
  int64_t number;
  return text.getAsInteger(10, number) ? json::Value(text.str()) : json::Value(number);
}

template <typename T> static json::Array listOf(const std::vector<T> &values) {
  json::Array list;
  for (const T &value : values) {
    if constexpr (std::is_same_v<T, std::string>)
      list.push_back(numberOrText(value));
    else
      list.push_back(value);
  }
  return list;
}

static json::Object toJson(const Argument &argument) {
  json::Object object{
      {"name", argument.name}, {"kind", argument.isTensor ? "tensor" : "scalar"}, {"dtype", argument.dtype}};
  if (!argument.isTensor)
    return object;
  object["shape"] = listOf(argument.shape);
  if (argument.strides)
    object["strides"] = listOf(*argument.strides);
  if (argument.align > 1)
    object["align"] = argument.align;
  return object;
}

static void addTensorMap(json::Object &object, const TensorMap &map) {
  object["box"] = listOf(map.box);
  if (!map.sizes.empty()) {
    object["sizes"] = listOf(map.sizes);
    object["strides"] = listOf(map.strides);
  }
  object["swizzle"] = map.swizzle;
  object["interleave"] = map.interleave;
  object["l2_promotion"] = map.l2Promotion;
  object["fill"] = map.nanFill ? "nan" : "zero";
}

static json::Object toJson(const Kernarg &kernarg) {
  json::Object object;
  switch (kernarg.kind) {
  case Kernarg::Pointer:
    object = json::Object{{"kind", "pointer"}, {"tensor", kernarg.subject}};
    break;
  case Kernarg::Scalar:
    object = json::Object{{"kind", "scalar"}, {"scalar", kernarg.subject}};
    break;
  case Kernarg::Integer:
    object =
        json::Object{{"kind", "integer"}, {"dtype", kernarg.dtype}, {"value", numberOrText(kernarg.value)}};
    break;
  case Kernarg::TensorMapByValue:
    object = json::Object{{"kind", "tensor_map"}, {"tensor", kernarg.subject}};
    addTensorMap(object, kernarg.map);
    break;
  }
  if (kernarg.offset)
    object["offset"] = *kernarg.offset;
  return object;
}

static json::Object toJson(const Kernel &kernel, const Variant &variant, Files &files) {
  llvm::StringRef extension = variant.format == "code-object" ? ".co"
                              : variant.format == "ptx"       ? ".ptx"
                                                              : ".cubin";
  json::Object object{{"target", variant.target},
                      {"format", variant.format},
                      {"symbol", variant.symbol},
                      {"grid", listOf(variant.grid)},
                      {"block", listOf(variant.block)}};
  object["file"] =
      files.add("code/" + plainName(kernel.name + "." + variant.target), extension.str(), variant.code);
  if (!variant.features.empty())
    object["features"] = listOf(variant.features);
  if (!variant.cluster.empty())
    object["cluster"] = listOf(variant.cluster);
  if (!variant.dynamicShared.empty())
    object["dynamic_shared"] = numberOrText(variant.dynamicShared);
  json::Object parameters;
  for (const auto &[name, value] : variant.parameters)
    parameters[name] = numberOrText(value);
  object["parameters"] = std::move(parameters);
  json::Array requirements, kernargs;
  for (const Requirement &requirement : variant.requirements)
    requirements.push_back(json::Object{{"that", requirement.that}, {"because", requirement.because}});
  object["requires"] = std::move(requirements);
  for (const Kernarg &kernarg : variant.kernargs)
    kernargs.push_back(toJson(kernarg));
  object["kernargs"] = std::move(kernargs);
  return object;
}

static json::Object toJson(const Kernel &kernel, Files &files) {
  json::Array arguments, variants;
  for (const Argument &argument : kernel.arguments)
    arguments.push_back(toJson(argument));
  for (const Variant &variant : kernel.variants)
    variants.push_back(toJson(kernel, variant, files));
  json::Object object{
      {"name", kernel.name}, {"arguments", std::move(arguments)}, {"variants", std::move(variants)}};
  if (!kernel.flops.empty())
    object["flops"] = numberOrText(kernel.flops);
  if (!kernel.bytes.empty())
    object["bytes"] = numberOrText(kernel.bytes);
  return object;
}

static json::Object toJson(const Case &test, Files &files) {
  json::Array outputs;
  for (const Case::Output &output : test.outputs)
    outputs.push_back(json::Object{{"argument", output.argument},
                                   {"file", files.add("cases/" + plainName(test.kernel + "." + test.name) +
                                                          "." + std::to_string(output.argument),
                                                      ".npy", output.npy)},
                                   {"relative", output.relative},
                                   {"absolute", output.absolute},
                                   {"ulps", output.ulps}});
  return json::Object{{"name", test.name},
                      {"kernel", test.kernel},
                      {"args", json::Array(test.arguments)},
                      {"expected", std::move(outputs)}};
}

static json::Object toJson(const Chip &chip) {
  json::Object tflops;
  for (const auto &[dtype, peak] : chip.tflops)
    tflops[dtype] = peak;
  return json::Object{{"name", chip.name}, {"gbps", chip.gbps}, {"tflops", std::move(tflops)}};
}

static std::string manifestOf(const Bundle &bundle, Files &files) {
  json::Array kernels, cases;
  json::Object chips, fileList;
  for (const Kernel &kernel : bundle.kernels)
    kernels.push_back(toJson(kernel, files));
  for (const Case &test : bundle.cases)
    cases.push_back(toJson(test, files));
  for (const auto &[target, products] : bundle.chips) {
    json::Array list;
    for (const Chip &chip : products)
      list.push_back(toJson(chip));
    chips[target] = std::move(list);
  }
  for (const auto &[path, contents] : files.all())
    fileList[path] =
        json::Object{{"bytes", static_cast<int64_t>(contents.size())}, {"sha256", sha256(contents)}};
  json::Value manifest =
      json::Object{{"format", "kiln-bundle"},
                   {"version", json::Array{int64_t(KILN_FORMAT_MAJOR), int64_t(KILN_FORMAT_MINOR)}},
                   {"producer", bundle.producer},
                   {"chips", std::move(chips)},
                   {"files", std::move(fileList)},
                   {"kernels", std::move(kernels)},
                   {"cases", std::move(cases)}};
  // llvm::json prints members in the order of their names.
  return llvm::formatv("{0:2}\n", manifest).str();
}

llvm::Expected<std::string> writeBundle(const Bundle &bundle) {
  Files files;
  std::vector<std::pair<std::string, std::string>> entries;
  entries.emplace_back("manifest.json", manifestOf(bundle, files));
  size_t total = 0;
  for (const auto &file : files.all()) {
    entries.push_back(file);
    total += file.second.size() + 8192;
  }
  if (entries.size() > KILN_ARCHIVE_MAX_ENTRIES || total > UINT32_MAX)
    return llvm::createStringError("a bundle holds at most 4 GiB in 65,534 files");
  std::string bytes = writeArchive(entries, "kiln-bundle sha256=" + sha256(entries[0].second));
  kiln_bundle_image image;
  char reason[512];
  if (!kiln_bundle_image_read(&image, bytes.data(), bytes.size(), reason, sizeof reason))
    return llvm::createStringError(llvm::Twine("the bundle cannot be read back: ") + reason);
  kiln_bundle_image_free(&image);
  return bytes;
}

} // namespace kiln::bundle
