// The subcommands of `kiln`, one file each.
#ifndef KILN_TOOLS_COMMANDS_H
#define KILN_TOOLS_COMMANDS_H

#include <CLI/CLI.hpp>

namespace kiln::tools {

/// What a command returns to the shell: 0 done and clean, 1 an error or a finding, 2 usage.
enum ExitStatus { Success = 0, Failure = 1, Usage = 2 };

/// Prints an error, unless it is empty because the compiler has printed it; gives `status` back.
int complain(const std::string &error, int status = Failure);

/// Splits each NAME=VALUE of --param; false with the first that is none printed.
bool readParams(const std::vector<std::string> &texts,
                std::vector<std::pair<std::string, std::string>> &params);

/// Whether a file holds kernels to compile, by its name.
bool isSource(const std::string &file);

/// Each adds its subcommand; what the command returns goes to `status`.
void addCompileCommand(CLI::App &app, int &status);
void addRunCommand(CLI::App &app, int &status);
void addVerifyCommand(CLI::App &app, int &status);
void addInspectCommand(CLI::App &app, int &status);
void addLayoutCommand(CLI::App &app, int &status);
void addTargetsCommand(CLI::App &app, int &status);
void addExpectCommand(CLI::App &app, int &status);
void addDiffCommand(CLI::App &app, int &status);
void addCompareCommand(CLI::App &app, int &status);

} // namespace kiln::tools

#endif
