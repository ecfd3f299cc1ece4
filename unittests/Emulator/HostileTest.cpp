// Code objects that mean harm: no address, index or size that a guest chooses reaches memory of the host that
// was not given to it, and no store changes code or constants.
#include "MemorySnippet.h"
#include "kiln/Emulator/Emulator.h"
#include "kiln/Emulator/Observers.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace kiln::emulator;

namespace {

constexpr uint32_t Secret = 0x5EC2E75E;

/// A wave whose s[8:9] is the host address of a secret, s[12:15] a descriptor of it, and v[8:9] its address
/// again. v20 to v23 and s[20:23] are what loads may fill.
struct Hostile : MemorySnippet {
  explicit Hostile(Chip chip = Chip::Gfx950) : MemorySnippet(chip), secret(4096, Secret) {
    auto address = reinterpret_cast<uint64_t>(secret.data());
    wave().setPair(8, address);
    wave().setPair(12, address);
    s(14) = 16384, s(15) = 0x20000;
    fillPair(8, address);
    for (unsigned i = 20; i < 24; ++i)
      fill(i, 0), s(i) = 0;
  }
  bool leaks() {
    bool found = false;
    for (unsigned i = 20; i < 24; ++i) {
      found |= s(i) == Secret;
      for (unsigned lane = 0; lane < Lanes; ++lane)
        found |= v(i, lane) == Secret;
    }
    for (unsigned i = 0; i < group.lds.size() / 4; ++i)
      found |= lds(i) == Secret;
    for (unsigned i = 0; i < Dwords; ++i)
      found |= global(i) == Secret;
    return found;
  }
  bool isHarmed() const {
    return llvm::any_of(secret, [](uint32_t word) { return word != Secret; });
  }
  std::vector<uint32_t> secret;
};

/// The wave fails, and neither reads nor writes the secret.
void expectFault(llvm::StringRef text, Chip chip = Chip::Gfx950) {
  Hostile t(chip);
  std::string error = t.run((text + "\ns_waitcnt 0").str());
  EXPECT_NE(error.find("out of bounds"), std::string::npos) << text.str() << ": " << error;
  EXPECT_FALSE(t.leaks()) << text.str();
  EXPECT_FALSE(t.isHarmed()) << text.str();
}

} // namespace

TEST(Hostile, HostAddressesAreNoDeviceAddresses) {
  for (const char *text :
       {"global_load_dword v20, v[8:9], off",
        "global_load_dwordx4 v[20:23], v[8:9], off",
        "v_mov_b32 v1, 0\nglobal_load_dword v20, v1, s[8:9]",
        "global_load_ubyte_d16_hi v20, v[8:9], off",
        "global_store_dword v[8:9], v1, off",
        "global_store_short v[8:9], v1, off",
        "global_atomic_add v20, v[8:9], v1, off sc0",
        "global_atomic_cmpswap_x2 v[8:9], v[0:3], off",
        "global_atomic_pk_add_bf16 v[8:9], v1, off",
        "s_mov_b32 m0, 0\nglobal_load_lds_dword v[8:9], off",
        "flat_load_dwordx2 v[20:21], v[8:9]",
        "flat_store_byte v[8:9], v1",
        "flat_atomic_swap v20, v[8:9], v1 sc0",
        "flat_atomic_add_f64 v[8:9], v[2:3]",
        "s_load_dword s20, s[8:9], 0x0",
        "s_load_dwordx4 s[20:23], s[8:9], 0x0",
        "s_store_dword s20, s[8:9], 0x0",
        "s_atomic_add s20, s[8:9], 0x0 glc",
        "s_buffer_load_dwordx4 s[20:23], s[12:15], 0x0",
        "s_buffer_store_dword s20, s[12:15], 0x0",
        "s_buffer_atomic_swap s20, s[12:15], 0x0 glc",
        "buffer_load_dword v20, off, s[12:15], 0",
        "buffer_load_dwordx4 v[20:23], v1, s[12:15], 0 offen",
        "buffer_store_dword v1, off, s[12:15], 0",
        "buffer_atomic_add v20, off, s[12:15], 0 sc0",
        "s_mov_b32 m0, 0\nbuffer_load_dword off, s[12:15], 0 lds",
        "tbuffer_load_format_x v20, off, s[12:15], 0 format:[BUF_DATA_FORMAT_32,BUF_NUM_FORMAT_UINT]",
        "tbuffer_store_format_x v1, off, s[12:15], 0 format:[BUF_DATA_FORMAT_32,BUF_NUM_FORMAT_UINT]"})
    expectFault(text);
  // A descriptor of a good buffer and an offset that leads from it to the host's address.
  expectFault("s_mov_b32 s6, -1\ns_sub_u32 s24, s8, s4\nbuffer_load_dword v20, off, s[4:7], s24");
  // The distance from a good buffer: base and offset are added as device addresses.
  expectFault(
      "s_sub_u32 s24, s8, s0\ns_subb_u32 s25, s9, s1\nv_mov_b32 v2, s24\nv_mov_b32 v3, s25\nv_mov_b32 v4, "
      "s0\n"
      "v_mov_b32 v5, s1\nv_lshl_add_u64 v[2:3], v[4:5], 0, v[2:3]\nglobal_load_dword v20, v[2:3], off");
}

