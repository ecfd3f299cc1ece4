"""run_tour.py PAGE ROOT BIN: runs the commands of a page's ```console blocks, all in one folder, and checks that each succeeds and that
every line shown under it (indented by two spaces) is part of what it prints.
"""
import os
import re
import subprocess
import sys
import tempfile


def steps(text):
    """(command, lines shown)"""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.strip():
                found[-1][1].append(line.strip())
    return found


def main():
    page, root, tools = sys.argv[1:]
    environment = dict(os.environ, PATH=tools + os.pathsep + os.environ["PATH"])
    with open(page) as file:
        tour = steps(file.read())
    faults = [] if tour else ["the page has no tour"]
    with tempfile.TemporaryDirectory() as folder:
        for name in ["kernels", "targets"]:
            os.symlink(os.path.join(root, name), os.path.join(folder, name))
        for command, shown in tour:
            done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
            if done.returncode != 0:
                faults.append(f"$ {command}\nexit status {done.returncode}\n{done.stdout}")
            faults += [f"$ {command}\ndoes not print: {line}" for line in shown if line not in done.stdout]
    print("\n".join(faults) or f"{len(tour)} commands run as shown")
    sys.exit(bool(faults))


main()
