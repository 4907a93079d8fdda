"""Takes a picture of every page over a living engine: `python -m ...pictures OUT [WORD]`.

Light at two widths and dark at the wider one; what is too wide or fails axe is printed.
"""

import logging
import sys
import tempfile
import threading
from datetime import timedelta
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from sqlalchemy import update
from werkzeug.serving import make_server

from privacy_engine import clock
from privacy_engine.children import register
from privacy_engine.console import saved_views
from privacy_engine.console.staff import StaffRole
from privacy_engine.ingest import sites
from privacy_engine.log.event import Identifier
from privacy_engine.retention import holds
from privacy_engine.retention import register as retention
from privacy_engine.retention.holds import HoldOrder
from privacy_engine.retention.rules import HoldScope
from privacy_engine.rights import actions, drafts
from privacy_engine.rights import register as requests
from privacy_engine.transaction import DueWorkRow
from tests.functional.console.world import Office, make_engine

LIST = (
    b"right,received,email,name,number\n"
    b"delete,2026-11-20,ada.fern@example.org,Ada Fern,T-1\n"
    b"know:specific,2026-08-01,a.very.long.name.indeed@wildflower-counselling.example,B,T-2\n"
    b"forget,yesterday,nobody,C,T-3\n"
)
BY_HAND = "hana.quill@example.org"  # asks for what an officer deletes by hand
LOOKS = ((1280, "light"), (360, "light"), (1280, "dark"))


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
    by_hand = office.request("delete", BY_HAND)
    office.work()
    run = office.engine.run
    run(lambda tx: actions.assign(tx, shown, to=officer.staff_id))
    run(lambda tx: actions.note(tx, shown, text="Accounting says the 2024 invoice must stay."))
    for reference in (shown, by_hand):
        run(lambda tx, ref=reference: actions.verify(tx, ref, method="officer:email+record"))
    office.work()
    run(lambda tx: actions.decide(tx, by_hand, outcome="fulfil"))
    office.work()
    run(_story)
    run(_mail)
    _past(office)
    office.look()
    office.work()
    return office, officer, shown


def _story(tx):
    """A child, a few answers, a disclosure, a site."""
    who = (Identifier("email", "maya.tallow@example.org"),)
    child = (Identifier("email", "pip.tallow@example.org"),)
    text = "hi i am 11 and i want to talk to somebody"
    tx.append("message.received", {"channel": "contact_form", "text": text}, subject=child)
    nine = (Identifier("email", "nine@example.org"),)
    tx.append("age_signal.received", {"kind": "age", "value": 9}, subject=nine)
    yes = {"document": "privacy-statement", "version": "2021-11-04", "method": "form"}
    tx.append("consent.given", {"purpose": "newsletter", **yes}, subject=who)
    seen = {"document": "privacy-statement", "version": "2021-11-04", "surface": "footer"}
    for one in (who, child, (Identifier("device", "a-browser-somewhere"),)):
        tx.append("notice.shown", seen, subject=one, site="listing-site")
    met = {"undeclared": ["ads.example", "cookie _fbp"], "unmet": ["Search Console"]}
    tx.append("trackers.compared", {"hosts": 4, "cookies": 3, **met})
    tx.append("consent.refused", {"purpose": "sale-sharing", **yes}, subject=who)
    facts = {"recipient": "mail-vendor", "categories": ["A", "F"], "purpose": "newsletter"}
    more = {"basis": "service_provider", "sale": False, "sharing": False}
    tx.append("disclosure.made", {**facts, **more}, subject=who)
    sites.add(tx, "listing-site", origins=["https://listing.example"])
    tx.order("letters.send", name="stuck", case="R-AAAA-BBBB", event="x")
    tx.session.execute(
        update(DueWorkRow)
        .where(DueWorkRow.name == "stuck")
        .values(state="dead", attempts=8, last_error="the mail server does not take the letter")
    )
    holds.place(tx, HoldOrder(HoldScope.SERIES, "Letter of the tax board", target="invoices"))


def _mail(tx):
    """Three messages in the privacy mailbox, and a view that somebody keeps."""
    long = (
        "Bartholomew Featherstonehaugh-Okonkwo <bartholomew.featherstonehaugh@wildflower.example>"
    )
    texts = (
        (
            "Ada Fern <ada.fern@example.org>",
            "My data",
            "Please delete everything about me.\n\nAda",
        ),
        (long, "A question that nobody could have foreseen " * 3, "What do you hold? " * 60),
        ("Shop <offers@shop.example>", "Save now", "Our offers of this week."),
    )
    for days, (sender, subject, text) in zip((0, 30, 3), texts, strict=True):
        raw = f"From: {sender}\r\nSubject: {subject}\r\n\r\n{text}"
        drafts.take(tx, raw.encode(), received_at=tx.now - timedelta(days=days))
    owner = "x" * 32
    saved_views.keep(tx, owner, name="Deletions by post", query={"channel": "mail"}, shared=True)


def _past(office):
    """A fortnight of decisions, so that a forecast has something to rest on."""
    for days in range(16, 0, -1):
        with clock.fixed(clock.now() - timedelta(days=days)):
            reference = office.request("correct", f"past{days}@example.org")
            words = {"ground": "outside_jurisdiction", "citation": "x", "reason": "not ours"}
            office.engine.run(
                lambda tx, ref=reference, words=words: actions.decide(
                    tx, ref, outcome="deny", **words
                )
            )
            office.engine.run(lambda tx, ref=reference: actions.end(tx, ref, as_="denied"))


