# The JSON is what docs/inspect.schema.json says, and no more.
# REQUIRES: compiler
# RUN: %python %s %root %targets %kernels
import json
import os
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("no jsonschema")
    sys.exit(0)

ROOT, TARGETS, KERNELS = sys.argv[1:4]
with open(os.path.join(ROOT, "docs/inspect.schema.json")) as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)


def check(*arguments):
    command = ["kiln", "inspect", *arguments, "--target-dir", TARGETS, "--format", "json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for error in validator.iter_errors(report):
        sys.exit(f"{arguments}: {list(error.absolute_path)}: {error.message[:300]}")
    return report


launch = {"kernel": "softmax", "args": [{"random": "f32[3,100]", "seed": 1}, {"zeros": "f32[3,100]"}]}
with open("softmax.launch.json", "w") as file:
    json.dump(launch, file)
matmul, softmax = os.path.join(KERNELS, "matmul.mlir"), os.path.join(KERNELS, "softmax.mlir")
check(matmul, "--target", "gfx950", "--param", "Align=16", "--chip", "MI355X", "--listing", "all")
check(softmax, "--target", "gfx942", "--param", "T=f32", "--dynamic", "--launch", "softmax.launch.json")
check(matmul, "--target", "sm_90a", "--listing", "steady")
check(os.path.join(ROOT, "test/Inspector/inspect.s"), "--listing", "steady")
bundle = ["kiln", "compile", softmax, "--target", "gfx942,gfx950,sm_90a", "--target-dir", TARGETS, "--emit", "bundle"]
subprocess.run(bundle + ["-o", "softmax.kiln"], check=True)
objects = check("softmax.kiln")["objects"]
assert sorted(one["chip"] for one in objects) == ["gfx942", "gfx950", "sm_90a"], [one["chip"] for one in objects]
assert [one["chip"] for one in check("softmax.kiln", "--target", "gfx942")["objects"]] == ["gfx942"]
# The schema notices what it does not know.
report = check(softmax, "--target", "gfx950")
report["objects"][0]["kernels"][0]["surprise"] = 1
assert list(validator.iter_errors(report))