TEST(Hostile, OffsetsBehindLdsAndScratch) {
  // As near behind them as the host has put something: a byte behind, and the distance of a secret.
  Hostile t;
  for (uint64_t distance : {uint64_t(0), uint64_t(t.secret.data()) - uint64_t(t.group.lds.data() + 65536)}) {
    t.fill(3, uint32_t(65536 + distance));
    for (const char *text :
         {"ds_read_b32 v20, v3", "ds_read2_b32 v[20:21], v3 offset1:255", "ds_read_u8_d16 v20, v3",
          "ds_read_b64_tr_b16 v[20:21], v3", "ds_add_rtn_u32 v20, v3, v1",
          "ds_wrxchg2st64_rtn_b32 v[20:21], v3, v1, v2 offset1:3", "ds_write_b128 v3, v[4:7]",
          "v_readfirstlane_b32 s24, v3\ns_mov_b32 m0, s24\nds_append v20 offset:65532",
          "s_mov_b32 m0, 0xfffc\nds_read_addtid_b32 v20 offset:4",
          "s_mov_b32 m0, 0x3fffc\nglobal_load_lds_dwordx4 v1, s[0:1]",
          "v_mov_b32 v4, v3\nv_mov_b32 v5, 0x10000\nflat_load_dword v20, v[4:5]"}) {
      ASSERT_EQ(t.run(std::string(text) + "\ns_waitcnt 0"), "") << text;
      EXPECT_FALSE(t.leaks()) << text;
      EXPECT_FALSE(t.isHarmed()) << text;
    }
  }
  for (uint64_t distance :
       {uint64_t(0), uint64_t(t.secret.data()) - uint64_t(t.wave().scratch.data() + 1024)})
    for (const char *text : {"scratch_load_dword v20, v3, off", "scratch_store_dword v3, v1, off",
                             "v_readfirstlane_b32 s24, v3\nscratch_load_dwordx4 v[20:23], off, s24",
                             "v_mov_b32 v4, v3\nv_mov_b32 v5, 0x20000\nflat_load_dword v20, v[4:5]",
                             "v_mov_b32 v4, v3\nv_mov_b32 v5, 0x20000\nflat_atomic_add v[4:5], v1"}) {
      t.fill(3, uint32_t(1024 + distance));
      EXPECT_NE(t.run(std::string(text) + "\ns_waitcnt 0").find("out of bounds"), std::string::npos) << text;
      EXPECT_FALSE(t.leaks()) << text;
      EXPECT_FALSE(t.isHarmed()) << text;
    }
}

TEST(Hostile, LanesSeeOnlyTheirScratch) {
  // 20 bytes a lane: the host keeps 32, and what lies between belongs to nobody.
  Hostile t;
  t.wave().setScratch(20);
  EXPECT_EQ(t.run("scratch_store_dword off, v1, off offset:16\ns_waitcnt 0"), "");
  EXPECT_NE(t.run("scratch_load_dword v20, off, off offset:20").find("out of bounds"), std::string::npos);
  EXPECT_NE(t.run("scratch_load_dwordx2 v[20:21], off, off offset:16").find("out of bounds"),
            std::string::npos);
  // Atomics of eight bytes stay aligned on the host in every lane.
  t.fillPair(4, PrivateAperture + 8);
  t.fillPair(2, 5);
  EXPECT_EQ(t.run("flat_atomic_add_x2 v[4:5], v[2:3]\nflat_load_dwordx2 v[20:21], v[4:5]\ns_waitcnt 0"), "");
  for (unsigned lane = 0; lane < Lanes; ++lane)
    EXPECT_EQ(t.pair(20, lane), 5u);
}

