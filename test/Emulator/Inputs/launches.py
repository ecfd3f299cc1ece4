"""Launches kernels of a code object under the emulator with its observers, and compares buffers with what NumPy says."""
import dataclasses
import json
import os
import subprocess

import numpy as np

# Orders of waves and times of memory: good code computes the same in all of them.
EXECUTIONS = ([], ["--policy", "one-ahead", "--memory-timing", "at-wait"], ["--policy", "random", "--memory-timing", "random", "--seed", "11"])


@dataclasses.dataclass
class Case:
    kernel: str
    arguments: list  # arrays are passed by pointer and come back, NumPy scalars by value
    expected: dict   # argument: what agrees() takes
    grid: int = 1
    block: int = 64
    dynamic_lds: int = 0
    findings: tuple = ()  # kinds that the observers are to report


def words(shape, seed):
    return np.random.default_rng(seed).integers(1, 1 << 32, shape, dtype=np.uint32)


def zeros(*shape):
    return np.zeros(shape, np.uint32)


def described(work, number, argument):
    if not isinstance(argument, np.ndarray):
        return {argument.dtype.name.replace("uint", "u").replace("int", "i").replace("float", "f"): argument.item()}
    np.save(f"{work}/{number}.npy", argument)
    return {"npy": f"{number}.npy", "save": f"{number}.out.npy"}


def faults(work, code, chip, case, options=()):
    """Lines that say what is wrong."""
    os.makedirs(work, exist_ok=True)
    launch = {"kernel": case.kernel, "grid": [case.grid], "block": [case.block], "dynamic_lds": case.dynamic_lds,
              "args": [described(work, *item) for item in enumerate(case.arguments)]}
    with open(f"{work}/launch.json", "w") as file:
        json.dump(launch, file)
    command = ["kiln", "run", code, "--device", f"emulator:{chip}", "--launch", f"{work}/launch.json", "--json", "--budget", "20000000", *options]
    run = subprocess.run(command, capture_output=True, text=True)
    where = f"{os.path.basename(code)} {case.kernel} {' '.join(options)}: "
    if run.returncode not in (0, 1) or not run.stdout:
        return [f"{where}exit {run.returncode} {run.stderr}"]
    result = json.loads(run.stdout)
    if result["status"] == "error":
        return [where + json.dumps(result)[:500]]
    wrong = [where + finding["message"] + " at " + finding["disassembly"] for finding in result["findings"] if finding["kind"] not in case.findings]
    for number, expected in case.expected.items():
        found = np.load(f"{work}/{number}.out.npy")
        same = agrees(expected, found)
        if not same.all():
            place = tuple(int(i) for i in np.argwhere(~same)[0])
            wrong.append(f"{where}argument {number} is wrong at {place} ({(~same).sum()} times): found {found[place]}")
    return wrong


def agrees(expected, found):
    """Expected: the values; these and an allowed error; or an object that can tell."""
    if hasattr(expected, "same"):
        return expected.same(found)
    values, allowed = expected if isinstance(expected, tuple) else (expected, 0)
    return np.abs(found.astype(np.float64) - values) <= allowed if allowed else found == np.asarray(values)