def pages(office, shown):
    """Return (name, path) of every page."""
    one = f"/requests/{shown}"
    with office.engine.reading() as tx:
        children = register.open_cases(tx.session)
        asks = tx.find_subject([Identifier("email", BY_HAND)], site="portal")
        (by_hand,) = requests.of_subjects(tx.session, [asks or ""])
        letter = next(e for e in tx.events_of_case(shown) if e.kind == "message.sent")
        runs = retention.runs(tx.session)
        waiting = drafts.waiting(tx)
    yield from [
        ("today", "/"),
        ("queue", "/requests"),
        ("queue-late", "/requests?view=late"),
        ("queue-empty", "/requests?view=hand"),
        ("new", "/requests/new"),
        ("import", "/requests/import"),
        ("forecast", "/requests/forecast"),
        ("mailbox", "/mailbox"),
        *[(f"draft-{n}", f"/mailbox/{item.case}") for n, item in enumerate(waiting)],
        ("mailbox-filed", "/mailbox?view=filed"),
        ("one", one),
        *[(f"one-{do}", f"{one}?do={do}") for do in ("approve", "deny", "extend", "message")],
        ("events", "/events"),
        ("event", f"/events/{letter.event_id}"),
        ("children", "/children"),
        *[(f"child-{case.state}", f"/children/{case.case}") for case in children],
        ("consent", "/consent"),
        ("disclosures", "/disclosures"),
        ("suspensions", "/disclosures/left-out"),
        ("sites", "/sites"),
        ("retention", "/retention"),
        *[("retention-run", f"/retention/{run.run}") for run in runs[:1]],
        ("holds", "/holds"),
        ("promises", "/promises"),
        ("redline", "/documents/privacy-statement/2021-11-04/to/2026-12-01"),
        ("documents", "/documents"),
        ("document", "/documents/privacy-statement/2021-11-04"),
        ("document-next", "/documents/privacy-statement/2026-12-01"),
        ("concerned", "/documents/privacy-statement/2026-12-01/people"),
        ("concerned-agree", "/documents/privacy-statement/2026-12-01/people?who=agree"),
        ("trackers", "/trackers"),
        ("systems", "/systems"),
        ("outbox", "/outbox"),
        ("letter", f"/outbox/{letter.event_id}"),
        ("reports", "/reports"),
        ("reports-form", "/reports?kind=disclosure-accounting"),
        ("people", "/people"),
        ("attest", f"/cases/{by_hand.reference}/systems/support-mailbox"),
        ("missing", "/requests/R-0000-0000"),
    ]


def _tell(said):
    # The accessibility check runs a script of its own, which the policy rightly refuses.
    if "Content Security Policy" not in said.text and "preload" not in said.text:
        sys.stdout.write(f"console: {said.text}\n")


class Shot:
    """Takes pictures in one look and says what does not fit or is not accessible."""

    def __init__(self, page, out, look, only):
        self.page, self.out, self.look, self.only = page, out, look, only

    def wants(self, name):
        return not self.only or any(word in name for word in self.only)

    def take(self, name):
        if not self.wants(name):
            return
        self.page.screenshot(path=self.out / f"{name}-{self.look}.png", full_page=True)
        over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            sys.stdout.write(f"{name} is {over} px too wide: {self.look}\n")
        for found in Axe().run(self.page).response["violations"]:
            where = found["nodes"][0]["html"]
            sys.stdout.write(f"{name} {self.look}: {found['id']}: {where}\n")


def _press(page, base, shot, shown):
    """Take the pages that only a press of a button leads to."""
    if shot.wants("bulk"):
        page.goto(f"{base}/requests")
        for box in page.locator("input[type=checkbox][name=reference]").all():
            box.check()
        page.select_option("select[name=action]", "extend")
        page.locator("form#bulk button, button[form=bulk]").first.click()
        shot.take("bulk")
    if shot.wants("import-preview"):
        page.goto(f"{base}/requests/import")
        page.set_input_files("#f-file", {"name": "x.csv", "mimeType": "text/csv", "buffer": LIST})
        page.locator("main form button").click()
        shot.take("import-preview")
        page.locator("main form button").click()
        shot.take("import-done")
    if shot.wants("reveal"):
        page.goto(f"{base}/requests/{shown}")
        page.locator("form[action*=reveal] button").first.click()
        shot.take("reveal")
    if shot.wants("consent-found"):
        page.goto(f"{base}/consent")
        page.fill("#f-email", "maya.tallow@example.org")
        page.select_option("#f-reason", "answer")
        page.locator("form.filters button").click()
        shot.take("consent-found")


def photograph(seed, out, only):
    office, officer, shown = seed
    server = make_server("127.0.0.1", 0, office.application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/console"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium")
        for width, scheme in LOOKS:
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.on("console", _tell)
            shot = Shot(page, out, f"{width}{'-dark' if scheme == 'dark' else ''}", only)
            page.goto(f"{base}/sign-in")
            shot.take("sign-in")
            page.goto(f"{base}/sign-in/{office.link(officer)}")
            shot.take("sign-in-link")
            page.click("button")
            _press(page, base, shot, shown)
            for name, path in pages(office, shown):
                if shot.wants(name):
                    page.goto(base + path)
                    shot.take(name)
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
