#include "Link.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

LLD_HAS_DRIVER(elf)

using namespace llvm;

namespace kiln::codegen {

namespace {
/// A folder that goes when this goes. In memory where the system has that: lld insists on files.
class ScratchFolder {
public:
  static Expected<ScratchFolder> create() {
    ScratchFolder folder;
    if (!sys::fs::createUniqueDirectory("/dev/shm/kiln", folder.path))
      return folder;
    if (std::error_code code = sys::fs::createUniqueDirectory("kiln", folder.path))
      return createStringError(code, "no temporary folder for linking");
    return folder;
  }
  ScratchFolder(ScratchFolder &&other) : path(std::move(other.path)) { other.path.clear(); }
  ~ScratchFolder() {
    if (!path.empty())
      sys::fs::remove_directories(path);
  }
  std::string file(StringRef name) const { return (path + "/" + name).str(); }
  SmallString<64> path;

private:
  ScratchFolder() = default;
};
} // namespace

static Error writeFile(StringRef path, StringRef bytes) {
  std::error_code code;
  raw_fd_ostream stream(path, code);
  if (!code) {
    stream << bytes;
    stream.close();
    code = stream.error();
    stream.clear_error();
  }
  return code ? createStringError(code, "cannot write the temporary file '" + path + "': " + code.message())
              : Error::success();
}

Expected<std::string> link(StringRef object) {
  Expected<ScratchFolder> folder = ScratchFolder::create();
  if (!folder)
    return folder.takeError();
  std::string input = folder->file("kernel.o"), output = folder->file("kernel");
  if (Error error = writeFile(input, object))
    return std::move(error);
  // One thread: starting more takes longer than linking one kernel.
  const char *arguments[] = {"ld.lld",
                             "-shared",
                             "--no-undefined",
                             "--build-id=none",
                             "--threads=1",
                             "--color-diagnostics=never",
                             "-o",
                             output.c_str(),
                             input.c_str()};
  std::string text;
  raw_string_ostream messages(text);
  lld::Result result = lld::lldMain(arguments, messages, messages, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0 || !result.canRunAgain) {
    size_t at;
    while ((at = text.find(input)) != std::string::npos)
      text.replace(at, input.size(), "kernel.o");
    return createStringError("linking failed: " + StringRef(text).rtrim());
  }
  ErrorOr<std::unique_ptr<MemoryBuffer>> linked =
      MemoryBuffer::getFile(output, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!linked)
    return createStringError(linked.getError(), "cannot read the linked code back");
  return (*linked)->getBuffer().str();
}

} // namespace kiln::codegen
