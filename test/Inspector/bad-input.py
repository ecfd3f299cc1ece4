# What is no code, or only a part of it: one error that says what is wrong, or a report that says what is missing.
# REQUIRES: compiler
# RUN: %python %s %targets %kernels
import json
import os
import subprocess
import sys

TARGETS, KERNELS = sys.argv[1:3]


def kiln(*arguments):
    return subprocess.run(["kiln", *arguments], capture_output=True, text=True)


def refused(path, expected, *more):
    done = kiln("inspect", path, "--target-dir", TARGETS, *more)
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 1 and done.stdout == "", (path, done)
    assert len(lines) == 1 and lines[0].startswith("error: ") and expected in lines[0], (path, lines)


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)
    return path


def report(path, *more):
    done = kiln("inspect", path, "--target-dir", TARGETS, "--format", "json", *more)
    assert done.returncode == 0 and done.stderr == "", (path, done.stderr)
    return json.loads(done.stdout)["objects"][0]["kernels"][0]


compiled = kiln("compile", os.path.join(KERNELS, "softmax.mlir"), "--target", "gfx950", "--target-dir", TARGETS,
                "--emit", "obj", "-o", "softmax.co")
assert compiled.returncode == 0, compiled.stderr
whole = open("softmax.co", "rb").read()

refused("nowhere.co", "cannot read 'nowhere.co'")
refused(write("empty.co", b""), "the file is empty")
refused(write("words.co", b"these are words\n"), "neither a code object nor PTX")
refused(write("truncated.co", whole[:1000]), "truncated.co: ")
refused(write("header.co", whole[:20]), "header.co: ")
refused(sys.executable, "not an AMD code object")
refused(write("bundle.o", b"__CLANG_OFFLOAD_BUNDLE__" + bytes(64)), "offload bundle: no code: it has none")
refused(write("damaged.kiln", b"PK\x03\x04" + bytes(60)), "damaged.kiln: ")
refused("softmax.co", "the object has no kernel 'other'", "--kernel", "other")
refused(write("plain.s", b"s_endpgm\n"), "for which processor?")
refused(write("wrong.s", b'.amdgcn_target "amdgcn-amd-amdhsa--gfx950"\n  v_frobnicate v0\n'), "wrong.s:2:3: invalid instruction")
refused(write("quote.s", b'.amdgcn_target "amdgcn-amd-amdhsa--gfx950"\n  .ascii "x\n'), "quote.s:2: a string is not closed")
refused(write("nobody.s", b'.amdgcn_target "amdgcn-amd-amdhsa--gfx123456"\n'), "LLVM knows no processor 'gfx123456'")
refused(write("metadata.s", b'.amdgcn_target "amdgcn-amd-amdhsa--gfx950"\n.amdgpu_metadata\n{\n.end_amdgpu_metadata\n'),
        "metadata.s: the metadata between .amdgpu_metadata and .end_amdgpu_metadata are no YAML")

# Without symbols of the static table the loader's are left; the kernel is all there.
subprocess.run(["llvm-strip", "--strip-all", "softmax.co", "-o", "stripped.co"], check=True)
assert report("stripped.co") == report("softmax.co")
# Without the metadata note, the kernel descriptor says the rest.
subprocess.run(["llvm-objcopy", "--remove-section=.note", "softmax.co", "bare.co"], check=True)
bare, full = report("bare.co"), report("softmax.co")
assert bare["resources"] is None and bare["occupancy"] is None
assert bare["descriptor"]["lds_bytes"] == full["resources"]["lds_bytes"]
assert bare["descriptor"]["scratch_bytes"] == full["resources"]["scratch_bytes"]
assert 0 <= bare["descriptor"]["vgprs_allocated"] - full["resources"]["vgprs"] < 8
assert any("occupancy are unknown" in note for note in bare["notes"]), bare["notes"]
assert bare["loops"] and [loop["instructions"] for loop in bare["loops"]] == [loop["instructions"] for loop in full["loops"]]
# A damaged note is said; the code is shown all the same.
note = whole.find(b"amdhsa.kernels")
damaged = report(write("note.co", whole[:note - 1] + b"\xc1" + whole[note:]))
assert any("metadata note is damaged" in line for line in damaged["notes"]), damaged["notes"]
assert damaged["whole"]["instructions"] == full["whole"]["instructions"]

assert kiln("inspect", "softmax.co", "--dynamic").returncode == 2
assert kiln("inspect", "softmax.co", "--format", "xml").returncode == 2
refused("softmax.co", "nowhere.json", "--dynamic", "--launch", "nowhere.json")
