#include "kiln/Schedule/ScheduleLibrary.h"

#include "dialects/Schedule/Schedule.h"
#include "mlir/Dialect/Transform/IR/TransformOps.h"
#include "mlir/Dialect/Transform/Transforms/TransformInterpreterUtils.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace kiln;

/// The sizes of a launch that a sequence is for; null for any.
static StringAttr sizesOf(transform::NamedSequenceOp sequence) {
  return sequence->getAttrOfType<StringAttr>("schedule.sizes");
}

/// A sequence whose instructions keep fewer bits than the kernel says: only who asks for it gets it.
static bool isInexact(transform::NamedSequenceOp sequence) { return sequence->hasAttr("schedule.inexact"); }

/// Why a sequence does not fit a kernel; empty if it does.
static std::string whyNot(transform::NamedSequenceOp sequence, kernel::FuncOp func, const kernel::ParamValues &fromUser) {
  auto name = sequence->getAttrOfType<StringAttr>("schedule.kernel");
  if (!name || name != func.getSymName())
    return "it is for " + (name ? "@" + name.str() : std::string("no kernel (schedule.kernel is missing)"));
  auto conditions = sequence->getAttrOfType<DictionaryAttr>("schedule.when");
  if (!conditions)
    return {};
  for (NamedAttribute condition : conditions) {
    Attribute value;
    if (auto bound = fromUser.find(condition.getName().getValue()); bound != fromUser.end())
      value = bound->second;
    else if (kernel::ParamDeclAttr decl = func.getParam(condition.getName()))
      value = decl.getValue();
    auto anyOf = dyn_cast<ArrayAttr>(condition.getValue());
    if (value == condition.getValue() || (anyOf && llvm::is_contained(anyOf, value)))
      continue;
    std::string text;
    llvm::raw_string_ostream os(text);
    os << "it needs " << condition.getName().getValue() << " = " << condition.getValue() << ", found ";
    if (value)
      os << value;
    else
      os << "none";
    return text;
  }
  return {};
}

static LogicalResult applySequence(kernel::FuncOp func, const kernel::ParamValues &fromUser,
                                   transform::NamedSequenceOp sequence) {
  Builder builder(func.getContext());
  SmallVector<NamedAttribute> bound;
  for (auto &[name, value] : fromUser)
    bound.push_back(builder.getNamedAttr(name, value));
  func->setAttr("schedule.bound", builder.getDictionaryAttr(bound));
  LogicalResult applied =
      transform::applyTransformNamedSequence(func, sequence, ModuleOp(), transform::TransformOptions());
  func->removeAttr("schedule.bound");
  return applied;
}

LogicalResult schedule::applyFromFiles(kernel::FuncOp func, const kernel::ParamValues &fromUser,
                                       const std::vector<std::string> &files, StringRef wanted, bool mustFit) {
  std::vector<std::pair<std::string, std::string>> reasons;
  for (const std::string &file : files) {
    OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(file, func.getContext());
    if (!module)
      return failure();
    for (auto sequence : module->getOps<transform::NamedSequenceOp>()) {
      if (!wanted.empty() && sequence.getSymName() != wanted)
        continue;
      std::string reason = whyNot(sequence, func, fromUser);
      if (StringAttr sizes = sizesOf(sequence); reason.empty() && sizes && wanted.empty())
        reason = "it is for launches with " + sizes.str() + "; ask for it by name, or make a bundle";
      if (reason.empty() && isInexact(sequence) && wanted.empty())
        reason = "it computes with fewer bits than the kernel says; ask for it by name";
      if (reason.empty())
        return applySequence(func, fromUser, sequence);
      reasons.push_back({sequence.getSymName().str(), reason});
    }
  }
  if (!mustFit)
    return success();
  InFlightDiagnostic diag = func.emitError() << "no schedule fits @" << func.getSymName();
  if (!wanted.empty() && reasons.empty())
    diag << ": none is called @" << wanted;
  for (auto &[sequence, reason] : reasons)
    diag.attachNote() << "@" << sequence << ": " << reason;
  return diag;
}

std::vector<schedule::SizedSequence> schedule::sequencesForSizes(kernel::FuncOp func,
                                                                 const kernel::ParamValues &fromUser,
                                                                 const std::vector<std::string> &files) {
  std::vector<SizedSequence> found;
  for (const std::string &file : files)
    if (OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(file, func.getContext()))
      for (auto sequence : module->getOps<transform::NamedSequenceOp>())
        if (StringAttr sizes = sizesOf(sequence);
            sizes && !isInexact(sequence) && whyNot(sequence, func, fromUser).empty())
          found.push_back({sequence.getSymName().str(), sizes.str()});
  return found;
}
