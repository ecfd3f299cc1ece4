"""The launches of foreign.cl: small, and such that every wave of a workgroup has something to do."""
import json
import pathlib
import subprocess


def buffer(kind, seed=1):
    return {"random": kind, "seed": seed}


def zeros(kind):
    return {"zeros": kind}


def i32(value):
    return {"i32": value}


# Name: workgroups, arguments.
LAUNCHES = {
    "gemm": (2, [buffer("f16[64,48]"), buffer("f16[128,48]", 2), zeros("f32[64,128]"), i32(128), i32(48)]),
    "attention": (2, [buffer("f16[8,256]"), buffer("f16[48,16]", 2), buffer("f16[48,16]", 3), zeros("f32[8,256]"), i32(48)]),
    "scan": (2, [buffer("u32[512]"), zeros("u32[512]")]),
    "bitonic_sort": (2, [buffer("u32[1024]")]),
    "histogram": (2, [buffer("u32[2000]"), zeros("u32[256]"), i32(2000)]),
    "layer_norm": (3, [buffer("f32[3,700]"), zeros("f32[3,700]"), i32(700)]),
    "transpose": (4, [buffer("u32[32,32]"), zeros("u32[32,32]"), i32(32)]),
    "top4": (2, [buffer("u32[20,512]"), zeros("u32[4,512]"), i32(20)]),
    "permute": (2, [buffer("u32[128]"), zeros("u32[512]")]),
    "calls": (2, [buffer("u32[512]"), zeros("u32[512]")]),
    "early_return": (2, [buffer("u32[500]"), zeros("u32[500]"), i32(500)]),
    "split_k": (2, [buffer("f32[3000]"), zeros("f32[64]"), i32(3000)]),
    "doubles": (2, [buffer("f64[512]"), zeros("f64[512]")]),
    "int8_dot": (2, [buffer("i32[5,256]"), buffer("i32[5,256]", 2), zeros("i32[512]"), i32(5)]),
    "dpp_sum": (2, [buffer("f32[512]"), zeros("f32[512]")]),
    "compact": (2, [buffer("u32[512]"), zeros("u32[512]"), zeros("u32[1]")]),
    "padded": (2, [buffer("i32[512]"), zeros("u8[512,48]")]),
    "elements": (2, [buffer("u8[2048]"), zeros("u8[2048]"), zeros("f16[1024]")]),
    "lds_dma": (2, [buffer("u32[6,256]"), zeros("u32[512]"), i32(6)]),
}


def compile(work, chip, level):
    """foreign.cl for a chip, with line tables."""
    code = pathlib.Path(work) / f"foreign-{chip}-O{level}.co"
    source = pathlib.Path(__file__).with_name("foreign.cl")
    subprocess.run(["clang", "-x", "cl", "-target", "amdgcn-amd-amdhsa", f"-mcpu={chip}", "-nogpulib", f"-O{level}", "-g",
                    "-w", source, "-o", code], check=True)
    return code


def launch(work, kernel):
    """The launch file of a kernel."""
    groups, arguments = LAUNCHES[kernel]
    file = pathlib.Path(work) / f"{kernel}.json"
    file.write_text(json.dumps({"kernel": kernel, "grid": [groups], "block": [256], "args": arguments}))
    return file
