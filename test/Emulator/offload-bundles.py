# Clang's offload bundles, plain and compressed, in kiln run, kiln inspect and hipModuleLoad: the code object for the GPU that is
# asked for, and one error where there is none or the bundle is damaged.
# REQUIRES: kiln
# RUN: %python %s %root/unittests %t.dir %build/lib/hip-on-emulator/libamdhip64.so
import ctypes
import json
import os
import re
import struct
import subprocess
import sys
import zlib

UNITTESTS, WORK, HIP = sys.argv[1:4]
os.makedirs(WORK, exist_ok=True)
os.chdir(WORK)
CHIPS = ("gfx942", "gfx950", "gfx90a")


def compressed(plain, version):
    """CCOB by clang/docs/ClangOffloadBundler.rst; method 0 is zlib."""
    data = zlib.compress(plain)
    sizes = {1: "<I", 2: "<II", 3: "<QQ"}[version]
    size = 8 + struct.calcsize(sizes) + 8 + len(data)
    both = [size, len(plain)] if version > 1 else [len(plain)]
    return b"CCOB" + struct.pack("<HH", version, 0) + struct.pack(sizes, *both) + bytes(8) + data


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)
    return path


def bundle(path, *entries):
    subprocess.run([sys.executable, f"{UNITTESTS}/Runtime/pack_offload.py", path, *entries], check=True)
    with open(path, "rb") as file:
        return file.read()


def patched(plain, at, value):
    return plain[:at] + struct.pack("<Q", value) + plain[at + 8:]


for chip in CHIPS:
    subprocess.run(["clang", "-x", "cl", "-target", "amdgcn-amd-amdhsa", f"-mcpu={chip}", "-nogpulib", "-O2", "-w",
                    f"{UNITTESTS}/Emulator/Kernels/vector-add.cl", "-o", f"{chip}.co"], check=True)
one = bundle("one.hsaco", "gfx90a=gfx90a.co", "gfx950:sramecc+:xnack-=gfx950.co")
both = bundle("both.hsaco", "gfx942=gfx942.co", "gfx950:xnack-=gfx950.co", "gfx950:xnack+=gfx942.co")
other = bundle("other.hsaco", "gfx90a=gfx90a.co")
for version in (1, 2, 3):
    write(f"both-{version}.hsaco", compressed(both, version))


def kiln(command, file, *arguments):
    launch = ["--grid", "1", "--block", "64", "--arg", "zeros:f32[64]", "--arg", "zeros:f32[64]", "--arg", "zeros:f32[64]", "--arg", "i32:64"]
    return subprocess.run(["kiln", command, file, *arguments, *launch * (command == "run")], capture_output=True, text=True)


def check(what, holds, found=""):
    if not holds:
        wrong.append(f"{what}: {found}")


def runs(file, chip, *arguments):
    done = kiln("run", file, *arguments, "--json")
    check(f"run {file} {arguments}", done.returncode == 0 and json.loads(done.stdout)["device"] == chip, done)


def refused(command, file, pattern, *arguments):
    done = kiln(command, file, *arguments)
    lines = done.stderr.splitlines()
    check(f"{command} {file} {arguments}", done.returncode == 1 and len(lines) == 1 and re.fullmatch("error: " + re.escape(file) + ": " + pattern, lines[0]), done)


wrong = []
runs("one.hsaco", "gfx950")
for file in ("both.hsaco", "both-1.hsaco", "both-2.hsaco", "both-3.hsaco"):
    for chip in ("gfx942", "gfx950"):
        runs(file, chip, "--device", f"emulator:{chip}")
    refused("run", file, r"an offload bundle for several GPUs: name one, as in --device emulator:gfx942")
    done = kiln("inspect", file, "--format", "json", "--target", "gfx942")
    check(f"inspect {file}", done.returncode == 0 and [each["chip"] for each in json.loads(done.stdout)["objects"]] == ["gfx942"], done)
