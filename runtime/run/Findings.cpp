#include "Findings.h"

namespace kiln::run {

void Findings::add(const kiln_finding *finding, void *context) {
  auto *self = static_cast<Findings *>(context);
  const uint32_t *group = finding->workgroup;
  std::string object = "{\"kind\": " + quote(finding->kind) + ", \"message\": " + quote(finding->message) +
                       ", \"pc\": " + std::to_string(finding->pc) +
                       ", \"disassembly\": " + quote(finding->disassembly) + ", \"workgroup\": [" +
                       std::to_string(group[0]) + ", " + std::to_string(group[1]) + ", " +
                       std::to_string(group[2]) + "], \"wave\": " + std::to_string(finding->wave) +
                       ", \"count\": " + std::to_string(finding->count);
  if (finding->lane >= 0)
    object += ", \"lane\": " + std::to_string(finding->lane);
  if (finding->address)
    object += ", \"address\": " + std::to_string(finding->address);
  if (*finding->source)
    object += ", \"source\": " + quote(finding->source);
  self->lines.push_back(finding->text);
  self->objects.push_back(object + "}");
}

std::string Findings::summary() const {
  return lines.empty() ? "" : std::to_string(lines.size()) + " findings, first " + lines[0];
}

std::string Findings::text() const {
  std::string text;
  for (const std::string &line : lines)
    text += line + "\n";
  return text;
}

std::string Findings::json() const {
  std::string text;
  for (const std::string &object : objects)
    text += (text.empty() ? "" : ", ") + object;
  return "[" + text + "]";
}

} // namespace kiln::run
