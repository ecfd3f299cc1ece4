// kiln layout: which lane and register holds which element of a matrix instruction's operand.
#include "AtomicFile.h"
#include "Commands.h"
#include "InspectFile.h"

using namespace kiln;
using namespace kiln::tools;

static int drawOperand(LayoutRequest &request, const std::string &svgFile) {
  request.svg = !svgFile.empty();
  if (request.atom.empty() && !request.json)
    return complain("ATOM is required; `kiln targets " + request.target + "` lists them", Usage);
  Answer answer = drawLayout(request);
  if (!answer.ok)
    return complain(answer.error);
  std::string error = writeOutput(request.svg ? svgFile : "-", answer.text);
  return error.empty() ? Success : complain(error);
}

void tools::addLayoutCommand(CLI::App &app, int &status) {
  auto request = std::make_shared<LayoutRequest>();
  auto svgFile = std::make_shared<std::string>();
  CLI::App *command = app.add_subcommand("layout", "Draw an operand of a matrix instruction");
  command->footer("Examples:\n"
                  "  kiln layout gfx950 mfma_f32_16x16x32_bf16 --operand a\n"
                  "  kiln layout gfx950 mfma_scale_f32_16x16x128_f8f6f4 --operand a --type fp4 --svg a.svg\n"
                  "  kiln layout gfx950 mfma_f32_16x16x32_bf16 --operand acc --at 5,3\n"
                  "  kiln layout gfx950 --json");
  command->add_option("TARGET", request->target, "Machine")->required();
  command->add_option("ATOM", request->atom,
                      "Matrix instruction; `kiln targets TARGET` lists them. With --json none stands for all");
  command->add_option("--operand", request->operand, "Operand; a without it, with --json all")
      ->check(CLI::IsMember({"a", "b", "acc", "scale_a", "scale_b"}));
  command->add_option("--type", request->type, "Element type, where the instruction has several, e.g. fp4");
  command->add_option("--target-dir", request->targetFolders, "Folder with targets, searched first")
      ->allow_extra_args(false);
  auto *svg = command->add_option("--svg", *svgFile, "Write a picture to this file");
  auto *at = command->add_option("--at", request->at, "ROW,COLUMN: who holds this element?")->delimiter(',');
  auto *holds =
      command
          ->add_option("--holds", request->holds,
                       "LANE,ELEMENT, or LANE,ELEMENT,WAVE if waves share it: which element is that?")
          ->delimiter(',');
  auto *json = command->add_flag("--json", request->json, "The layouts as data: where each bit of an input moves");
  json->excludes(svg)->excludes(at)->excludes(holds);
  svg->excludes(at)->excludes(holds);
  at->excludes(holds);
  command->callback([request, svgFile, &status] { status = drawOperand(*request, *svgFile); });
}