TEST(Hostile, IndicesOfRegisters) {
  // Manual 3.6.1: a source that does not exist is the first register, such a result is not written.
  Hostile t;
  t.fill(0, 0x77);
  t.fill(255, 0x55);
  t.s(0) = 0x33;
  ASSERT_EQ(t.run("s_mov_b32 m0, 0x70000000\ns_movrels_b32 s20, s101\ns_mov_b32 m0, -1\ns_movreld_b64 "
                  "s[20:21], s[8:9]\n"
                  "s_movk_i32 s24, 255\ns_set_gpr_idx_on s24, gpr_idx(SRC0,DST)\nv_mov_b32 v200, v255\n"
                  "s_set_gpr_idx_off\ns_set_gpr_idx_on s24, gpr_idx(SRC0)\nv_mov_b32 v20, v255\nv_mov_b64 "
                  "v[22:23], v[0:1]\n"
                  "s_set_gpr_idx_off\nv_readlane_b32 s22, v8, m0\ns_mov_b32 s25, 0x7fffffff\nv_writelane_b32 "
                  "v21, 51, s25"),
            "");
  EXPECT_EQ(t.s(20), 0x33u);
  EXPECT_EQ(t.v(20), 0x77u);
  EXPECT_EQ(t.v(22), 0x77u) << "v[255:256] does not exist";
  EXPECT_EQ(t.s(22), t.v(8, 63));
  EXPECT_EQ(t.v(21, 63), 51u);
  t.fill(3, 0x7FFFFFFC);
  ASSERT_EQ(t.run("ds_bpermute_b32 v20, v3, v8\nds_permute_b32 v21, v3, v8\nds_swizzle_b32 v22, v8 "
                  "offset:0xffff\ns_waitcnt 0"),
            "");
  EXPECT_EQ(t.v(20), t.v(8, 63)) << "lane 0x1fffffff modulo 64";
}

TEST(Hostile, HostMemoryIsNotExecuted) {
  Hostile t;
  std::fill(t.secret.begin(), t.secret.end(), 0xBF810000); // s_endpgm
  EXPECT_NE(t.run("s_setpc_b64 s[8:9]").find("execution left the code"), std::string::npos);
  EXPECT_NE(t.run("s_swappc_b64 s[20:21], s[8:9]").find("execution left the code"), std::string::npos);
  EXPECT_NE(t.run("s_branch 0x7000").find("execution left the code"), std::string::npos);
}

// ---- Code objects

static std::vector<uint8_t> hostileFile(Chip chip) {
  auto file = llvm::MemoryBuffer::getFile(std::string(KERNELS "/hostile-") + chipName(chip) + "-O2.co");
  EXPECT_TRUE(file);
  llvm::StringRef bytes = (*file)->getBuffer();
  return {bytes.bytes_begin(), bytes.bytes_end()};
}

namespace {
struct HostileObject {
  explicit HostileObject(Chip chip) : device(chip) {
    object = llvm::cantFail(CodeObject::load(hostileFile(chip)));
    program = llvm::cantFail(device.load(object));
    buffer = device.memory().allocate(64, "out");
    uint32_t zeros[16] = {};
    llvm::cantFail(device.memory().write(buffer, zeros, 64));
    for (const CodeObject::Segment &segment : object->segments)
      before.push_back(object->bytesAt(segment, program->loadAddress()));
  }
  /// Its error, or what it left in out[0].
  std::string run(const char *kernel, bool watched) {
    findings.clear();
    auto observers = llvm::cantFail(createObservers({"bounds"}));
    Launch launch;
    launch.kernel = kernel;
    launch.kernarg.resize(8);
    memcpy(launch.kernarg.data(), &buffer, 8);
    launch.options.findings = &findings;
    if (watched)
      launch.options.observers = {observers[0].get()};
    auto result = device.launch(*program, launch);
    if (!result)
      return llvm::toString(result.takeError());
    uint32_t out = 0;
    llvm::cantFail(device.memory().read(buffer, &out, 4));
    return std::to_string(out);
  }
  bool isUnchanged() {
    for (size_t i = 0; i < before.size(); ++i) {
      std::vector<uint8_t> now(before[i].size());
      llvm::cantFail(
          device.memory().read(program->loadAddress() + object->segments[i].address, now.data(), now.size()));
      if (now != before[i])
        return false;
    }
    return true;
  }
  Device device;
  std::shared_ptr<CodeObject> object;
  std::shared_ptr<Program> program;
  std::vector<std::vector<uint8_t>> before; ///< the segments' bytes
  std::vector<Finding> findings;
  uint64_t buffer = 0;
};
} // namespace

