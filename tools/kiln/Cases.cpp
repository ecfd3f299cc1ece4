#include "Cases.h"

#include "runtime/format/Expression.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

namespace {

/// Numbers by name: the sizes of a case, then its parameters.
using Numbers = std::map<std::string, int64_t>;

/// Reads one file; remembers where it is for messages.
class CaseReader {
public:
  explicit CaseReader(std::string path) : place(std::move(path)) {}

  Expected<std::vector<CaseGroup>> read() {
    auto buffer = MemoryBuffer::getFile(place);
    if (!buffer)
      return fail(buffer.getError().message());
    auto document = json::parse((*buffer)->getBuffer());
    if (!document)
      return fail(toString(document.takeError()));
    const json::Array *groups = document->getAsArray();
    if (!groups)
      return fail("expected an array of groups of cases");
    std::vector<CaseGroup> result;
    std::string file = place;
    for (auto [i, value] : enumerate(*groups)) {
      place = formatv("{0}: [{1}]", file, i);
      auto group = readGroup(value);
      if (!group)
        return group.takeError();
      result.push_back(std::move(*group));
    }
    return result;
  }

private:
  Error fail(const Twine &text) const { return createStringError(place + ": " + text); }

  Expected<CaseGroup> readGroup(const json::Value &value) const {
    const json::Object *object = value.getAsObject();
    if (!object)
      return fail("expected an object");
    for (const auto &[key, unused] : *object)
      if (!is_contained(
              {"kernel", "names", "arguments", "terms", "sum", "rounded", "parameters", "assumes", "sizes"},
              key))
        return fail("unknown key '" + StringRef(key) + "'");
    const json::Array *names = object->getArray("names"), *arguments = object->getArray("arguments");
    const json::Array *variants = object->getArray("parameters"), *sizes = object->getArray("sizes");
    auto kernel = object->getString("kernel");
    if (!kernel || !names || !arguments || !variants || variants->empty() || !sizes)
      return fail(
          "expected \"kernel\", \"names\", \"arguments\", \"parameters\" (at least one) and \"sizes\"");
    CaseGroup group;
    group.kernel = kernel->str();
    group.arguments = *arguments;
    group.terms = object->getString("terms").value_or("1").str();
    group.sum = object->getString("sum").value_or("f32").str();
    group.rounded = object->getString("rounded").value_or("").str();
    for (const json::Value &name : *names)
      group.names.push_back(name.getAsString().value_or("").str());
    for (const json::Value &variant : *variants)
      if (Error error = readVariant(variant, group))
        return std::move(error);
    if (const json::Object *assumes = object->getObject("assumes"))
      for (const auto &[name, value] : *assumes)
        group.assumes[name.str()] = textOf(value);
    for (const json::Value &row : *sizes)
      if (Error error = readSizes(row, group))
        return std::move(error);
    return group;
  }

  static std::string textOf(const json::Value &value) {
    return value.getAsString() ? value.getAsString()->str() : formatv("{0}", value).str();
  }

  Error readVariant(const json::Value &value, CaseGroup &group) const {
    const json::Object *object = value.getAsObject();
    if (!object)
      return fail("expected an object of parameters, found " + formatv("{0}", value).str());
    CaseGroup::Variant variant;
    for (const auto &[key, given] : *object) {
      if (StringRef(key) == "optional")
        variant.optional = given.getAsBoolean().value_or(false);
      else
        variant.parameters[key.str()] = textOf(given);
    }
    group.variants.push_back(std::move(variant));
    return Error::success();
  }

  Error readSizes(const json::Value &value, CaseGroup &group) const {
    const json::Array *row = value.getAsArray();
    std::vector<int64_t> numbers;
    for (const json::Value &number : row ? *row : json::Array())
      numbers.push_back(number.getAsInteger().value_or(-1));
    if (numbers.size() != group.names.size() || any_of(numbers, [](int64_t number) { return number < 0; }))
      return fail("expected a number for each of " + join(group.names, ", ") + "; found " +
                  formatv("{0}", value).str());
    group.sizes.push_back(std::move(numbers));
    return Error::success();
  }

  std::string place;
};

} // namespace

Expected<std::vector<CaseGroup>> tools::readCases(const std::string &path) { return CaseReader(path).read(); }

