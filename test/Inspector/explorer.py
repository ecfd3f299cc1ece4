"""The explorer's page in a browser: it fetches nothing, links what belongs together, holds any text, works by keys.

RUN: %python %s kiln %targets %kernels %S %t
REQUIRES: compiler, chromium
"""
import json
import pathlib
import subprocess
import sys

from browser import Browser

kiln, targets, kernels, here, scratch = sys.argv[1:]
scratch = pathlib.Path(scratch)
scratch.mkdir(exist_ok=True)


def write(name, *arguments):
    page = scratch / name
    subprocess.run([kiln, "inspect", *map(str, arguments), "--format", "html", "-o", page], check=True)
    return page


def rows(browser, kind, pane):
    """Texts of the rows in sight of a pane that are marked so."""
    return browser.evaluate(f"[...document.querySelectorAll('[aria-label=\"{pane}\"] .row.{kind}')].map(row => row.textContent)")


def middle(browser, pane, text):
    """Scrolls to the first row of a pane that has `text`, at or below what is in sight; where it then stands."""
    return browser.evaluate(f"""(() => {{
      const lines = [...state.code.panes.values()].find(lines => lines.box.ariaLabel === {json.dumps(pane)});
      const has = index => element('p', {{}}, lines.render(index)).textContent.includes({json.dumps(text)});
      let index = Math.floor(lines.box.scrollTop / rowHeight);
      if (![...Array(lines.count - index).keys()].some(i => has(index + i))) index = 0;
      while (!has(index)) ++index;
      lines.show(index);
      const box = lines.rows.get(index).getBoundingClientRect();
      return [lines.box.getBoundingClientRect().left + 60, box.top + box.height / 2];
    }})()""")


def check_links(browser):
    browser.click(*middle(browser, "Kernel", "= kernel.mma"))
    assert [row.strip() for row in rows(browser, "pinned", "Kernel")][0].startswith("49"), rows(browser, "pinned", "Kernel")
    decisions = rows(browser, "pinned", "Schedule")
    assert any("schedule.atom" in row for row in decisions), decisions
    assert all("schedule.atom" in row or "schedule.split" in row for row in decisions), decisions
    matrix = rows(browser, "pinned", "Machine code")
    assert matrix and sum("v_mfma" in row for row in matrix) >= len(matrix) - 2, matrix
    assert all("target.apply @mfma" in row for row in rows(browser, "pinned", "Stage lanes"))
    assert "128 in the steady loop" in browser.evaluate("document.getElementById('selection').textContent")
    # And back, by the pointer alone: from a wait to the loop and the schedule's pipeline.
    browser.press("Escape")
    assert not rows(browser, "pinned", "Machine code")
    browser.point(*middle(browser, "Machine code", "s_waitcnt vmcnt(8)"))
    browser.evaluate("state.code.panes.forEach(lines => lines.show([...lines.linked][0]))")
    assert any("= scf.for" in row for row in rows(browser, "linked", "Kernel"))
    assert any("schedule.pipeline" in row for row in rows(browser, "linked", "Schedule"))


def check_keys(browser):
    browser.evaluate("document.querySelector('[aria-label=\"Kernel\"]').focus()")
    browser.press("Home", *["ArrowDown"] * 48, "Enter")
    assert [row.strip()[:2] for row in rows(browser, "pinned", "Kernel")] == ["49"]
    browser.press("]")
    assert rows(browser, "pinned", "Stage llvm"), "the next stage shows what is selected"
    browser.press("Escape", "t")
    assert browser.evaluate("document.querySelector('#views [aria-selected=true]').textContent") == "gfx942"
    for section in ("loops", "layouts", "compare", "code"):
        browser.press("s")
        assert browser.evaluate(f"!document.getElementById('{section}').hidden"), section


def check_sections(browser):
    browser.evaluate("chooseView(0), chooseSection('layouts')")
    browser.settle()
    assert browser.evaluate("document.querySelectorAll('#layouts svg').length") >= 5
    # CDNA4 ISA, 7.1: element (5, 19) of A is in lane 5 + 16 * (19 / 8), element 19 % 8.
    cell = "[...document.querySelectorAll('#layouts .card')].find(card => card.textContent.startsWith('a of mfma_f32_16x16x32_bf16'))"
    titles = browser.evaluate(f"[...{cell}.querySelectorAll('g.cell title')].map(title => title.textContent)")
    assert "(5, 19): lane 37, element 3" in titles
    assert len(titles) == 16 * 32
    browser.evaluate("chooseSection('compare')")
    browser.settle()
    assert browser.evaluate("[...document.querySelectorAll('#compare thead th')].map(cell => cell.textContent)") == \
        ["", "gfx950", "gfx942", "sm_90a"]


def check_clean(browser, page):
    assert browser.faults == [], browser.faults
    assert browser.requests == [page.resolve().as_uri()], browser.requests


page = write("matmul.html", f"{kernels}/matmul.mlir", "--target", "gfx950,gfx942,sm_90a", "--target-dir", targets, "--param", "Align=16")
with Browser(page) as browser:
    browser.settle()
    check_links(browser)
    check_keys(browser)
    check_sections(browser)
    # Three long texts, and only what is in sight of them in the page.
    browser.evaluate("chooseSection('code')")
    browser.settle()
    assert browser.evaluate("document.querySelectorAll('.row').length") < 400
    check_clean(browser, page)

# Text that looks like markup stays text.
hostile = (pathlib.Path(kernels) / "matmul.mlir").read_text().replace("// C = A", "// </script><script>document.title = 'taken'</script><img src=x onerror=alert(1)> C = A")
(scratch / "hostile.mlir").write_text(hostile)
page = write("hostile.html", scratch / "hostile.mlir", "--target", "gfx950", "--target-dir", targets)
with Browser(page) as browser:
    browser.settle()
    browser.evaluate("state.code.panes.get('file0')?.show(0), state.code.panes.forEach(lines => lines.show(0))")
    assert browser.evaluate("document.title").startswith("hostile.mlir")
    assert browser.evaluate("document.querySelectorAll('img').length") == 0
    assert browser.evaluate("[...document.querySelectorAll('.row')].some(row => row.textContent.includes('<img src=x'))")
    check_clean(browser, page)

# A code object of another compiler, of 20,000 instructions: code, loops and registers alone.
source = "target triple = \"amdgcn-amd-amdhsa\"\ndefine amdgpu_kernel void @long(ptr addrspace(1) %p) {\n" + \
    "".join(f"  store volatile i32 {i}, ptr addrspace(1) %p\n" for i in range(10000)) + "  ret void\n}\n"
(scratch / "long.ll").write_text(source)
subprocess.run(["llc", "-mcpu=gfx942", "-filetype=obj", scratch / "long.ll", "-o", scratch / "long.o"], check=True)
page = write("long.html", scratch / "long.o")
with Browser(page) as browser:
    browser.settle()
    assert browser.evaluate("document.querySelectorAll('.pane').length") == 1
    assert browser.evaluate("data.views[0].code.length") > 20000
    browser.evaluate("document.querySelector('.lines').focus()")
    browser.press("End")
    assert "s_endpgm" in browser.evaluate("document.querySelector('.row.cursor').textContent")
    assert browser.evaluate("document.querySelectorAll('.row').length") < 200
    browser.evaluate("chooseSection('loops')")
    browser.evaluate("chooseSection('layouts')")
    check_clean(browser, page)
