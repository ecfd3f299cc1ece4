"""clang-offload-bundler's output without clang-offload-bundler: pack_offload.py OUT TARGET=CODEOBJECT... (ClangOffloadBundler.rst)."""
import struct
import sys

entries = [("host-x86_64-unknown-linux-gnu-", b"")]
for argument in sys.argv[2:]:
    target, path = argument.split("=")
    with open(path, "rb") as stream:
        entries.append(("hipv4-amdgcn-amd-amdhsa--" + target, stream.read()))
header = b"__CLANG_OFFLOAD_BUNDLE__" + struct.pack("<Q", len(entries))
size = len(header) + sum(24 + len(name) for name, _ in entries)
contents = b""
for name, code in entries:
    start = (size + len(contents) + 4095) // 4096 * 4096
    contents = contents.ljust(start - size, b"\0") + code
    header += struct.pack("<QQQ", start, len(code), len(name)) + name.encode()
with open(sys.argv[1], "wb") as stream:
    stream.write(header + contents)
