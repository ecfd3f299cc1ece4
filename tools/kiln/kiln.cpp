// kiln: the command line of the compiler, the emulator and the inspector.
#include "Commands.h"

using namespace kiln::tools;

int main(int argc, char **argv) {
  CLI::App app{"Kiln compiles GPU kernels for machines you do not have, shows what it emitted and runs it."};
  app.require_subcommand(1);
  app.set_version_flag("--version", KILN_VERSION);
  int status = Success;
#ifdef KILN_COMPILER
  addCompileCommand(app, status);
  addInspectCommand(app, status);
  addLayoutCommand(app, status);
  addTargetsCommand(app, status);
  addExpectCommand(app, status);
  addDiffCommand(app, status);
  addCompareCommand(app, status);
#endif
  addRunCommand(app, status);
#ifdef KILN_COMPILER
  addVerifyCommand(app, status);
#endif
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? Success : Usage;
  }
  return status;
}
