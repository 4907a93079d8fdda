"""What a page in a real browser does to people who hear it, zoom it or hold it in one hand."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What axe asks of a page: no fault of the WCAG levels that we promise, nor of good practice.
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(page: Page) -> list[str]:
    """Return axe's findings on `page`, and by how much it is wider than its window.

    Waits for the page's styles first: a click returns as soon as the next page begins, and sizes
    that are taken before its styles have come mean nothing.
    """
    page.wait_for_load_state("load")
    found = Axe().run(page, options={"runOnly": _TAGS}).response["violations"]
    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    told = [f"{page.url}: {item['id']}: {item['nodes'][0]['html'][:120]}" for item in found]
    return told + ([f"{page.url}: {too_wide} px too wide"] if too_wide > 0 else [])
