"""check_docs.py FILE.td INCLUDE...: every op, type and attribute of a dialect has a summary and a description; every op
has an example; every example parses and verifies."""
import json
import re
import subprocess
import sys

FENCE = re.compile(r"```mlir\n(.*?)```", re.S)


def parses(text):
    done = subprocess.run(["kiln-opt", "--allow-unregistered-dialect"], input=text, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr


def programs(kind, example):
    """An op's example is a program; a type's or an attribute's has one of them per line."""
    if kind == "Op":
        return [example]
    lines = [line.strip() for line in example.splitlines() if line.strip()]
    form = '"test.op"() : () -> ({})' if kind == "TypeDef" else '"test.op"() {{a = {}}} : () -> ()'
    return [form.format(line) for line in lines]


def check(kind, name, record):
    faults = []
    if not record["summary"].strip():
        faults.append("no summary")
    description = record["description"] or ""
    if not description.strip():
        faults.append("no description")
    examples = FENCE.findall(description)
    if kind == "Op" and not examples:
        faults.append("no example")
    for example in examples:
        for program in programs(kind, example):
            if error := parses(program):
                faults.append(f"an example does not parse:\n{error}")
    return [f"{name}: {fault}" for fault in faults]


def main():
    td, *includes = sys.argv[1:]
    command = ["llvm-tblgen", "--dump-json", td] + [f"-I{include}" for include in includes]
    records = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    here = re.compile(r"^\s*(?:def|defm)\s+(\w+)", re.M)
    with open(td) as file:
        defined = set(here.findall(file.read()))
    faults, count = [], 0
    for kind in ["Op", "TypeDef", "AttrDef"]:
        for name in records["!instanceof"].get(kind, []):
            if name in defined:
                count += 1
                faults += check(kind, name, records[name])
    print("\n".join(faults) or f"{count} definitions are documented")
    sys.exit(bool(faults) or count == 0)


main()
