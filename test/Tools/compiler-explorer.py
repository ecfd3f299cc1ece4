"""Kiln as Compiler Explorer's compiler: its arguments in, the lines and passes that it looks for out. The patterns are
those of Compiler Explorer's parsers (lib/parsers/asm-parser.ts, llvm-pass-dump-parser.ts), written anew.

RUN: %python %s %root %kernels %targets %t
REQUIRES: compiler
"""
import pathlib
import re
import subprocess
import sys

root, kernels, targets, scratch = map(pathlib.Path, sys.argv[1:])
scratch.mkdir(exist_ok=True)
folder = root / "tools/compiler-explorer"
source = scratch / "example.mlir"  # the name that it gives to what stands in the editor
source.write_text((kernels / "matmul.mlir").read_text())
properties = dict(line.split("=", 1) for line in (folder / "mlir.local.properties").read_text().splitlines() if "=" in line)


def call(*arguments):
    return subprocess.run([folder / "kiln-explorer", *map(str, arguments)], capture_output=True, text=True)


def compile(options, *after):
    output = scratch / "output.s"
    output.unlink(missing_ok=True)
    result = call("-o", output, "-x86-asm-syntax=intel", *options.split(), "--target-dir", targets, source, *after)
    assert result.returncode == 0, result.stderr
    return output.read_text(), result.stderr


version = call("--version")
assert version.returncode == 0 and re.search(r"\d+\.\d+", version.stdout)
assert call("--help").returncode == 0

compilers = properties["group.kiln.compilers"].split(":")
assert len(compilers) == 3
mma = next(i for i, line in enumerate(source.read_text().splitlines(), 1) if "= kernel.mma" in line)
for compiler in compilers:
    assert properties[f"compiler.{compiler}.exe"].endswith("/kiln-explorer")
    assembly, _ = compile(properties[f"compiler.{compiler}.options"])
    files, lines, place = {}, {}, None
    for text in assembly.splitlines():
        if match := re.match(r'\s*\.file\s+(\d+)\s+"([^"]+)"(?:\s+"([^"]+)")?', text):
            files[match[1]] = match[3] or match[2]
        elif match := re.match(r"\s*\.loc\s+(\d+)\s+(\d+)\s", text):
            place = match[1], int(match[2])
        elif re.match(r"\s*(v_mfma|mma\.sync)", text):
            lines.setdefault(place, 0)
            lines[place] += 1
    own = {number for number, name in files.items() if re.search(r"example\.[^/]+$", name)}
    assert lines, compiler + " has no matrix instruction"
    assert all(file in own and line == mma for file, line in lines), (compiler, files, lines)

_, dumps = compile("--target gfx950", "-print-after-all", "-print-before-all", "-print-module-scope")
headers = re.findall(r"^// -----// (.+) //----- //$", dumps, re.M)
stages = ["kernel", "scheduled", "staged", "lanes", "llvm"]
assert headers == [f"IR Dump {when} {stage}" for stage in stages for when in ("Before", "After")], headers
texts = re.split(r"^// -----// .+ //----- //$", dumps, flags=re.M)[1:]
assert all(after.strip() == before.strip() for after, before in zip(texts[1::2], texts[2::2]))
assert "stage.wait" in texts[5] or "kernel.mma" in texts[5]
assert "define amdgpu_kernel void @matmul" in texts[9]
# Functions only: no text that it could not split.
_, dumps = compile("--target gfx950", "-print-after-all", "-print-before-all")
assert "IR Dump" not in dumps

# A mistake in the kernel comes back as an error with its line.
source.write_text("kernel.func @f() {\n  nonsense\n}\n")
result = call("-o", scratch / "none.s", "--target", "gfx950", "--target-dir", targets, source)
assert result.returncode == 1 and "example.mlir:2:" in result.stderr and not (scratch / "none.s").exists()
