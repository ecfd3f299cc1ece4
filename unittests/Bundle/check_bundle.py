"""Opens a bundle as any program would, and checks it against the published schema: check_bundle.py WRITER SCHEMA."""
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile

import jsonschema

writer, schema = sys.argv[1:]
with tempfile.NamedTemporaryFile(suffix=".kiln") as file:
    subprocess.run([writer, file.name], check=True)
    archive = zipfile.ZipFile(file.name)
    assert archive.testzip() is None, "a CRC is wrong"
    text = archive.read("manifest.json")
    manifest = json.loads(text)
    assert archive.comment == b"kiln-bundle sha256=" + hashlib.sha256(text).hexdigest().encode()
    assert sorted(archive.namelist()) == sorted(["manifest.json", *manifest["files"]])
    for path, facts in manifest["files"].items():
        assert facts == {"bytes": len(archive.read(path)), "sha256": hashlib.sha256(archive.read(path)).hexdigest()}, path
    with open(schema) as stream:
        validator = jsonschema.Draft202012Validator(json.load(stream))
    validator.check_schema(validator.schema)
    validator.validate(manifest)
    for damage in ({"format": "zip"}, {"version": [2, 0]}, {"kernels": [{}]}, {"files": {"x": {}}}):
        assert not validator.is_valid({**manifest, **damage}), damage
