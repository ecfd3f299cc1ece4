"""Makes a new machine of an old one's folder: `own_machine.py FROM TO`."""
import pathlib
import re
import shutil
import sys

source, folder = map(pathlib.Path, sys.argv[1:])
shutil.copytree(source, folder)
changes = {"bytes = 166912": "bytes = 83456", "default_waves = 4": "default_waves = 2"}
for path in folder.glob("*.mlir"):
    text = path.read_text().replace("@" + source.name, "@" + folder.name)
    # All instructions with bf16 that are 16 deep.
    text = re.sub(r"  target\.mma @mma_m16n8k16_f32_bf16 .*?\n  }\n", "", text, flags=re.S)
    for old, new in list(changes.items()):
        if old in text:
            text = text.replace(old, new)
            del changes[old]
    path.write_text(text)
sys.exit(f"not found: {list(changes)}" if changes else 0)
