# Loads and stores of every width on every path to memory: what comes where in the register, what stays of it, what is written.
# REQUIRES: kiln-run, numpy
# RUN: %python %s %S/Inputs %t.dir
import sys

sys.path.insert(0, sys.argv[1])
import numpy as np
from instructions import Batch, expand, integers

W = np.uint64
PATHS = ("flat", "global", "scratch", "buffer")
# name: bytes, signed, and which part of the register: whole, or a half of it that leaves the other alone
NARROW = {"ubyte": (1, False, "whole"), "sbyte": (1, True, "whole"), "ushort": (2, False, "whole"), "sshort": (2, True, "whole"),
          "ubyte_d16": (1, False, "low"), "ubyte_d16_hi": (1, False, "high"), "sbyte_d16": (1, True, "low"), "sbyte_d16_hi": (1, True, "high"),
          "short_d16": (2, False, "low"), "short_d16_hi": (2, False, "high")}
WIDE = {"dword": 1, "dwordx2": 2, "dwordx3": 3, "dwordx4": 4}
STORES = {"byte": (1, 0), "byte_d16_hi": (1, 16), "short": (2, 0), "short_d16_hi": (2, 16), "dword": (4, 0), "dwordx2": (8, 0), "dwordx3": (12, 0), "dwordx4": (16, 0)}
LDS_NARROW = {"u8": "ubyte", "i8": "sbyte", "u16": "ushort", "i16": "sshort", "u8_d16": "ubyte_d16", "u8_d16_hi": "ubyte_d16_hi", "i8_d16": "sbyte_d16",
              "i8_d16_hi": "sbyte_d16_hi", "u16_d16": "short_d16", "u16_d16_hi": "short_d16_hi"}
LDS_WIDE = {"b32": 1, "b64": 2, "b96": 3, "b128": 4}
LDS_STORES = {"b8": (1, 0), "b8_d16_hi": (1, 16), "b16": (2, 0), "b16_d16_hi": (2, 16), "b32": (4, 0), "b64": (8, 0), "b96": (12, 0), "b128": (16, 0)}
NAMED = (expand("{flat,global,scratch,buffer}_load_{ubyte,sbyte,ushort,sshort,ubyte_d16,ubyte_d16_hi,sbyte_d16,sbyte_d16_hi,short_d16,short_d16_hi,dword,dwordx2,dwordx3,dwordx4}")
         + expand("{flat,global,scratch,buffer}_store_{byte,byte_d16_hi,short,short_d16_hi,dword,dwordx2,dwordx3,dwordx4}")
         + expand("ds_read_{u8,i8,u16,i16,u8_d16,u8_d16_hi,i8_d16,i8_d16_hi,u16_d16,u16_d16_hi,b32,b64,b96,b128}")
         + expand("ds_write_{b8,b8_d16_hi,b16,b16_d16_hi,b32,b64,b96,b128}"))

# v22 = 32 * lane: a lane's slot, whose address is v[20:21] and whose first 32 bytes are A, B, C, D.
SETUP = """v_lshlrev_b32 v22, 5, v0
  v_mov_b32 v20, s4
  v_mov_b32 v21, s5
  v_add_co_u32 v20, vcc, v20, v22
  v_addc_co_u32 v21, vcc, 0, v21, vcc
  s_mov_b32 s28, s4
  s_mov_b32 s29, s5
  s_movk_i32 s30, 0x800
  s_mov_b32 s31, 0x20000
  s_add_u32 s26, s4, 0x100
  s_addc_u32 s27, s5, 0
  v_mov_b32 v23, 16
"""
FILL = {"ds": "ds_write_b64 v22, {0} offset:{1}", "scratch": "scratch_store_dwordx2 off, {0}, off offset:{1}"}
FILL_GLOBAL = "global_store_dwordx2 v22, {0}, s[4:5] offset:{1}"
WAIT = "s_waitcnt vmcnt(0) lgkmcnt(0)"


def load(path, name, register, offset):
    if path == "ds":
        return f"ds_read_{name} {register}, v22 offset:{offset}"
    return {"flat": f"flat_load_{name} {register}, v[20:21] offset:{offset}", "global": f"global_load_{name} {register}, v22, s[26:27] offset:{offset - 256}",
            "scratch": f"scratch_load_{name} {register}, v23, off offset:{offset - 16}", "buffer": f"buffer_load_{name} {register}, v22, s[28:31], 0 offen offset:{offset}"}[path]


