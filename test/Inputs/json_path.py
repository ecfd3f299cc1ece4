"""json_path.py PATH...: the values at paths such as `kernels.0.name` of the JSON on the standard input, as a JSON list."""
import json
import sys

document = json.load(sys.stdin)
found = []
for path in sys.argv[1:]:
    value = document
    for step in path.split("."):
        value = value[int(step) if isinstance(value, list) else step]
    found.append(value)
print(json.dumps(found))
