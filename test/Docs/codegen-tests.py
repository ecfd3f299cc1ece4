# The example of docs/codegen-tests.md works as it stands there, outside this tree.
# REQUIRES: compiler
# RUN: %python %s %root/docs/codegen-tests.md %build/bin %t
import os
import pathlib
import re
import shutil
import subprocess
import sys

page, tools, folder = sys.argv[1:]
test, config = re.findall(r"^```(?:python)?\n(.*?)^```", pathlib.Path(page).read_text(), re.M | re.S)[:2]
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
pathlib.Path(folder, "matmul.test").write_text(test)
pathlib.Path(folder, "lit.cfg.py").write_text(config)
environment = dict(os.environ, PATH=tools + os.pathsep + os.environ["PATH"])
lit = [sys.executable, "/usr/lib/llvm-22/bin/lit", "-v"]
done = subprocess.run([*lit, folder], env=environment, capture_output=True, text=True)
if done.returncode != 0 or not re.search(r"Passed *: 1 ", done.stdout):
    sys.exit(done.stdout + done.stderr)
# It is a test: another instruction in its place fails.
pathlib.Path(folder, "matmul.test").write_text(test.replace("v_mfma_f32_16x16x32_f16", "v_mfma_f32_32x32x16_f16"))
if subprocess.run([*lit, folder], env=environment, capture_output=True).returncode != 1:
    sys.exit("the test passes with another instruction")
