"""Renders every page and takes its picture: `python -m tests.unit.look.gallery OUT [NAME]`."""

import shutil
import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from privacy_engine import look
from tests.unit.look.rendering import PACKAGE, environment, pages

WIDTHS = (1280, 360)


def render(out):
    env = environment()
    shutil.copytree(look.static_directory(), out / "look-static", dirs_exist_ok=True)
    shutil.copytree(PACKAGE / "console/static", out / "console-static", dirs_exist_ok=True)
    for surface, name, template, context in pages():
        folder = out / surface
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.html").write_text(env.get_template(template).render(context))
        yield surface, name, folder / f"{name}.html"


def too_wide(page):
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def reflow(browser, wanted):
    """Return the pages that must be scrolled sideways at 320 px with everything opened."""
    page = browser.new_page(viewport={"width": 320, "height": 800})
    for surface, name, path in wanted:
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
        if (over := too_wide(page)) > 0:
            yield f"{surface}/{name} is {over} px too wide at 320"
    page.close()


def photograph(out, wanted):
    faults = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium")
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                page = browser.new_page(
                    viewport={"width": width, "height": 900}, color_scheme=scheme
                )
                for surface, name, path in wanted:
                    if scheme == "dark" and surface == "portal":
                        continue
                    page.goto(path.as_uri())
                    page.wait_for_function("document.fonts.status === 'loaded'")
                    if (over := too_wide(page)) > 0:
                        faults.append(f"{surface}/{name} is {over} px too wide at {width}")
                    if width == WIDTHS[0]:
                        faults += [
                            f"{surface}/{name} {scheme}: {found['id']}: {node['html'][:160]}"
                            for found in Axe().run(page).response["violations"]
                            for node in found["nodes"]
                        ]
                    page.screenshot(
                        path=out / f"{surface}-{name}-{width}-{scheme}.png", full_page=True
                    )
                page.close()
        faults += reflow(browser, wanted)
        browser.close()
    return faults


def main():
    out = Path(sys.argv[1])
    only = set(sys.argv[2:])
    wanted = [page for page in render(out) if not only or page[1] in only]
    for fault in photograph(out, wanted):
        sys.stdout.write(f"{fault}\n")


if __name__ == "__main__":
    main()