static int resolveName(void *context, const char *name, kiln_operand *operand) {
  const Numbers &numbers = *static_cast<const Numbers *>(context);
  auto known = numbers.find(name);
  if (known == numbers.end())
    return 0;
  operand->kind = KILN_OPERAND_CONSTANT;
  operand->value = known->second;
  return 1;
}

static Expected<int64_t> evaluate(StringRef text, const Numbers &numbers) {
  char reason[256];
  std::unique_ptr<kiln_expression, decltype(&kiln_expression_free)> expression(
      kiln_expression_parse(text.str().c_str(), resolveName, const_cast<Numbers *>(&numbers), reason,
                            sizeof reason),
      kiln_expression_free);
  if (!expression)
    return createStringError("'" + text + "': " + reason);
  int64_t value = 0;
  if (!kiln_expression_evaluate(expression.get(), nullptr, nullptr, &value))
    return createStringError("'" + text + "' has no value");
  return value;
}

static std::string typeOf(StringRef name, const Parameters &parameters) {
  auto known = parameters.find(name.str());
  return known == parameters.end() ? name.str() : known->second;
}

/// "T[M, ceildiv(K, 32)]" with names replaced: "bf16[64,2]".
static Expected<std::string> arrayOf(StringRef text, const Parameters &parameters, const Numbers &numbers) {
  auto [element, rest] = text.split('[');
  if (!rest.consume_back("]"))
    return createStringError("expected a type and a shape such as T[M,K], found '" + text + "'");
  std::string result = typeOf(element, parameters) + "[";
  unsigned nesting = 0, dims = 0;
  for (size_t start = 0, at = 0; at <= rest.size() && !rest.empty(); ++at) {
    char c = at < rest.size() ? rest[at] : ',';
    nesting += c == '(' ? 1 : c == ')' ? -1u : 0;
    if (c != ',' || nesting)
      continue;
    auto size = evaluate(rest.slice(start, at).trim(), numbers);
    if (!size)
      return size.takeError();
    result += (dims++ ? "," : "") + std::to_string(*size);
    start = at + 1;
  }
  return result + "]";
}

/// The argument with shape, type and seed filled in.
static Expected<json::Object> filledIn(json::Object object, unsigned index, const Parameters &parameters,
                                       const Numbers &numbers, uint64_t seed) {
  for (StringRef kind : {"random", "zeros", "unset"}) {
    auto text = object.getString(kind);
    if (!text)
      continue;
    auto array = arrayOf(*text, parameters, numbers);
    if (!array)
      return array.takeError();
    object[kind] = *array;
    if (kind == "random")
      object["seed"] = static_cast<int64_t>(seed * 64 + index);
  }
  return object;
}

static Error addArgument(const json::Value &value, unsigned index, const Parameters &parameters,
                         const Numbers &numbers, uint64_t seed, Case &result) {
  const json::Object *object = value.getAsObject();
  auto filled = filledIn(object ? *object : json::Object(), index, parameters, numbers, seed);
  if (!filled)
    return filled.takeError();
  std::string error;
  result.arguments.push_back(std::move(*filled));
  auto argument = launch::parseArgument(formatv("{0}", result.arguments.back()).str(), index, error);
  if (!argument)
    return createStringError(error);
  result.launch.args.push_back(std::move(*argument));
  return Error::success();
}

Expected<Case> tools::resolve(const CaseGroup &group, const Parameters &parameters, ArrayRef<int64_t> sizes,
                              uint64_t seed) {
  Numbers numbers;
  for (const auto &[name, text] : parameters) {
    int64_t number;
    if (!StringRef(text).getAsInteger(10, number))
      numbers[name] = number;
  }
  Case result;
  for (auto [name, size] : zip_equal(group.names, sizes)) {
    numbers[name] = size;
    result.label += (result.label.empty() ? "" : " ") + name + "=" + std::to_string(size);
  }
  for (auto [i, value] : enumerate(group.arguments))
    if (Error error = addArgument(value, static_cast<unsigned>(i), parameters, numbers, seed, result))
      return createStringError("arguments[" + std::to_string(i) + "]: " + toString(std::move(error)));
  auto terms = evaluate(group.terms, numbers);
  if (!terms)
    return createStringError("terms: " + toString(terms.takeError()));
  result.launch.kernel = group.kernel;
  result.terms = *terms;
  result.sum = typeOf(group.sum, parameters);
  result.rounded = typeOf(group.rounded, parameters);
  return result;
}
