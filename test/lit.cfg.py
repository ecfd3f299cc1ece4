# The text tests. Substitutions: our tools and LLVM's by name (kiln, kiln-opt, FileCheck, not, ...), %python, %kernels, %targets, %build,
# %inputs, %root, %llvm-include. Features: `compiler`, `numpy`, `slow` (give lit -Dslow=1), and one per tool that is built or
# installed.
import os
import shutil
import subprocess

import lit.formats

config.name = "Kiln"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".py", ".s", ".test", ".ll", ".ptx"]
config.excludes = ["Inputs", "CMakeLists.txt", "lit.cfg.py"]
config.test_source_root = os.path.dirname(__file__)

ours = os.path.join(config.kiln_binary_dir, "bin")
config.environment["PATH"] = os.pathsep.join([ours, config.llvm_tools, config.environment.get("PATH", "")])
# The scripts of several tests share modules in test/Inputs.
config.environment["PYTHONPATH"] = os.path.join(config.test_source_root, "Inputs")
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"

config.substitutions += [
    ("%python", config.python),
    ("%root", config.kiln_source_dir),
    ("%build", config.kiln_binary_dir),
    ("%inputs", os.path.join(config.test_source_root, "Inputs")),
    ("%llvm-include", os.path.join(config.llvm_tools, "..", "include")),
    ("%kernels", os.path.join(config.kiln_source_dir, "kernels")),
    ("%targets", os.path.join(config.kiln_source_dir, "targets")),
]

if config.kiln_compiler:
    config.available_features.add("compiler")
for module in ["numpy", "jsonschema"]:
    if subprocess.run([config.python, "-c", f"import {module}"], capture_output=True).returncode == 0:
        config.available_features.add(module)
if lit_config.params.get("slow"):
    config.available_features.add("slow")
for tool in ["kiln", "kiln-opt", "kiln-run", "kiln-lsp-server", "emulator-mutations", "ptxas", "chromium"]:
    if shutil.which(tool, path=config.environment["PATH"]):
        config.available_features.add(tool)
