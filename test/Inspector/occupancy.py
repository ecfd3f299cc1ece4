# The same registers, LDS and workgroups give LLVM's code generator and the inspector the same occupancy, and the same
# resources in metadata and kernel descriptor.
# REQUIRES: compiler
# RUN: %python %s %targets
import json
import math
import re
import subprocess
import sys

VGPRS = [24, 64, 65, 72, 80, 96, 97, 128, 129, 168, 169, 255]
LDS = [0, 4096, 16384, 20480, 20481, 32768, 54613, 65536]
LARGE_LDS = [65540, 81920, 81924, 163840]
THREADS = [64, 256, 512, 1024]


def kernel(name, vgprs, agprs, lds, threads):
    """A kernel that takes as many registers as it says, because it names the last one."""
    clobbers = [f"~{{v{vgprs - 1}}}"] + ([f"~{{a{agprs - 1}}}"] if agprs else [])
    text = f'@{name}.lds = internal addrspace(3) global [{lds} x i8] poison, align 4\n' if lds else ""
    text += f'define amdgpu_kernel void @{name}() "amdgpu-flat-work-group-size"="1,{threads}" {{\n'
    text += f'  call void asm sideeffect "", "{",".join(clobbers)}"()\n'
    if lds:
        text += f'  store volatile i8 0, ptr addrspace(3) @{name}.lds\n'
    return text + "  ret void\n}\n"


def cases(chip):
    for threads in THREADS:
        # The file is shared by all waves of the workgroup: more would not compile.
        most = 512 // max(1, threads // 256)
        for vgprs in VGPRS:
            for agprs in [0, 32, 256]:
                if -(-vgprs // 4) * 4 + agprs <= most:
                    yield vgprs, agprs, 0, threads
        for lds in LDS + (LARGE_LDS if chip == "gfx950" else []):
            yield 32, 0, lds, threads


def agrees(chip, lds, waves, here, llvm):
    """LLVM does not count that waves come in whole workgroups, which the units of LDS are, and rounds up."""
    if not lds:
        return here == llvm * 4 // waves * waves / 4
    size, unit = (65536, 512) if chip == "gfx942" else (163840, 1280)
    groups = min(size // (-(-lds // unit) * unit), 32 // waves)
    same = groups == min(size // lds, 32 // waves)
    return here == groups * waves / 4 and (not same or math.ceil(here) == llvm)


def check(chip, targets):
    module = "".join(kernel(f"k{i}", *case) for i, case in enumerate(cases(chip)))
    llc = ["llc", "-mtriple=amdgcn-amd-amdhsa", f"-mcpu={chip}", "-o", "-"]
    assembly = subprocess.run(llc, input=module, text=True, capture_output=True, check=True).stdout
    expected = [int(waves) for waves in re.findall(r"^; Occupancy: (\d+)", assembly, re.MULTILINE)]
    path = f"occupancy-{chip}.s"
    with open(path, "w") as file:
        file.write(assembly)
    inspect = ["kiln", "inspect", path, "--target-dir", targets, "--format", "json"]
    report = json.loads(subprocess.run(inspect, capture_output=True, text=True, check=True).stdout)
    kernels = report["objects"][0]["kernels"]
    assert len(kernels) == len(expected) > 40, (len(kernels), len(expected))
    for found, waves, case in zip(kernels, expected, cases(chip)):
        vgprs, agprs, lds, threads = case
        assert found["notes"] == [], (case, found["notes"])  # metadata and descriptor agree
        assert found["resources"]["agprs"] == agprs and found["resources"]["lds_bytes"] == lds, (case, found["resources"])
        here = found["occupancy"]["waves_per_simd"]
        assert agrees(chip, lds, threads // 64, here, waves), (chip, case, here, waves)
    return len(kernels)


print(sum(check(chip, sys.argv[1]) for chip in ["gfx942", "gfx950"]), "kernels")
