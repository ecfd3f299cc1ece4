// The files of a target folder: nothing merged, nothing inherited.
#ifndef KILN_UNITTESTS_TARGETS_TARGETFILES_H
#define KILN_UNITTESTS_TARGETS_TARGETFILES_H

#include "dialects/Target/Target.h"
#include "kiln/Codegen/Codegen.h"
#include "kiln/Compiler/Dialects.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace kiln::target::test {

struct TargetFiles {
  explicit TargetFiles(mlir::MLIRContext &context, const std::string &name) {
    std::error_code error;
    std::set<std::string> paths;
    for (llvm::sys::fs::directory_iterator it(KILN_TARGETS "/" + name, error), end; it != end && !error;
         it.increment(error))
      if (llvm::StringRef(it->path()).ends_with(".mlir"))
        paths.insert(it->path());
    EXPECT_FALSE(paths.empty());
    for (const std::string &path : paths) {
      modules.push_back(mlir::parseSourceFile<mlir::ModuleOp>(path, mlir::ParserConfig(&context)));
      EXPECT_TRUE(modules.back()) << path;
      if (modules.back())
        for (MachineOp machine : modules.back()->getOps<MachineOp>())
          add(machine, name);
    }
  }

  void add(MachineOp machine, const std::string &name) {
    EXPECT_EQ(machine.getSymName(), name);
    if (machine.getCpu())
      facts = machine;
    EXPECT_TRUE(succeeded(expandWidths(machine)));
    for (mlir::Operation &op : machine.getBody().front()) {
      llvm::StringRef symbol = mlir::SymbolTable::getSymbolName(&op).getValue();
      EXPECT_TRUE(ops.emplace(symbol.str(), &op).second) << symbol.str() << " stands twice in " << name;
    }
  }

  /// Takes over what `inherited` has and this machine neither has nor removes; products are each machine's own.
  void inherit(const TargetFiles &inherited) {
    std::set<std::string> removed;
    if (facts.getRemoves())
      for (auto name : facts.getRemovesAttr().getAsRange<mlir::StringAttr>()) {
        EXPECT_TRUE(inherited.ops.count(name.str())) << "removes what it would not inherit: " << name.str();
        removed.insert(name.str());
      }
    for (const auto &[name, op] : inherited.ops)
      if (!removed.count(name) && !llvm::isa<ChipOp>(op))
        ops.emplace(name, op);
  }

  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> modules;
  MachineOp facts;
  std::map<std::string, mlir::Operation *> ops;
};

/// gfx942 and gfx950 with what they inherit from each other.
struct AmdTargets : testing::Test {
  AmdTargets() : gfx942(context, "gfx942"), gfx950(context, "gfx950") { gfx950.inherit(gfx942); }

  static mlir::DialectRegistry dialects() {
    mlir::DialectRegistry registry;
    compiler::registerDialects(registry);
    codegen::registerTranslations(registry);
    return registry;
  }

  mlir::MLIRContext context{dialects(), mlir::MLIRContext::Threading::DISABLED};
  TargetFiles gfx942, gfx950;
};

} // namespace kiln::target::test

#endif
