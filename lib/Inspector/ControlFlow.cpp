#include "kiln/Inspector/ControlFlow.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <set>

using namespace llvm;

namespace kiln::inspector {

namespace {
/// How control leaves an instruction.
struct Exit {
  bool ends = false;   // nothing runs behind it
  bool branch = false; // ends its block
  bool indirect = false;
  std::optional<uint64_t> target;
};
} // namespace

static Exit exitOf(const codegen::Instruction &instruction) {
  StringRef name = StringRef(instruction.text).split(' ').first;
  Exit exit;
  if (name.starts_with("s_endpgm")) {
    exit.ends = exit.branch = true;
  } else if (name.starts_with("s_setpc") || name.starts_with("s_rfe")) {
    exit.ends = exit.branch = exit.indirect = true;
  } else if (name.starts_with("s_swappc") || name.starts_with("s_call")) {
    exit.indirect = name.starts_with("s_swappc");                    // comes back, as a rule
  } else if (name == "ret;" || name == "exit;" || name == "trap;") { // PTX
    exit.ends = exit.branch = true;
  } else if (instruction.branchTarget) {
    exit.branch = true;
    // PTX's conditional branches begin with their guard.
    exit.ends = name == "s_branch" || name.starts_with("bra");
    exit.target = instruction.branchTarget;
  }
  return exit;
}

std::optional<unsigned> ControlFlow::loopOf(unsigned block) const {
  std::optional<unsigned> found;
  for (unsigned i = 0; i < loops.size(); ++i)
    if (is_contained(loops[i].blocks, block) && (!found || loops[i].depth > loops[*found].depth))
      found = i;
  return found;
}

/// Cuts the function at branches and their targets.
static void findBlocks(const codegen::CodeFunction &function, ControlFlow &flow) {
  const auto &code = function.instructions;
  std::map<uint64_t, unsigned> index;
  for (unsigned i = 0; i < code.size(); ++i)
    index[code[i].address] = i;
  std::set<unsigned> leaders{0};
  for (unsigned i = 0; i < code.size(); ++i) {
    Exit exit = exitOf(code[i]);
    flow.indirect |= exit.indirect;
    if (exit.branch)
      leaders.insert(i + 1);
    if (exit.target) {
      auto target = index.find(*exit.target);
      if (target != index.end())
        leaders.insert(target->second);
      else
        flow.leaves = true;
    }
  }
  std::map<unsigned, unsigned> blockAt;
  for (auto leader = leaders.begin(); leader != leaders.end() && *leader < code.size(); ++leader) {
    auto next = std::next(leader);
    blockAt[*leader] = flow.blocks.size();
    unsigned end = next == leaders.end() ? code.size() : std::min<unsigned>(*next, code.size());
    flow.blocks.push_back({*leader, end, {}, {}});
  }
  for (unsigned b = 0; b < flow.blocks.size(); ++b) {
    Exit exit = exitOf(code[flow.blocks[b].end - 1]);
    std::set<unsigned> successors;
    if (exit.target)
      if (auto target = index.find(*exit.target); target != index.end())
        successors.insert(blockAt[target->second]);
    if (!exit.ends && b + 1 < flow.blocks.size())
      successors.insert(b + 1);
    flow.blocks[b].successors.assign(successors.begin(), successors.end());
    for (unsigned successor : successors)
      flow.blocks[successor].predecessors.push_back(b);
  }
}

/// Depth-first postorder of the blocks that the entry reaches.
static std::vector<unsigned> postorder(const ControlFlow &flow) {
  std::vector<unsigned> order;
  std::vector<bool> seen(flow.blocks.size());
  std::vector<std::pair<unsigned, unsigned>> stack{{0, 0}};
  seen[0] = true;
  while (!stack.empty()) {
    auto &[block, next] = stack.back();
    if (next == flow.blocks[block].successors.size()) {
      order.push_back(block);
      stack.pop_back();
      continue;
    }
    unsigned successor = flow.blocks[block].successors[next++];
    if (!seen[successor]) {
      seen[successor] = true;
      stack.push_back({successor, 0});
    }
  }
  return order;
}

namespace {
/// Immediate dominators (Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm").
class Dominators {
public:
  explicit Dominators(const ControlFlow &flow)
      : number(flow.blocks.size(), -1), above(flow.blocks.size(), -1) {
    std::vector<unsigned> order = postorder(flow);
    for (unsigned i = 0; i < order.size(); ++i)
      number[order[i]] = i;
    above[0] = 0;
    for (bool changed = true; changed;) {
      changed = false;
      for (unsigned block : reverse(order)) {
        int found = -1;
        for (unsigned predecessor : flow.blocks[block].predecessors)
          if (above[predecessor] >= 0)
            found = found < 0 ? int(predecessor) : meet(found, predecessor);
        if (block != 0 && found != above[block]) {
          above[block] = found;
          changed = true;
        }
      }
    }
  }
  bool reached(unsigned block) const { return number[block] >= 0; }
  bool dominates(unsigned upper, unsigned lower) const {
    while (number[lower] < number[upper])
      lower = above[lower];
    return lower == upper;
  }
  /// An edge against the direction of the search: every cycle has one.
  bool goesBack(unsigned from, unsigned to) const { return number[to] >= number[from]; }

private:
  int meet(int a, int b) const {
    while (a != b)
      (number[a] < number[b] ? a : b) = above[number[a] < number[b] ? a : b];
    return a;
  }
  std::vector<int> number, above;
};
} // namespace

static std::vector<unsigned> bodyOf(const ControlFlow &flow, unsigned header,
                                    const std::vector<unsigned> &latches) {
  std::set<unsigned> body{header};
  std::vector<unsigned> open;
  for (unsigned latch : latches)
    if (body.insert(latch).second)
      open.push_back(latch);
  while (!open.empty()) {
    unsigned block = open.back();
    open.pop_back();
    for (unsigned predecessor : flow.blocks[block].predecessors)
      if (body.insert(predecessor).second)
        open.push_back(predecessor);
  }
  return {body.begin(), body.end()};
}

static void findLoops(ControlFlow &flow) {
  Dominators dominators(flow);
  std::map<unsigned, std::vector<unsigned>> latches;
  for (unsigned b = 0; b < flow.blocks.size(); ++b)
    if (dominators.reached(b))
      for (unsigned successor : flow.blocks[b].successors) {
        if (dominators.dominates(successor, b))
          latches[successor].push_back(b);
        else if (dominators.goesBack(b, successor))
          flow.irreducible = true;
      }
  for (auto &[header, from] : latches) {
    Loop loop;
    loop.header = header;
    loop.blocks = bodyOf(flow, header, from);
    // Blocks that the entry does not reach can branch into a body; they are no part of it.
    erase_if(loop.blocks, [&](unsigned block) { return !dominators.reached(block); });
    flow.loops.push_back(std::move(loop));
  }
  // Headers differ, so of two loops that share blocks one contains the other's header.
  for (unsigned inner = 0; inner < flow.loops.size(); ++inner)
    for (unsigned outer = 0; outer < flow.loops.size(); ++outer) {
      Loop &in = flow.loops[inner], &out = flow.loops[outer];
      if (inner == outer || !is_contained(out.blocks, in.header) || in.blocks.size() >= out.blocks.size())
        continue;
      ++in.depth;
      out.innermost = false;
      if (!in.parent || out.blocks.size() < flow.loops[*in.parent].blocks.size())
        in.parent = outer;
    }
}

ControlFlow findControlFlow(const codegen::CodeFunction &function) {
  ControlFlow flow;
  if (function.instructions.empty())
    return flow;
  findBlocks(function, flow);
  findLoops(flow);
  return flow;
}

} // namespace kiln::inspector
