"""Takes a picture of every page over a living engine: `python -m ...pictures OUT [WORD]`."""

import logging
import sys
import tempfile
import threading
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from privacy_engine.console.staff import StaffRole
from privacy_engine.ingest import sites
from privacy_engine.log.event import Identifier
from privacy_engine.rights import actions
from tests.functional.console.world import Office, make_engine

WIDTHS = (1280, 360)


def seeded(root):
    """Return an office with requests in many states."""
    office = Office(make_engine(root))
    officer = office.seat("d.okafor@listing.example", StaffRole.ADMIN)
    office.seat("auditor@assurance.example", StaffRole.AUDITOR)
    long = "bartholomew.featherstonehaugh-okonkwo@wildflower-counselling.example"
    shown = office.request("delete", days_ago=12, details="Please delete my old listing.")
    office.request(
        "know:specific", long, days_ago=51, name="Bartholomew Featherstonehaugh-Okonkwo"
    )
    office.request("know:categories", "ines.roth@example.org", days_ago=40)
    office.request("correct", "tomas.velt@example.org", days_ago=3)
    office.request("opt_out", "una.park@example.org", days_ago=2)
    office.request("delete", "kofi.brandt@example.org", acting_for="child", days_ago=1)
    office.request("limit", "lena.moor@example.org")
    office.work()
    run = office.engine.run
    run(lambda tx: actions.assign(tx, shown, to=officer.staff_id))
    run(lambda tx: actions.note(tx, shown, text="Accounting says the 2024 invoice must stay."))
    run(lambda tx: actions.verify(tx, shown, method="officer:email+record"))
    office.work()
    run(_story)
    office.work()
    office.look()
    return office, officer, shown


def _story(tx):
    """A child, a few answers, a disclosure, a site."""
    who = (Identifier("email", "maya.tallow@example.org"),)
    child = (Identifier("email", "pip.tallow@example.org"),)
    text = "hi i am 11 and i want to talk to somebody"
    tx.append("message.received", {"channel": "contact_form", "text": text}, subject=child)
    yes = {"document": "privacy-statement", "version": "2021-11-04", "method": "form"}
    tx.append("consent.given", {"purpose": "newsletter", **yes}, subject=who)
    tx.append("consent.refused", {"purpose": "sale-sharing", **yes}, subject=who)
    facts = {"recipient": "mail-vendor", "categories": ["A", "F"], "purpose": "newsletter"}
    more = {"basis": "service_provider", "sale": False, "sharing": False}
    tx.append("disclosure.made", {**facts, **more}, subject=who)
    sites.add(tx, "listing-site", origins=["https://listing.example"])


def pages(shown):
    """Return (name, path) of every page."""
    one = f"/requests/{shown}"
    yield from [
        ("today", "/"),
        ("queue", "/requests"),
        ("queue-late", "/requests?view=late"),
        ("queue-empty", "/requests?view=hand"),
        ("new", "/requests/new"),
        ("one", one),
        *[(f"one-{do}", f"{one}?do={do}") for do in ("approve", "deny", "extend", "message")],
        ("events", "/events"),
        ("children", "/children"),
        ("consent", "/consent"),
        ("disclosures", "/disclosures"),
        ("sites", "/sites"),
        ("retention", "/retention"),
        ("holds", "/holds"),
        ("promises", "/promises"),
        ("redline", "/documents/privacy-statement/2021-11-04/to/2026-12-01"),
        ("documents", "/documents"),
        ("document", "/documents/privacy-statement/2021-11-04"),
        ("systems", "/systems"),
        ("outbox", "/outbox"),
        ("reports", "/reports"),
        ("people", "/people"),
        ("missing", "/requests/R-0000-0000"),
    ]


def _tell(said):
    # The accessibility check runs a script of its own, which the policy rightly refuses.
    if "Content Security Policy" not in said.text and "preload" not in said.text:
        sys.stdout.write(f"console: {said.text}\n")


def photograph(seed, out, only):
    office, officer, shown = seed
    server = make_server("127.0.0.1", 0, office.application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/console"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium")
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.on("console", _tell)
            page.goto(f"{base}/sign-in/{office.link(officer)}")
            page.click("button")
            for name, path in pages(shown):
                if only and not any(word in name for word in only):
                    continue
                page.goto(base + path)
                page.screenshot(path=out / f"{name}-{width}.png", full_page=True)
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if over > 0:
                    sys.stdout.write(f"{name} is {over} px too wide at {width}\n")
                if width == WIDTHS[0]:
                    for found in Axe().run(page).response["violations"]:
                        sys.stdout.write(f"{name}: {found['id']}: {found['nodes'][0]['html']}\n")
            page.close()
        browser.close()
    server.shutdown()


def main():
    logging.getLogger("werkzeug").disabled = True
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as root:
        seed = seeded(Path(root))
        photograph(seed, out, sys.argv[2:])
        seed[0].engine.close()


if __name__ == "__main__":
    main()
