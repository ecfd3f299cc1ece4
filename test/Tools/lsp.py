# The language server answers `initialize` and reports an error in a kernel at its line.
# REQUIRES: kiln-lsp-server
# RUN: %python %s | FileCheck %s
import json
import subprocess

# CHECK: hover: True
# CHECK: clean.mlir: []
# CHECK: broken.mlir: line 1: 'kernel.dim' op expects a dimension
CLEAN = """kernel.func @copy(%a: !kernel.tensor<[?], f32>) {
  kernel.return
}
"""
BROKEN = """kernel.func @copy(%a: !kernel.tensor<[?], f32>) {
  %size = kernel.dim %a, 5 : !kernel.tensor<[?], f32>
  kernel.return
}
"""

server = subprocess.Popen(["kiln-lsp-server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def send(method, params, number=None):
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    if number is not None:
        message["id"] = number
    body = json.dumps(message).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    server.stdin.flush()


def receive():
    length = 0
    while line := server.stdout.readline().strip():
        if line.startswith(b"Content-Length:"):
            length = int(line.split(b":")[1])
    return json.loads(server.stdout.read(length))


def diagnostics(name, text):
    document = {"uri": f"file:///{name}", "languageId": "mlir", "version": 1, "text": text}
    send("textDocument/didOpen", {"textDocument": document})
    while (answer := receive()).get("method") != "textDocument/publishDiagnostics":
        pass
    return answer["params"]["diagnostics"]


send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
print("hover:", receive()["result"]["capabilities"]["hoverProvider"])
send("initialized", {})
print("clean.mlir:", diagnostics("clean.mlir", CLEAN))
for found in diagnostics("broken.mlir", BROKEN):
    print(f"broken.mlir: line {found['range']['start']['line']}: {found['message']}")
send("shutdown", None, 2)
send("exit", None)
server.wait()