TEST(Hostile, StoresToCodeAndConstantsAreFaults) {
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950})
    for (const char *kernel : {"write_code", "write_constant", "write_relocated"})
      for (bool watched : {false, true}) {
        HostileObject t(chip);
        std::string error = t.run(kernel, watched);
        EXPECT_NE(error.find(", which is read-only"), std::string::npos) << kernel << ": " << error;
        EXPECT_TRUE(t.isUnchanged()) << kernel;
        ASSERT_EQ(!t.findings.empty(), watched);
        for (const Finding &finding : t.findings)
          EXPECT_EQ(finding.kind, "read-only");
      }
}

TEST(Hostile, ConstantsAreReadAndGlobalsWritten) {
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950}) {
    HostileObject t(chip);
    EXPECT_EQ(t.run("use", true), std::to_string(5 + 3 + 15)); // *pointers[1] is table[4]
    EXPECT_TRUE(t.findings.empty());
    EXPECT_FALSE(t.isUnchanged());
  }
}

TEST(Hostile, DataAreNotExecuted) {
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950}) {
    HostileObject t(chip);
    EXPECT_NE(t.run("run_data", false).find("execution left the code"), std::string::npos);
  }
}

// ---- Files. Each change makes a file that asks for what a good one never asks for.

static std::string loadError(llvm::ArrayRef<uint8_t> bytes) {
  auto object = CodeObject::load(bytes);
  return object ? "" : llvm::toString(object.takeError());
}
using Header = llvm::ELF::Elf64_Phdr;
static Header *headerOf(std::vector<uint8_t> &file, unsigned type, unsigned number = 0) {
  auto *elf = reinterpret_cast<llvm::ELF::Elf64_Ehdr *>(file.data());
  auto *headers = reinterpret_cast<Header *>(file.data() + elf->e_phoff);
  for (unsigned i = 0; i < elf->e_phnum; ++i)
    if (headers[i].p_type == type && number-- == 0)
      return &headers[i];
  return nullptr;
}

TEST(Hostile, SegmentsThatOverlap) {
  std::vector<uint8_t> file = hostileFile(Chip::Gfx950);
  ASSERT_EQ(loadError(file), "");
  headerOf(file, llvm::ELF::PT_LOAD, 1)->p_vaddr = 0;
  EXPECT_NE(loadError(file).find("damaged ELF file: a segment of"), std::string::npos);
}

TEST(Hostile, ManyHeaders) {
  // Each would be the whole file: hundreds of gigabytes of the host.
  constexpr unsigned Count = 0xFFF0;
  std::vector<uint8_t> file = hostileFile(Chip::Gfx950);
  auto *elf = reinterpret_cast<llvm::ELF::Elf64_Ehdr *>(file.data());
  size_t at = elf->e_phoff = file.size();
  elf->e_phnum = Count;
  file.resize(at + Count * sizeof(Header));
  for (unsigned i = 0; i < Count; ++i) {
    Header header = {};
    header.p_type = llvm::ELF::PT_LOAD;
    header.p_filesz = header.p_memsz = file.size();
    memcpy(file.data() + at + i * sizeof(Header), &header, sizeof(header));
  }
  EXPECT_EQ(loadError(file), "damaged ELF file: 65520 program headers, expected at most 256");
}

TEST(Hostile, RelocationsOutsideTheSegments) {
  std::vector<uint8_t> file = hostileFile(Chip::Gfx950);
  auto object = llvm::cantFail(CodeObject::load(file));
  ASSERT_FALSE(object->relocations.empty());
  uint64_t entry[2] = {object->relocations[0].address, llvm::ELF::R_AMDGPU_RELATIVE64};
  for (uint64_t to : {uint64_t(0) - 8, uint64_t(1) << 40, object->segments.back().address + 0x100000}) {
    std::vector<uint8_t> damaged = file;
    auto *bytes = reinterpret_cast<uint8_t *>(entry);
    auto place = std::search(damaged.begin(), damaged.end(), bytes, bytes + sizeof(entry));
    ASSERT_NE(place, damaged.end());
    memcpy(&*place, &to, 8);
    EXPECT_NE(loadError(damaged).find("outside the loaded segments"), std::string::npos) << to;
  }
}
