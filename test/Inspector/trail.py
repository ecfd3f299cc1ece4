"""The trail of every schedule of the targets: each instruction of the steady loop has a line of the kernel, a decision
of that schedule and a line at every stage; and keeping the trail changes no instruction.

RUN: %python %s kiln %targets %kernels %t
REQUIRES: compiler
"""
import json
import pathlib
import re
import subprocess
import sys

kiln, targets, kernels, scratch = sys.argv[1:]
pathlib.Path(scratch).mkdir(exist_ok=True)


def run(*arguments):
    return subprocess.run([kiln, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def schedules():
    """Target, kernel, name and parameters of every sequence in the targets' schedule files; of several values the first."""
    for file in sorted(pathlib.Path(targets).glob("*/schedules/*.mlir")):
        head = r'named_sequence @(\w+)\([^)]*\)\s*attributes \{schedule.kernel = "(\w+)"(?:,\s*schedule.sizes = "[^"]*")?(?:,\s*schedule.when = \{([^}]*)\})?'
        for name, kernel, when in re.findall(head, file.read_text()):
            conditions = re.findall(r"(\w+) = \[?([\w.-]+)", when)
            yield file.parent.parent.name, kernel, name, [word for p in conditions for word in ("--param", "=".join(p))]


def data_of(page):
    text = pathlib.Path(page).read_text()
    return json.loads(text.split('id="data">')[1].split("</script>")[0])


def steady_instructions(view):
    """Those of PTX too; its labels are none."""
    steady = view["report"]["steady_loop"]
    blocks = {i for i, block in enumerate(view["report"]["blocks"]) if block["loop"] == steady}
    return [one for one in view["code"] if one["block"] in blocks and not one["text"].endswith(":")]


def moved_by_llvm(instruction):
    """LLVM's sinking moves address arithmetic of PTX into the branch that needs it and takes its place away."""
    return instruction["origin"] < 0 and instruction["text"].split(".")[0] in ("setp", "selp", "add", "shl", "cvt", "mov")


def check_trail(view, name):
    trail = view["trail"]
    kernel_file = pathlib.Path(kernels)
    instructions = steady_instructions(view)
    moved = [one for one in instructions if name.startswith("sm_") and moved_by_llvm(one)]
    assert len(moved) <= len(instructions) // 8, f"{name}: {len(moved)} instructions have no place"
    for instruction in instructions:
        if instruction in moved:
            continue
        what = f"{name}: {instruction['text']}"
        assert instruction["origin"] >= 0, what + " has no origin"
        origin = trail["origins"][instruction["origin"]]
        assert origin["line"] > 0 and kernel_file in pathlib.Path(trail["files"][origin["file"]]["name"]).parents, what
        decided = [trail["decisions"][i] for i in origin["decisions"]]
        assert any(decision["line"] > 0 for decision in decided), what + " was decided by no schedule"
        stages = [stage["name"] for stage in trail["stages"]]
        assert stages == ["kernel", "scheduled", "staged", "lanes", "llvm"], stages
        assert len(origin["lines"]) == 4 and all(origin["lines"]), f"{what} misses a stage: {origin['lines']}"


tried = 0
for target, kernel, schedule, parameters in schedules():
    file = next(f for f in pathlib.Path(kernels).glob("*.mlir") if f"@{kernel}<" in f.read_text() or f"@{kernel}(" in f.read_text())
    common = [file, "--kernel", kernel, "--target", target, "--schedule", "@" + schedule, "--target-dir", targets, *parameters]
    page = f"{scratch}/{target}-{schedule}.html"
    run("inspect", *common, "--format", "html", "-o", page)
    (view,) = data_of(page)["views"]
    assert len(steady_instructions(view)) > 10
    check_trail(view, f"{target} @{schedule}")
    # The same instructions without the trail, and with line tables only.
    plain, lines = f"{scratch}/plain", f"{scratch}/lines"
    run("compile", *common, "--emit", "obj", "-o", plain)
    if view["code"][0]["address"] is not None:
        run("compile", *common, "--emit", "obj", "-g", "-o", lines)
        for code in (plain, lines):
            listing = json.loads(run("inspect", code, "--format", "json", "--listing", "all"))["objects"][0]["kernels"][0]["listing"]
            assert [(one["address"], one["text"]) for one in listing] == [(one["address"], one["text"]) for one in view["code"]]
    tried += 1
assert tried >= 4
print(tried, "schedules")