def store(path, name, register, offset):
    if path == "ds":
        return f"ds_write_{name} v22, {register} offset:{offset}"
    return {"flat": f"flat_store_{name} v[20:21], {register} offset:{offset}", "global": f"global_store_{name} v22, {register}, s[26:27] offset:{offset - 256}",
            "scratch": f"scratch_store_{name} v23, {register}, off offset:{offset - 16}", "buffer": f"buffer_store_{name} {register}, v22, s[28:31], 0 offen offset:{offset}"}[path]


class Memory:
    def __init__(self, batch):
        self.batch = batch
        self.bytes = np.stack([word for word in batch.inputs], axis=-1).view(np.uint8)  # rows, lanes, 32

    def prepare(self, path):
        fill = FILL.get(path, FILL_GLOBAL)
        return SETUP + "".join("  " + fill.format(f"v[{2 + 2 * i}:{3 + 2 * i}]", 8 * i) + "\n" for i in range(4)) + f"  {WAIT}\n  "

    def word(self, memory, offset, size):
        part = np.zeros(memory.shape[:2] + (8,), np.uint8)
        part[..., :size] = memory[..., offset:offset + size]
        return part.view(W)[..., 0]

    def loads(self, path, narrow, wide, prefix):
        for name, kind in narrow.items():
            size, is_signed, part = NARROW[kind]
            for offset in (0, size * 3, 21 - 21 % size):
                value = self.word(self.bytes, offset, size)
                if is_signed:
                    value = (value ^ W(1 << (8 * size - 1))) - W(1 << (8 * size - 1))
                old = self.batch.inputs[3]
                whole = {"whole": value & W(0xFFFFFFFF), "low": value & W(0xFFFF), "high": (value & W(0xFFFF)) << W(16)}[part]
                self.batch.add(prefix + name, self.prepare(path) + load(path, name, "v10", offset) + f"\n  {WAIT}", whole | old & W(0xFFFFFFFF00000000))
        for name, dwords in wide.items():
            register = "v30" if dwords == 1 else f"v[30:{29 + dwords}]"
            for first in range(0, dwords, 2):
                text = self.prepare(path) + load(path, name, register, 8) + f"\n  {WAIT}\n  v_mov_b32 v10, v{30 + first}\n  v_mov_b32 v11, " + (f"v{31 + first}" if first + 1 < dwords else "0")
                self.batch.add(prefix + name, text, self.word(self.bytes, 8 + 4 * first, min(8, 4 * (dwords - first))))

    def stores(self, path, names, prefix):
        for name, (size, shift) in names.items():
            dwords = (size + 3) // 4
            register = "v6" if dwords == 1 else f"v[6:{5 + dwords}]"  # C, then D
            for offset in (4, 4 + min(size, 4)):
                memory = self.bytes.copy()
                memory[..., offset:offset + size] = np.roll(self.bytes, -(16 + shift // 8), axis=-1)[..., :size]
                for half in (0, 8, 16):
                    text = self.prepare(path) + store(path, name, register, offset) + f"\n  {WAIT}\n  " + load(path, "b64" if path == "ds" else "dwordx2", "v[10:11]", half) + f"\n  {WAIT}"
                    self.batch.add(prefix + name, text, self.word(memory, half, 8))


wrong, names = [], set()
for chip in ("gfx942", "gfx950"):
    batch = Batch(chip, integers(np.random.default_rng(17), 4))
    memory = Memory(batch)
    for path in PATHS:
        memory.loads(path, {name: name for name in NARROW}, WIDE, f"{path}_load_")
        memory.stores(path, STORES, f"{path}_store_")
    memory.loads("ds", LDS_NARROW, LDS_WIDE, "ds_read_")
    memory.stores("ds", LDS_STORES, "ds_write_")
    names |= {case[0] for case in batch.cases}
    wrong += batch.run(f"{sys.argv[2]}/{chip}")
wrong += [f"no case of {name}" for name in NAMED if name not in names]
sys.exit("\n".join(wrong) or 0)