done = kiln("inspect", "one.hsaco", "--format", "json")
check("inspect one.hsaco", done.returncode == 0 and [each["chip"] for each in json.loads(done.stdout)["objects"]] == ["gfx90a", "gfx950"], done)
# The host's part may hold a host's object.
write("host.hsaco", one.replace(b"hipv4-amdgcn-amd-amdhsa--gfx90a", b"host-x86_64-unknown-linux-musl-"))
runs("host.hsaco", "gfx950")
done = kiln("inspect", "host.hsaco", "--format", "json")
check("inspect host.hsaco", done.returncode == 0 and [each["chip"] for each in json.loads(done.stdout)["objects"]] == ["gfx950"], done)
there = r"it has host-x86_64-unknown-linux-gnu-, hipv4-amdgcn-amd-amdhsa--gfx90a"
refused("run", "other.hsaco", "the offload bundle has no code for gfx942 or gfx950: " + there)
refused("run", "other.hsaco", "the offload bundle has no code for gfx942: " + there, "--device", "emulator:gfx942")
refused("inspect", "other.hsaco", "offload bundle: no code for 'gfx942': " + there, "--target", "gfx942")

# A HIP program has its bundle in a section.
with open("program.c", "w") as file:
    file.write('__asm__(".section .hip_fatbin, \\"a\\"\\n.incbin \\"one.hsaco\\"");')
subprocess.run(["clang", "-target", "x86_64-linux-gnu", "-c", "program.c", "-o", "program.o"], check=True)
refused("run", "program.o", r".*'llvm-objcopy -O binary -j .hip_fatbin FILE OUT' takes out")
subprocess.run(["llvm-objcopy", "-O", "binary", "-j", ".hip_fatbin", "program.o", "taken.hsaco"], check=True)
runs("taken.hsaco", "gfx950")

# Damaged headers: the count, then offset, size and length of the first id.
damage = {"short.hsaco": one[:40], "count.hsaco": patched(one, 24, 1 << 60), "offset.hsaco": patched(one, 32, 1 << 40),
          "size.hsaco": patched(one, 40, (1 << 64) - 1), "length.hsaco": patched(one, 48, (1 << 64) - 1),
          "cut.hsaco": compressed(one, 3)[:-100], "large.hsaco": patched(compressed(one, 3), 16, 1 << 50),
          "noise.hsaco": compressed(one, 3)[:32] + bytes(200), "method.hsaco": b"CCOB\3\0\7\0" + compressed(one, 3)[8:],
          "words.hsaco": compressed(b"these are words", 3)}
for file, content in damage.items():
    refused("run", write(file, content), "damaged offload bundle: .*")
    refused("inspect", file, ".*")

# HIP gets a pointer and no size.
hip = ctypes.CDLL(HIP) # of a gfx950
module = ctypes.c_void_p()
NOTHING_FOR_GPU, INVALID_IMAGE = 209, 200
for image, status in ((both, 0), (compressed(both, 2), 0), (compressed(both, 3), 0), (open("gfx950.co", "rb").read(), 0), (other, NOTHING_FOR_GPU),
                      (open("gfx942.co", "rb").read(), NOTHING_FOR_GPU), (compressed(both, 1), INVALID_IMAGE), (b"these are words" + bytes(64), INVALID_IMAGE),
                      (damage["count.hsaco"], INVALID_IMAGE), (damage["size.hsaco"], INVALID_IMAGE), (damage["length.hsaco"], INVALID_IMAGE)):
    found = hip.hipModuleLoadData(ctypes.byref(module), image)
    check(f"hipModuleLoadData {image[:24]}", found == status, f"{found}, expected {status}")
for file, status in (("both-1.hsaco", 0), ("both.hsaco", 0), ("short.hsaco", INVALID_IMAGE), ("offset.hsaco", INVALID_IMAGE)):
    found = hip.hipModuleLoad(ctypes.byref(module), file.encode())
    check(f"hipModuleLoad {file}", found == status, f"{found}, expected {status}")
sys.exit("\n".join(wrong) or 0)
