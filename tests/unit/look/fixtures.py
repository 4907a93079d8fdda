"""Invented people and cases in every state that a page must survive."""
# ruff: noqa: E501, RUF001

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Of
from zoneinfo import ZoneInfo

from markupsafe import Markup

from privacy_engine.auditing.seats import Seat
from privacy_engine.console.child_acts import Box, ParentPanel
from privacy_engine.console.children import ChildCase
from privacy_engine.console.holds import HoldLine
from privacy_engine.console.people import StaffLine
from privacy_engine.console.queue import Filters, Kept, View
from privacy_engine.console.reports import OrderRow, ReportRow, ScheduleRow
from privacy_engine.console.retention import RunRow, SeriesRow
from privacy_engine.console.retention_run import RunLine, RunView, SampleRow
from privacy_engine.console.saved_views import SavedView
from privacy_engine.console.second_person import Standing
from privacy_engine.look.parts import (
    Alert,
    Choice,
    Clock,
    Entry,
    NextStep,
    Pages,
    Person,
    Population,
    SystemRow,
    Values,
)
from privacy_engine.portal.check import Answer, CheckResult

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 17, 5, tzinfo=UTC).astimezone(ZoneInfo("America/Los_Angeles"))
HASH = "qL0v3nZl8x1Yb0fT2mC7dK9pW4sR6uJ5hG8aE1iO0kM="
DIGEST = "9f2c1e7ab04d5c6388e1f0a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6"
MAYA = Person("s-7k3f92qd", "m•••@e•••.org")
LONG = Person(
    "s-11",
    "b•••@w•••.example",
    revealed="bartholomew.featherstonehaugh-okonkwo@wildflower-counselling.example",
)
CHILD = Person("s-12", "t•••@e•••.example", child=True)
SEAT = Seat(
    "p2", "Privacy audit 2026", date(2026, 1, 1), date(2026, 9, 30), ("listing-site",), NOW
)
GONE = Person("s-13", "", erased=True)
REASON = (
    "Received 23 October 2026, 16:40 PDT. 45 calendar days run from the next day; the law's last "
    "day falls on 7 December. One extension of 45 days is available until then; it needs notice "
    "and a reason."
)


def ago(**span):
    return NOW - timedelta(**span)


def clock(label="Answer", days=13, **changes):
    due_on = TODAY + timedelta(days=days)
    values = {
        "label": label,
        "strict_due_on": due_on,
        "legal_due_on": due_on + timedelta(days=3),
        "today": TODAY,
        "reason": REASON,
        "citation": "11 CCR 7021(b)",
    }
    return Clock(**{**values, **changes})


def population(count, noun, *filters, of=None, many=""):
    return Population(count, noun, NOW, 10_482, HASH, filters, of, many)


PAGES = Pages(1, 50, 10_000, "", "?page=2")
ONE_PAGE = Pages(1, 6, 6)
STEP = NextStep(
    "Send acknowledgement",
    "The person has not heard from us yet; the law gives ten business days.",
    "?do=acknowledge",
    sends_to="m•••@e•••.org",
)


def row(reference, **changes):
    values = {
        "reference": reference,
        "right": "delete",
        "person": MAYA,
        "name": "",
        "state": "open",
        "step": NextStep("Send acknowledgement", "", "?do=acknowledge"),
        "clocks": [clock("Acknowledge", 2), clock("Answer", 33)],
        "verification": "unverified",
        "tasks_done": 0,
        "tasks_all": 4,
        "owner": "D. Okafor",
        "site": "listing-site",
        "jurisdiction": "us-ca",
        "jurisdiction_warning": "",
        "channel": "form",
        "age_days": 12,
    }
    return Of(**{**values, **changes})


ROWS = [
    row(
        "R-2M8C-41VX",
        right="know:specific",
        step=NextStep("Send the answer", "", "?do=approve"),
        clocks=[clock(days=-6)],
        verification="verified",
        tasks_done=4,
        age_days=51,
    ),
    row(
        "R-5T0Q-88PA",
        clocks=[clock(days=-1)],
        step=NextStep("Search the support mailbox", "", "?do=task"),
        verification="verified",
        tasks_done=3,
        owner="",
        age_days=46,
    ),
    row("R-7K3F-92QD"),
    row(
        "R-9B1H-03ZE",
        right="correct",
        person=LONG,
        step=NextStep("Waiting", "", waits_for="the person’s confirmation"),
        clocks=[clock(days=20)],
        verification="awaiting_person",
        jurisdiction_warning="Says Nevada, asked from California",
    ),
    row(
        "R-0W6N-55KJ",
        person=CHILD,
        step=NextStep("Delete what the child gave", "", "?do=approve"),
        clocks=[clock(days=4)],
        verification="verified",
    ),
    row(
        "R-3D4G-17LS",
        clocks=[clock(paused=True)],
        step=NextStep("Waiting", "", waits_for="mail vendor"),
        verification="verified",
        tasks_done=3,
    ),
    row(
        "R-6Y2R-70CU",
        right="opt_out",
        clocks=[clock(days=9, extended=True)],
        verification="not_needed",
        tasks_done=4,
        step=None,
        state="fulfilled",
    ),
]

ENTRIES = [
    Entry(
        "note",
        ago(hours=2),
        "D. Okafor",
        "Invoice of 2024",
        "Accounting says the 2024 invoice must stay seven years. Ask them for the ground in writing before we answer.",
        "01J0A",
        10_480,
        HASH,
    ),
    Entry(
        "message_out",
        ago(hours=5),
        "Privacy officer",
        "We have your request",
        "We received your request on 10 November 2026 and answer by 25 December 2026.\n\nYour reference is R-7K3F-92QD.",
        "01J0B",
        10_471,
        HASH,
    ),
    Entry(
        "message_in",
        ago(days=1),
        "m•••@e•••.org",
        "Re: We have your request",
        "Please also look under my old address.",
        "01J0C",
        10_466,
        HASH,
    ),
    Entry(
        "event",
        ago(days=2),
        "Engine",
        "Listing database searched: 14 records found",
        "",
        "01J0D",
        10_402,
        HASH,
    ),
    Entry("event", ago(days=12), "listing-site", "Request received", "", "01J0E", None, ""),
]
SYSTEMS = [
    SystemRow(
        "listing-database",
        "Listing database",
        "automatic",
        "erased",
        14,
        13,
        1,
        0,
        "1 invoice kept seven years",
        "Civ. Code 1798.105(d)(8)",
        ago(hours=3),
        "engine",
        "01J0F",
    ),
    SystemRow(
        "mail-vendor",
        "Mail vendor",
        "by webhook",
        "awaiting_reply",
        2,
        None,
        None,
        None,
        "Asked on 20 November; usually answers within 2 days",
        at=ago(days=2),
        by="engine",
        event_id="01J0G",
    ),
    SystemRow(
        "payment-vendor",
        "Payment vendor, with a rather long name in its contract",
        "told only",
        "failed",
        reason="The vendor answered 503 three times",
        can_retry=True,
    ),
    SystemRow("support-mailbox", "Support mailbox", "by hand", "not_searched", task_url="/task"),
    SystemRow(
        "archive",
        "Archive",
        "automatic",
        "residue",
        5,
        4,
        0,
        1,
        at=ago(hours=1),
        by="engine",
        event_id="01J0H",
        can_retry=True,
    ),
]
SHELL = Of(
    controller="Session in Progress",
    officer="D. Okafor",
    role="privacy officer",
    test_mode=False,
    here="/requests/R-7K3F-92QD",
    answers=[],
    counts={"today": 3, "queue": 27, "children": 2, "outbox": 1, "retention": 1},
    late={"today", "outbox"},
)
PORTAL_SHELL = Of(
    controller="Session in Progress",
    home_url="https://listing.example",
    contact="Privacy officer, PO Box 1, Truckee, CA 96160 · privacy@listing.example",
    documents=[
        ("privacy-statement", "Privacy statement"),
        ("notice-at-collection", "Notice at collection"),
        ("childrens-notice", "Notice about children"),
    ],
    signal=False,
    test_mode=False,
)
VIEWS = [
    Of(code=str(at), label=label, count=count, url=f"?view={at}", current=at == 0)
    for at, (label, count) in enumerate(
        [
            ("All open", 27),
            ("Mine", 6),
            ("Acknowledge", 4),
            ("Verify", 5),
            ("Waiting for the person", 7),
            ("Waiting for a system", 3),
            ("Review", 2),
            ("Ready to send", 2),
            ("Due in 5 days", 4),
            ("Paused or held", 1),
            ("Under 13", 1),
            ("Opt-outs", 0),
            ("Closed", 10_214),
        ]
    )
]
ANY = [
    Choice("", "Any", chosen=True),
    Choice("delete", "Delete"),
    Choice("know:specific", "Know: a copy"),
]
FILTERS = Filters(
    reference="",
    subject="",
    rights=ANY,
    owners=ANY,
    laws=ANY,
    channels=ANY,
    sorts=[Choice("risk", "Most urgent")],
    view="all",
)
KEPT = Kept(
    views=[View("kept", "Mine from Paris", 3, "?view=kept", current=False)],
    current=SavedView("v-1", "Mine from Paris", {"view": "mine"}, own=True, shared=True),
    query={"view": "mine"},
    may_keep=True,
)
LETTER = Of(
    to="m•••@e•••.org",
    subject="We cannot delete everything you asked for",
    body="You asked us on 10 November 2026 to delete your information.\n\nWe deleted what is in our listings and our newsletter, searched again, and found nothing. One invoice of 14 March 2024 stays until 31 December 2031, since tax law asks us to keep it. We use it for nothing else.\n\nIf you disagree, answer this letter.",
    signed_by="The privacy officer\nSession in Progress",
)
FORM = Of(
    values=Values(),
    errors={},
    choices=[
        Choice("exception", "Something must be kept", "Say what and until when."),
        Choice("no_match", "Nothing was found"),
        Choice("insuf_verification", "Could not be verified"),
    ],
    points=[
        Choice("email", "Answers from the address we hold"),
        Choice("listing", "Names the listing and its month"),
    ],
    letter=LETTER,
    effects=[
        "Delete 14 records in the listing database; keep 1 invoice",
        "Ask the mail vendor to delete 2 records",
        "Search all again after 24 hours",
    ],
    citation="11 CCR 7022(f)",
)
CASE = Of(
    reference="R-7K3F-92QD",
    right="delete",
    state="in_progress",
    person=MAYA,
    name="M. T.",
    whom="for themselves",
    agent="",
    site="listing-site",
    jurisdiction="us-ca",
    jurisdiction_warning="",
    channel="form",
    owner="D. Okafor",
    received_at=ago(days=12),
    details="Please delete my old therapist profile and everything the newsletter knows.",
    corrections="",
    child=False,
    held="",
    linked=[("R-1A2B-3C4D", "same person, asked on 3 Nov 2026")],
    repeat="",
)
VERIFICATION = Of(
    state="unverified",
    level="Reasonable: two matching points",
    citation="11 CCR 7062(b)",
    needed=2,
    points=[Of(words="Answers from the address we hold", by="engine", at=ago(days=1))],
    declared="",
    needs_declaration=False,
    delete_by=date(2027, 2, 1),
)
FILES = [
    Of(
        title="Deletion report",
        url="/f/1",
        state="published",
        sha256=DIGEST,
        at=ago(hours=1),
        size="212 KB",
    ),
    Of(title="Acknowledgement", url="", state="sent", sha256="", at=ago(hours=5), size=""),
]
OTHERS = [
    ("note", "Keep a note", "n"),
    ("message", "Write to the person", "r"),
    ("verify", "Verify", "v"),
    ("extend", "Take more time", "e"),
    ("deny", "Say no", ""),
    ("assign", "Hand over", "a"),
    ("revoke", "They take it back", ""),
]
ONE = {
    "case": CASE,
    "clocks": [clock("Acknowledge", -3, done_on=date(2026, 11, 17)), clock("Answer", 33)],
    "step": STEP,
    "doing": "",
    "form": None,
    "others": OTHERS,
    "excluded": ["o•••@e•••.org"],
    "systems": SYSTEMS,
    "systems_done": 1,
    "verification": VERIFICATION,
    "files": FILES,
    "entries": ENTRIES,
    "shown": "all",
}
TEXT = Markup(
    "<h2>What we collect</h2><p>When you make an account we ask for your name, your address and a password. When you write to a therapist we keep the message until they answer.</p><h2>How long</h2><ul><li>Accounts: two years after your last visit.</li><li>Messages: ninety days.</li></ul><p>We sell nothing to anybody.</p>"
)
RED = Markup(
    "<h2>How long</h2><p>We keep messages for <del>one year</del> <ins>ninety days</ins>, and accounts for two years after your last visit.</p><p><ins>We honour a browser signal that asks us not to sell or share.</ins></p>"
)
SVG = Markup(
    '<svg viewBox="0 0 520 96" width="520" height="96" role="img" aria-labelledby="c1 c2"><title id="c1">Disclosures a month</title><desc id="c2">Mail vendor 120, payment vendor 31</desc><g font-size="13" fill="currentColor"><text x="0" y="28">Mail vendor</text><rect x="130" y="14" width="300" height="18" fill="#0b5d66"/><text x="438" y="28">120</text><text x="0" y="66">Payment vendor</text><rect x="130" y="52" width="78" height="18" fill="#0b5d66"/><text x="216" y="66">31</text></g></svg>'
)
LOG = Of(tree_size=10_482, root=HASH, checkpoint_at=ago(minutes=1), behind=3, state="ok")
ALERTS = [
    Alert(
        "Mail is not going out",
        "3 letters wait; the mail server refuses the sign-in.",
        "/outbox",
        "Open the outbox",
        ago(hours=7),
    ),
    Alert(
        "The mail vendor has been silent for 3 days",
        "Two deletions wait for its answer.",
        "/systems",
        "See the systems",
    ),
]
TALLIES = [
    Of(figure=2, words="late", url="?view=late", tone="late"),
    Of(figure=4, words="due in 5 days", url="?view=due", tone="soon"),
    Of(figure=27, words="open requests", url="?", tone="calm"),
    Of(figure=2, words="children’s cases", url="/children", tone="child"),
    Of(figure=1, words="paused or held", url="?view=held", tone="held"),
]
SCHEDULES = [
    Of(
        title="Retention",
        state="awaiting_approval",
        last_at=ago(days=6),
        next_at=NOW + timedelta(hours=9),
        detail="214 records wait",
    ),
    Of(
        title="Search again",
        state="ok",
        last_at=ago(minutes=20),
        next_at=NOW + timedelta(minutes=40),
        detail="",
    ),
    Of(title="Backups", state="stopped", last_at=None, next_at=None, detail="No run is planned"),
]
TODAY_PAGE = {
    "today": TODAY,
    "failures": [Of(alert=ALERTS[0], retry="w-1"), Of(alert=ALERTS[1], retry="")],
    "tallies": TALLIES,
    "children": [],
    "children_total": 0,
    "due": ROWS[:4],
    "due_total": 27,
    "waiting": [
        Of(
            verb="Approve what goes",
            url="/retention/D-1",
            state="awaiting_approval",
            why="Invoices and payments: 214 records past their time.",
            since_at=ago(days=6),
        ),
    ],
    "schedules": SCHEDULES,
    "log": LOG,
}
CONSENTS = [
    Of(
        purpose="service",
        title="Account and appointments",
        state="not_asked",
        permitted=True,
        since=None,
        document="",
        version="",
        method="",
        event_id="",
        note="by notice",
    ),
    Of(
        purpose="newsletter",
        title="Newsletter",
        state="given",
        permitted=True,
        since=ago(days=400),
        document="privacy-statement",
        version="2021-11-04",
        method="form",
        event_id="01J1A",
        note="",
    ),
    Of(
        purpose="sale-sharing",
        title="Sale and sharing",
        state="refused",
        permitted=False,
        since=ago(days=2),
        document="privacy-statement",
        version="2021-11-04",
        method="signal",
        event_id="01J1B",
        note="browser signal",
    ),
    Of(
        purpose="product-updates",
        title="Product updates",
        state="withdrawn",
        permitted=False,
        since=ago(days=1),
        document="privacy-statement",
        version="2021-11-04",
        method="account",
        event_id="01J1C",
        note="",
    ),
]
CHILD_ROWS = [
    Of(
        case_id="c1",
        person=CHILD,
        state="frozen",
        step=NextStep("Decide: is this a child?", "", "/children/c1"),
        clocks=[clock("Delete by", 3)],
        evidence="wrote an age of 11 in the contact form",
        site="listing-site",
        detected_at=ago(days=3),
        systems_done=0,
        systems_all=0,
        reference="",
    ),
    Of(
        case_id="c2",
        person=Person("s-14", "k•••@e•••.example", child=True),
        state="awaiting_parent",
        step=NextStep("Waiting", "", waits_for="the parent"),
        clocks=[clock("Delete by", 6)],
        evidence="birth date given at sign-up",
        site="newsletter-site",
        detected_at=ago(days=8),
        systems_done=0,
        systems_all=0,
        reference="",
    ),
    Of(
        case_id="c3",
        person=GONE,
        state="erased",
        step=None,
        clocks=[clock("Delete by", -2, done_on=date(2026, 11, 18))],
        evidence="a parent told us",
        site="listing-site",
        detected_at=ago(days=20),
        systems_done=4,
        systems_all=4,
        reference="R-0W6N-55KJ",
    ),
]
RUN = RunView(
    run_id="rr-1",
    state="awaiting_approval",
    title="Retention run of 22 November 2026",
    on=TODAY,
    drawn_at=ago(minutes=8),
    approved_by="",
    digest=DIGEST,
    stale=False,
    cutoff_on=date(2026, 11, 21),
    size="4 MB",
    difference="2,578 records more than the last time",
    paused_why="",
    follows="rr-0",
    executed="",
    done=0,
    would=12_418,
    held=3,
)
RUN_LINES = [
    RunLine(
        series="web-logs",
        title="Web logs",
        system="Listing database",
        disposition="delete",
        would=12_204,
        held=0,
        kept=0,
        oldest=date(2025, 1, 2),
        newest=date(2026, 8, 20),
        effects=(),
        done=None,
        found_again=None,
        state="planned",
    ),
    RunLine(
        series="messages",
        title="Messages to therapists",
        system="Listing database",
        disposition="delete",
        would=214,
        held=3,
        kept=1,
        oldest=None,
        newest=None,
        effects=("2 rows of replies go along",),
        done=None,
        found_again=None,
        state="planned",
    ),
]
CHOICE_ROLES = [
    Choice("officer", "Privacy officer", "Works the requests."),
    Choice("approver", "Approver", "Approves deletions that somebody else prepared."),
    Choice("auditor", "Auditor", "Reads everything, changes nothing."),
]
WHOM = [
    Choice("self", "Mine", chosen=True),
    Choice("child", "My child’s"),
    Choice("agent", "Somebody’s who asked me to do this"),
]
NEXT_WORDS = [
    "We write to your address and ask whether it was you.",
    "We look in every place where we keep information.",
    "We delete what we find, search again, and tell you what we did.",
]


def verb(words, why, url="#"):
    return Of(words=words, why=why, url=url)


PERIOD_REPORT = Of(
    code="request-register",
    title="Requests of a period",
    words="Every request, its clocks and its outcome.",
    needs=("period",),
    fields=("period", "site"),
)
CONSOLE = {
    "today": ("today", TODAY_PAGE),
    "today-empty": (
        "today",
        {
            **TODAY_PAGE,
            "failures": [],
            "due": [],
            "due_total": 0,
            "waiting": [],
            "tallies": [Of(figure=0, words="open requests", url="?", tone="calm")],
        },
    ),
    "queue": (
        "queue",
        {
            "views": VIEWS,
            "rows": ROWS,
            "filters": FILTERS,
            "kept": KEPT,
            "all_url": "/export?view=all",
            "query": "view=all",
            "total": 27,
            "bulk_actions": [Choice("assign", "Hand over"), Choice("extend", "Extend")],
            "population": population(27, "request", "view: all open", of=10_241),
            "pages": PAGES,
        },
    ),
    "queue-empty": (
        "queue",
        {
            "views": VIEWS,
            "rows": [],
            "filters": replace(FILTERS, subject="s-1"),
            "kept": Kept([], None, {}, may_keep=False),
            "all_url": "",
            "query": "view=mine",
            "total": 0,
            "bulk_actions": [],
            "population": population(0, "request", "view: mine"),
            "pages": Pages(0, 0, 0),
        },
    ),
    "bulk": (
        "bulk",
        {
            "action": "extend",
            "action_words": "Extend by 45 days",
            "chosen": 4,
            "applies": ["R-7K3F-92QD", "R-5T0Q-88PA"],
            "leaves": [
                ("R-6Y2R-70CU", "an opt-out cannot be extended"),
                ("R-3D4G-17LS", "already extended once"),
            ],
            "most": 200,
            "named": 20,
            "fields": ["reason", "owner", "subject", "text"],
            "owners": ANY,
            "typed": Values(),
            "query": "view=mine",
            "errors": {"reason": "Say why more time is needed; each person is told."},
        },
    ),
    "new_request": (
        "new_request",
        {
            "values": Values({"received_on": "2026-11-20"}),
            "rights": ANY[1:],
            "channels": [Choice("phone", "Phone"), Choice("mail", "Letter")],
            "whom": WHOM,
            "errors": {
                "right": "Choose what they ask for.",
                "email": "Write an address, or a phone number below.",
            },
        },
    ),
    "attest": (
        "attest",
        {
            "case": "R-7K3F-92QD",
            "system": "The support mailbox",
            "contact": "support",
            "identifiers": [("email", "maya.tallow@example.org"), ("account", "8812")],
            "values": Values(),
            "errors": {"removed": "Give a whole number; 0 when there was nothing."},
            "post_url": "/attest",
            "back_url": "/requests/R-7K3F-92QD",
        },
    ),
    "correct": (
        "correct",
        {
            "case": "R-7K3F-92QD",
            "said": [("text", "My number ends in 0199.")],
            "details": "",
            "rows": [
                ("place-1", "was-1", "value-1", ANY[1:]),
                ("place-2", "was-2", "value-2", ANY[1:]),
            ],
            "values": Values({"value-1": "+1 530 555 0199"}),
            "errors": {"place-1": "Choose at least one place where something is wrong."},
            "post_url": "/correct",
            "back_url": "/requests/R-7K3F-92QD",
        },
    ),
    "decide_rows": (
        "decide_rows",
        {
            "case": "R-7K3F-92QD",
            "system": "The listing database",
            "gone": "12 records",
            "questions": [
                Of(
                    field="table-0",
                    table="messages",
                    count="3 rows",
                    reasons=("the row also belongs to somebody else",),
                    choices=ANY[1:],
                )
            ],
            "follows": ["1 row of clients"],
            "values": Values({}),
            "errors": {"table-0": "Say what becomes of the rows of messages."},
            "post_url": "/rows",
            "back_url": "/requests/R-7K3F-92QD",
        },
    ),
    "reveal": (
        "reveal",
        {
            "subject": "s-7k3f92qd",
            "back": "/requests/R-7K3F-92QD",
            "reference": "R-7K3F-92QD",
            "reasons": ANY[1:],
            "errors": {},
        },
    ),
    "one_request": ("one_request", ONE),
    "one_request-deny": (
        "one_request",
        {
            **ONE,
            "doing": "deny",
            "form": Of(
                **{**vars(FORM), "errors": {"reason": "Choose a reason; it is kept and told."}}
            ),
        },
    ),
    "one_request-verify": (
        "one_request",
        {**ONE, "doing": "verify", "form": Of(**{**vars(FORM), "letter": None})},
    ),
    "one_request-approve": ("one_request", {**ONE, "doing": "approve", "form": FORM}),
    "one_request-closed": (
        "one_request",
        {
            **ONE,
            "case": Of(
                **{
                    **vars(CASE),
                    "state": "fulfilled",
                    "person": GONE,
                    "name": "",
                    "details": "",
                    "linked": [],
                    "held": "Matter “Alder v. Birch” keeps 3 records of this person.",
                }
            ),
            "step": None,
            "others": [],
            "systems": [],
            "systems_done": 0,
            "files": [],
            "entries": ENTRIES[3:],
            "clocks": [clock("Answer", -9, done_on=date(2026, 11, 20))],
        },
    ),
    "events": (
        "events",
        {
            "rows": [
                Of(
                    event_id=f"01J{n}",
                    position=None if n == 0 else 10_482 - n,
                    type=kind,
                    at=ago(minutes=n * 7),
                    source="https://listing.example",
                    subject="s-7k3f92qd8812" if n % 2 else "",
                    state="gone" if n == 3 else "proven" if n else "not_sequenced",
                )
                for n, kind in enumerate(
                    [
                        "consent.given",
                        "request.received",
                        "notice.shown",
                        "message.received",
                        "disposition.done",
                    ]
                )
            ],
            "filters": Of(type="", subject="", on=""),
            "types": ANY[:1],
            "population": population(10_482, "event"),
            "pages": PAGES,
        },
    ),
    "event": (
        "event",
        {
            "event": Of(
                event_id="01JD2V6XK5Y1",
                type="consent.given",
                source="https://listing.example",
                source_id="signup-8812",
                leaf_hash=HASH,
                position=10_466,
                tree_size=10_482,
                root=HASH,
                recorded_at=ago(days=1),
                occurred_at=ago(days=1, minutes=4),
                subject="s-7k3f92qd8812",
                reference="R-7K3F-92QD",
            ),
            "envelope": '{\n  "type": "consent.given",\n  "purpose": "newsletter",\n  "commitments": ["'
            + HASH
            + '"]\n}',
            "parts": [
                Of(name="subject.email", state="ok", words="identifier"),
                Of(
                    name="wording",
                    state="gone",
                    words="erased with the person on 20 November 2026",
                ),
            ],
            "proof": "c2sp.org/tlog-proof@v1\nindex 10466\n" + HASH,
            "proof_ok": True,
            "has_evidence": True,
        },
    ),
    "record_consent": (
        "record_consent",
        {
            "values": Values({"on": "2026-11-20"}),
            "purposes": [Choice("newsletter", "Newsletter", chosen=True)],
            "kinds": [Choice("given", "Yes"), Choice("refused", "No")],
            "methods": [Choice("paper", "On paper", chosen=True)],
            "actors": [Choice("self", "The person", chosen=True)],
            "errors": {"file": "The file is no PDF, PNG, JPEG, MP3 or WAV."},
        },
    ),
    "documents": (
        "documents",
        {
            "documents": [
                Of(
                    slug="privacy-statement",
                    title="Privacy statement",
                    version="2021-11-04",
                    state="published",
                    effective_on=date(2021, 11, 4),
                    draft="2026-12-01",
                    showings=9_114,
                    acceptances=812,
                ),
                Of(
                    slug="notice-at-collection",
                    title="Notice at collection",
                    version="2026-01-01",
                    state="draft",
                    effective_on=None,
                    draft="",
                    showings=0,
                    acceptances=0,
                ),
            ],
            "population": population(2, "document"),
        },
    ),
    "document": (
        "document",
        {
            "document": Of(
                slug="privacy-statement",
                title="Privacy statement",
                version="2026-12-01",
                state="in_review",
                sha256=DIGEST,
                effective_on=date(2026, 12, 1),
                published_at=None,
                supersedes="2021-11-04",
                approved_by="",
                material=True,
                showings=0,
                acceptances=0,
            ),
            "versions": [
                Of(version="2026-12-01", state="in_review", effective_on=None),
                Of(version="2021-11-04", state="published", effective_on=date(2021, 11, 4)),
            ],
            "html": TEXT,
            "second": Of(step="do", words="A colleague proposed it."),
            "can_publish": True,
            "can_announce": True,
            "occasions": [Choice("text", "The text says more"), Choice("new_owner", "New owner")],
            "change": Of(case="P-7K3F-92QD"),
            "reach": Of(must_be_told=2_417, must_agree_again=0),
            "gaps": [
                Of(
                    requirement=Of(title="Updated", citation="Civ. Code", confidence="R"),
                    met=False,
                    why="it holds from 2021-11-04",
                )
            ],
            "unbound": [Of(text="We never sell your information.", line=41)],
        },
    ),
    "change": (
        "change",
        {
            "change": Of(
                case="P-7K3F-92QD",
                slug="privacy-statement",
                title="Privacy statement",
                version="2026-12-01",
                before="2021-11-04",
                occasion="Merger, sale or new owner of the business",
                summary="Says category by category what we collect and who gets it.",
                effective_on=date(2027, 1, 15),
                begun_by="dana@listing.example",
                begun_at=NOW,
                decided_by="",
                notice_at=None,
                lost=None,
            ),
            "steps": [
                Of(title="Compare old and new", state="done", at=NOW, detail=""),
                Of(title="The site shows the notice", state="waiting", at=NOW, detail=""),
                Of(title="Publish the version", state="failed", at=NOW, detail="too early"),
                Of(title="Leave time to read", state="planned", at=None, detail=""),
            ],
            "steps_done": 1,
            "told": [("Letter sent", 2_417), ("Not written to: may be a child", 1)],
            "shown": [(date(2026, 11, 24), "site-notice", 412)],
            "carried": [("Newsletter", 31), ("Sale or sharing", 207)],
            "can_decide": True,
            "can_stop": False,
            "own": False,
            "population": population(2_418, "letter"),
        },
    ),
    "redline": (
        "redline",
        {
            "title": "Privacy statement",
            "slug": "privacy-statement",
            "before": "2021-11-04",
            "after": "2026-12-01",
            "html": RED,
            "summary": "1 paragraph changed, 1 added.",
            "added": 15,
            "removed": 2,
        },
    ),
    "consent": (
        "consent",
        {
            "email": "maya.tallow@example.org",
            "as_of": "",
            "reasons": ANY,
            "errors": {},
            "found": Of(
                person=MAYA,
                child_state="",
                quarantined=False,
                as_of=None,
                lines=CONSENTS,
                history=ENTRIES[3:],
                day=Of(
                    shown=[
                        Of(
                            document="privacy-statement",
                            title="Privacy statement",
                            version="2021-11-04",
                            at=NOW,
                            where="listing-site",
                        ),
                        Of(
                            document="ccpa-statement",
                            title="CCPA statement",
                            version="2026-11-01",
                            at=None,
                            where="in force",
                        ),
                    ],
                    shared=[
                        Of(
                            title="Google (Analytics)",
                            role="third party",
                            categories="A, F",
                            allowed="Counting visits",
                            stopped="Sale or sharing",
                            may=True,
                            made=3,
                        ),
                    ],
                    clocks=[
                        Of(reference="R-7K3F-92QD", what="Answer", clock=clock()),
                        Of(reference="", what="Commercial mail stops: Newsletter", clock=clock()),
                    ],
                ),
                population=population(4, "purpose"),
            ),
            "asked": True,
        },
    ),
    "consent-child": (
        "consent",
        {
            "email": "t@e.example",
            "as_of": "2026-11-01",
            "reasons": ANY,
            "errors": {},
            "found": Of(
                person=CHILD,
                child_state="frozen",
                quarantined=True,
                as_of=date(2026, 11, 1),
                lines=[Of(**{**vars(line), "permitted": False}) for line in CONSENTS[:2]],
                history=[],
                day=Of(shown=[], shared=[], clocks=[]),
                population=population(2, "purpose"),
            ),
            "asked": True,
        },
    ),
    "consent-start": (
        "consent",
        {"email": "", "as_of": "", "reasons": ANY, "errors": {}, "found": None, "asked": False},
    ),
    "consent-nobody": (
        "consent",
        {
            "email": "x@e.example",
            "as_of": "",
            "reasons": ANY,
            "errors": {},
            "found": None,
            "asked": True,
        },
    ),
    "children": (
        "children",
        {
            "views": VIEWS[:4],
            "rows": CHILD_ROWS,
            "population": population(3, "case"),
            "pages": ONE_PAGE,
        },
    ),
    "children-empty": (
        "children",
        {"views": VIEWS[:4], "rows": [], "population": population(0, "case"), "pages": ONE_PAGE},
    ),
    "child": (
        "child",
        {
            "case": ChildCase(
                case_id="c1",
                state="frozen",
                site="listing-site",
                reference="",
                person=CHILD,
                detected_at=ago(days=3),
                evidence=[
                    Entry(
                        "event",
                        ago(days=3),
                        "listing-site",
                        "Message scanned: the writer says they are 11",
                        "",
                        "01J9",
                        9_001,
                        HASH,
                    )
                ],
            ),
            "clocks": [clock("Delete by", 3)],
            "step": NextStep(
                "decide whether this is a child",
                "The scan found an age of 11 in a message. Everything is frozen until you decide.",
                "#decide",
            ),
            "decisions": [
                ("delete", "Delete everything now", "grave"),
                ("not_a_child", "It is not a child", "second"),
            ],
            "parent": None,
            "typed": Values(),
            "answer_by": date(2026, 12, 6),
            "told": "p•••@e•••.org",
            "errors": {"reason": "Say in a sentence why."},
            "systems": [],
            "systems_done": 0,
            "entries": ENTRIES[3:],
        },
    ),
    "child-parent": (
        "child",
        {
            "case": ChildCase("c2", "asked", "listing-site", "", CHILD, ago(days=3), []),
            "clocks": [clock("Parent’s answer by", 11)],
            "step": NextStep("Look at the parent’s form", "A signed form arrived.", "#decide"),
            "decisions": [],
            "parent": ParentPanel(
                masked="p•••@e•••.org",
                progress="a form has arrived",
                way="signed form",
                has_form=True,
                boxes=[Box("site-use", "Using the site", chosen=True)],
                ways=[("phone_call", "a call with trained staff")],
                asks=True,
            ),
            "typed": Values(),
            "answer_by": None,
            "told": "",
            "systems": [],
            "systems_done": 0,
            "entries": ENTRIES[3:],
        },
    ),
    "retention": (
        "retention",
        {
            "series": [
                SeriesRow(
                    code="client-accounts",
                    title="Client accounts",
                    systems="Listing database",
                    trigger="last visit",
                    period="2 years",
                    disposition="delete",
                    due=41,
                    held=0,
                    citation="",
                    state="ok",
                    next_on=date(2026, 11, 30),
                    looked_at=ago(hours=3),
                    ran_at=ago(days=30),
                    why="41 records wait for approval.",
                ),
                SeriesRow(
                    code="invoices",
                    title="Invoices",
                    systems="Listing database, payment vendor",
                    trigger="end of the tax year",
                    period="7 years",
                    disposition="review",
                    due=None,
                    held=3,
                    citation="26 CFR 1.6001-1",
                    state="silent",
                    next_on=None,
                    looked_at=None,
                    ran_at=None,
                    why="Nobody can look into the payment vendor.",
                ),
            ],
            "runs": [
                RunRow(
                    run_id="rr-1",
                    title="Run of 22 November 2026",
                    state="awaiting_approval",
                    on=TODAY,
                    records=12_418,
                    by="",
                ),
                RunRow(
                    run_id="rr-0",
                    title="Run of 22 October 2026",
                    state="done",
                    on=date(2026, 10, 22),
                    records=9_840,
                    by="A. Approver",
                ),
            ],
            "step": NextStep(
                "Approve the run of 22 November",
                "12,418 records are past their time; 3 stay because of a hold.",
                "/retention/rr-1",
            ),
            "population": population(2, "series", many="series"),
        },
    ),
    "retention_run": (
        "retention_run",
        {
            "run": RUN,
            "lines": RUN_LINES,
            "samples": [
                SampleRow("messages", (("from_email", "m•••@•••.org"), ("sent_on", "2024-•••")))
            ],
            "can_approve": True,
            "can_run": False,
            "can_reject": True,
            "can_pause": False,
            "can_resume": False,
            "own_preview": False,
            "population": population(12_418, "record"),
        },
    ),
    "retention_run-own": (
        "retention_run",
        {
            "run": RUN,
            "lines": RUN_LINES,
            "samples": [],
            "can_approve": False,
            "can_run": False,
            "can_reject": True,
            "can_pause": False,
            "can_resume": False,
            "own_preview": True,
            "population": population(12_418, "record"),
        },
    ),
    "retention_run-paused": (
        "retention_run",
        {
            "run": replace(RUN, state="paused", paused_why="the site answers slowly", done=400),
            "lines": RUN_LINES,
            "samples": [],
            "can_approve": False,
            "can_run": False,
            "can_reject": False,
            "can_pause": False,
            "can_resume": True,
            "own_preview": False,
            "population": population(12_418, "record"),
        },
    ),
    "holds": (
        "holds",
        {
            "holds": [
                HoldLine(
                    hold_id="H-7K3F-92QD",
                    scope="One person",
                    state="placed",
                    placed_at=ago(days=40),
                    placed_by="D. Okafor",
                    reason="Subpoena of 12 October 2026",
                    released_at=None,
                    until=date(2027, 1, 15),
                    second=Standing(step="propose", words="This needs two people."),
                    is_lawful=True,
                    ends_soon=True,
                ),
                HoldLine(
                    hold_id="H-2M8C-41VX",
                    scope="All invoices",
                    state="released",
                    placed_at=ago(days=300),
                    placed_by="D. Okafor",
                    reason="Letter of the tax board",
                    released_at=ago(days=20),
                    until=None,
                    second=Standing(step="", words=""),
                    is_lawful=False,
                    ends_soon=False,
                ),
            ],
            "values": Values(),
            "scopes": ANY,
            "errors": {"until": "This is no day."},
            "can_change": True,
            "lawful_until": date(2027, 2, 20),
            "population": population(2, "hold"),
        },
    ),
    "disclosures": (
        "disclosures",
        {
            "rows": [
                Of(
                    event_id="01J5",
                    at=ago(days=1),
                    recipient="Mail vendor",
                    kind="service provider",
                    purpose="newsletter",
                    categories=["identifiers", "internet activity"],
                    basis="service provider",
                    sale=False,
                    sharing=False,
                    person=MAYA,
                    document="",
                ),
                Of(
                    event_id="01J6",
                    at=ago(days=4),
                    recipient="Google Analytics",
                    kind="third party",
                    purpose="analytics",
                    categories=["internet activity"],
                    basis="consent",
                    sale=False,
                    sharing=True,
                    person=None,
                    document="",
                ),
            ],
            "filters": Of(since="2026-01-01", until=""),
            "recipients": ANY,
            "purposes": ANY,
            "svg": SVG,
            "chart_summary": "November 2026: 151 disclosures, none of them a sale.",
            "population": population(151, "disclosure", "from 2026-01-01"),
            "pages": ONE_PAGE,
        },
    ),
    "systems": (
        "systems",
        {
            "systems": [
                Of(
                    code="listing-database",
                    title="Listing database",
                    kind="SQL",
                    state="ok",
                    last_ok_at=ago(minutes=4),
                    last_test_at=ago(hours=1),
                    detail="",
                    series="client accounts, messages, invoices",
                    open_tasks=0,
                    test_mode=False,
                    can_test=True,
                    deliveries_url="",
                    coverage="9 tables mapped, 1 in no map",
                    back=1,
                    compared_at=ago(hours=5),
                ),
                Of(
                    code="mail-vendor",
                    title="Mail vendor",
                    kind="webhook",
                    state="silent",
                    last_ok_at=ago(days=3),
                    last_test_at=ago(hours=1),
                    detail="Usually speaks every 6 hours",
                    series="newsletter subscriptions",
                    open_tasks=2,
                    test_mode=False,
                    can_test=True,
                    deliveries_url="/systems/mail-vendor/deliveries",
                    coverage="",
                    back=0,
                    compared_at=None,
                ),
                Of(
                    code="support-mailbox",
                    title="Support mailbox",
                    kind="by hand",
                    state="not_searchable",
                    last_ok_at=None,
                    last_test_at=None,
                    detail="",
                    series="messages",
                    open_tasks=1,
                    test_mode=False,
                    can_test=False,
                    deliveries_url="",
                    coverage="",
                    back=0,
                    compared_at=None,
                ),
            ],
            "drills": [
                Of(
                    name="D-2026-11",
                    state="failed",
                    started_at=ago(days=3),
                    planted="Listing database (3 rows)",
                    left_out="Support mailbox (done by hand)",
                    exercises=[
                        ("Give a copy", "passed", ""),
                        ("Delete, and search again", "failed", "Listing database said residue"),
                    ],
                )
            ],
            "can_drill": True,
            "population": population(3, "system"),
        },
    ),
    "reports": (
        "reports",
        {
            "kinds": [PERIOD_REPORT, Of(code="promises", title="Promises", words="")],
            "chosen": PERIOD_REPORT,
            "options": Of(sites=ANY, documents=ANY, versions=ANY, runs=[]),
            "drawing": [
                OrderRow(
                    title="One run of the schedule, D-7K3F-92QD",
                    state="error",
                    detail="The run is not over yet",
                    ordered_at=ago(minutes=3),
                    retry="w-1",
                    drop="w-1",
                ),
                OrderRow(
                    title="Promises",
                    state="being_drawn",
                    detail="",
                    ordered_at=ago(minutes=1),
                    retry="",
                    drop="",
                ),
            ],
            "scheduled": [
                ScheduleRow(
                    "Metrics of the year",
                    "year, on 1 July",
                    "board",
                    None,
                    date(2027, 7, 1),
                    "late",
                    "The bucket did not answer.",
                )
            ],
            "vkey": "listing.example/log+1a2b3c4d+AZ0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcde",
            "values": Values({"since": "2026-01-01", "until": "2026-11-22"}),
            "errors": {},
            "made": [
                ReportRow(
                    report_id="r1",
                    title="Requests of 2026",
                    population="27 requests, log size 10,482",
                    made_at=ago(days=1),
                    by="D. Okafor",
                    state="published",
                    sha256=DIGEST,
                    pdf_url="/r1.pdf",
                    data_url="/r1.json",
                )
            ],
            "population": population(1, "report"),
        },
    ),
    "people": (
        "people",
        {
            "staff": [
                StaffLine(
                    staff_id="p1",
                    email="d.okafor@listing.example",
                    role="privacy officer",
                    state="active",
                    last_seen_at=NOW,
                    you=True,
                ),
                StaffLine(
                    staff_id="p2",
                    email="auditor@assurance.example",
                    role="auditor",
                    state="inactive",
                    last_seen_at=None,
                    you=False,
                    seat=SEAT,
                    is_auditor=True,
                ),
            ],
            "roles": CHOICE_ROLES,
            "values": Values(),
            "errors": {},
            "link": "https://privacy.listing.example/sign-in/8s7df687sdf6",
            "can_change": True,
            "population": population(2, "person", many="people"),
        },
    ),
    "outbox": (
        "outbox",
        {
            "views": VIEWS[:3],
            "mails": [
                Of(
                    mail_id="m1",
                    to=MAYA,
                    subject="We have your request",
                    state="failed",
                    at=ago(hours=7),
                    attempts=4,
                    detail="The mail server refused the sign-in",
                    reference="R-7K3F-92QD",
                ),
                Of(
                    mail_id="m2",
                    to=LONG,
                    subject="Is this you?",
                    state="queued",
                    at=ago(minutes=1),
                    attempts=0,
                    detail="",
                    reference="",
                ),
            ],
            "population": population(2, "letter"),
            "pages": ONE_PAGE,
        },
    ),
    "mail": (
        "mail",
        {
            "mail": Of(
                mail_id="m1",
                subject="We have your request",
                body=LETTER.body,
                state="failed",
                detail="The mail server refused the sign-in",
                reference="R-7K3F-92QD",
                to=MAYA,
                at=ago(hours=7),
                attempts=[(ago(hours=1), "535 not accepted")],
            ),
            "can_retry": True,
        },
    ),
    "sites": (
        "sites",
        {
            "sites": [
                Of(
                    code="listing-site",
                    title="Therapist listing",
                    origins="https://listing.example",
                    state="ok",
                    last_event_at=ago(minutes=2),
                    events_day=1_204,
                    keys=[
                        Of(
                            key="pk_live_aa4Q",
                            test_mode=False,
                            ends_at=None,
                            prefix="pk_live_…4Q",
                            kind="browser, live",
                            made_at=ago(days=90),
                            last_used_at=ago(minutes=2),
                            state="active",
                        ),
                        Of(
                            key="sk_live_aa9Z",
                            test_mode=False,
                            ends_at=NOW,
                            prefix="sk_live_…9Z",
                            kind="server, live",
                            made_at=ago(days=90),
                            last_used_at=None,
                            state="active",
                        ),
                    ],
                )
            ],
            "secrets": [Of(words="server, live", secret="sk_live_Zr3v0k9cTq")],  # noqa: S106  invented
            "values": Values(),
            "errors": {},
            "can_change": True,
            "population": population(1, "site"),
        },
    ),
    "sites-empty": (
        "sites",
        {
            "sites": [],
            "secrets": [],
            "values": Values(),
            "errors": {},
            "can_change": False,
            "population": population(0, "site"),
        },
    ),
    "promises": (
        "promises",
        {
            "promises": [
                Of(
                    code="SP-07",
                    words="We delete what a child under 13 gave us",
                    state="at_risk",
                    measured="Every child’s case ends within 14 days",
                    checked_at=ago(hours=1),
                    source="Privacy statement 2021-11-04, “Children”",
                    url="/children",
                    events=("01M8G4RRCD83CQJZ4ZM9K3GADJ",),
                    since=ago(days=3),
                    turns=[
                        Of(
                            state="at_risk",
                            at=ago(days=3),
                            why="A case is open",
                            event_id="1" * 26,
                        ),
                        Of(state="kept", at=ago(days=40), why="Closed", event_id="2" * 26),
                    ],
                ),
                Of(
                    code="SP-01",
                    words="You can ask what we know about you",
                    state="kept",
                    measured="Answered within 45 days: 214 of 214",
                    checked_at=ago(hours=1),
                    source="Privacy statement 2021-11-04",
                    url="",
                    events=(),
                    since=None,
                    turns=[],
                ),
                Of(
                    code="SP-20",
                    words="We tell you when this changes",
                    state="not_measured",
                    measured="No change published yet",
                    checked_at=None,
                    source="Privacy statement 2021-11-04",
                    url="",
                    events=(),
                    since=None,
                    turns=[],
                ),
            ],
            "population": population(3, "promise"),
        },
    ),
    "problem": (
        "problem",
        {
            "title": "This is not here",
            "detail": "No request has this reference. References look like R-7K3F-92QD.",
            "incident": "",
            "back_url": "/",
        },
    ),
    "sign_in": (
        "sign_in",
        {
            "controller": "Session in Progress",
            "email": "d.okafor",
            "errors": {"email": "Write the whole address, with an @."},
            "sent": False,
            "link_error": "",
        },
    ),
    "sign_in-sent": (
        "sign_in",
        {
            "controller": "Session in Progress",
            "email": "",
            "errors": {},
            "sent": True,
            "link_error": "",
        },
    ),
    "sign_in_link": ("sign_in_link", {"controller": "Session in Progress", "token": "t"}),
}

REQUEST = {
    "right": "delete",
    "title": "Delete my information",
    "next_words": NEXT_WORDS,
    "immediate": False,
    "values": Values(),
    "whom": WHOM,
    "windows": [],
    "show_details": True,
    "show_corrections": False,
    "show_name": True,
    "show_phone": False,
    "promised_on": date(2027, 1, 5),
    "citation": "11 CCR 7021(b)",
    "errors": {},
    "stamp": "s",
}
RECEIVED = {
    "reference": "R-7K3F-92QD",
    "title": "Delete my information",
    "promised_on": date(2027, 1, 5),
    "days_words": "in 44 days",
    "immediate": False,
    "next_words": NEXT_WORDS,
    "masked": "m•••@e•••.org",
    "status_url": "/status/t",
    "citation": "11 CCR 7021(b)",
}
STATUS = {
    "reference": "R-7K3F-92QD",
    "title": "Delete my information",
    "state": "in_progress",
    "state_words": "We wait for you to tell us that it was you who asked.",
    "promised_on": date(2027, 1, 5),
    "days_words": "in 44 days",
    "closed_on": None,
    "verified": False,
    "step": NextStep(
        "Open the mail from us",
        "We sent it to the address you gave. Its button tells us that it was you.",
    ),
    "findings": [],
    "downloads": [],
    "entries": [],
    "can_withdraw": True,
    "withdraw_url": "/w",
    "appeal": "",
    "may_appeal": False,
    "may_write": True,
    "said": "",
    "errors": {},
    "typed": {},
    "token": "t",
}
PARENT = {
    "state": "ask",
    "values": Values(),
    "errors": {},
    "due_on": date(2026, 11, 23),
    "days_words": "tomorrow",
    "notice_url": "/policies/childrens-notice",
}

PORTAL = {
    "home": (
        "home",
        {
            "verbs": [
                verb("Stop selling or sharing my information", "Takes effect at once"),
                verb("Delete my information", "We delete it, search again, and tell you"),
                verb("See the information you have about me", "A copy of everything"),
                verb("Correct my information", "Tell us what is wrong"),
                verb("Limit how you use sensitive information", "Takes effect at once"),
                verb("Change my choices", "Newsletter, updates, listings"),
            ],
            "more": [
                verb("See how my request stands", "With your reference"),
                verb("I am a parent", "Your child used our site"),
                verb("Check a report", "Is it really ours?"),
            ],
        },
    ),
    "request": ("request", REQUEST),
    "request-errors": (
        "request",
        {
            **REQUEST,
            "values": Values({"email": "maya.tallow"}),
            "errors": {"email": "Write the whole address, as in maya@example.org."},
        },
    ),
    "request-opt_out": (
        "request",
        {
            **REQUEST,
            "right": "opt_out",
            "title": "Stop selling or sharing my information",
            "immediate": True,
            "whom": [],
            "show_details": False,
            "show_name": False,
            "next_words": ["We stop at once.", "We tell those who got it from us to stop too."],
        },
    ),
    "received": ("received", RECEIVED),
    "received-opt_out": (
        "received",
        {
            **RECEIVED,
            "title": "Stop selling or sharing my information",
            "immediate": True,
            "next_words": [
                "We told those who got your information from us to stop too.",
                "You need do nothing more.",
            ],
        },
    ),
    "status": ("status", STATUS),
    "status-done": (
        "status",
        {
            **STATUS,
            "state": "partially_fulfilled",
            "state_words": "We deleted what we could; one thing we must keep.",
            "closed_on": TODAY,
            "verified": True,
            "step": None,
            "findings": [
                Of(
                    place="Our listings",
                    words="14 records deleted and searched again: nothing found",
                ),
                Of(
                    place="Invoices",
                    words="1 invoice kept until 31 December 2031; tax law asks for it",
                ),
            ],
            "downloads": [
                Of(
                    title="Deletion report (PDF)",
                    url="/d",
                    size="212 KB",
                    until=date(2026, 12, 22),
                )
            ],
            "entries": [ENTRIES[1], ENTRIES[3]],
            "can_withdraw": False,
            "appeal": "You can ask that we look at our answer again. It costs nothing.",
            "may_appeal": True,
            "said": "message",
        },
    ),
    "verify": (
        "verify",
        {
            "title": "Delete my information",
            "reference": "R-7K3F-92QD",
            "token": "t",
            "state": "ask",
            "more": Of(
                details=[("name", "Your name, as you gave it to us")],
                at_least=1,
                declaration="I declare under penalty of perjury that it is me.",
                agent="Privacy Helpers, Inc.",
            ),
            "how_many": "at least one",
            "values": Values(),
            "errors": {"signature": "Please sign with your name."},
            "resend_url": "/r",
            "status_url": "/s",
        },
    ),
    "verify-done": (
        "verify",
        {
            "title": "",
            "reference": "R-7K3F-92QD",
            "token": "",
            "state": "done",
            "resend_url": "/r",
            "status_url": "/s",
        },
    ),
    "verify-expired": (
        "verify",
        {
            "title": "",
            "reference": "",
            "token": "",
            "state": "expired",
            "resend_url": "/r",
            "status_url": "/s",
        },
    ),
    "preferences": (
        "preferences",
        {
            "masked": "m•••@e•••.org",
            "token": "t",
            "purposes": [
                Of(
                    code="service",
                    title="Your account and appointments",
                    why="Without this there is no account.",
                    answer="yes",
                    fixed="Ends when you delete your account.",
                ),
                Of(
                    code="newsletter",
                    title="Newsletter",
                    why="Once a month, by email.",
                    answer="yes",
                    fixed="",
                ),
                Of(
                    code="sale-sharing",
                    title="Sharing for advertising",
                    why="Other companies show you advertisements on other sites.",
                    answer="no",
                    fixed="",
                ),
            ],
            "saved": True,
            "errors": {},
        },
    ),
    "find_preferences": (
        "find_preferences",
        {"purpose": "preferences", "email": "", "sent": False, "errors": {}},
    ),
    "find_preferences-sent": (
        "find_preferences",
        {"purpose": "status", "email": "", "sent": True, "errors": {}},
    ),
    "unsubscribe": (
        "unsubscribe",
        {
            "title": "the monthly newsletter",
            "token": "t",
            "state": "ask",
            "masked": "m•••@e•••.org",
            "preferences_url": "/p",
        },
    ),
    "unsubscribe-done": (
        "unsubscribe",
        {
            "title": "The monthly newsletter",
            "token": "t",
            "state": "done",
            "masked": "m•••@e•••.org",
            "preferences_url": "/p",
        },
    ),
    "preferences-confirm": (
        "preferences_confirm",
        {
            "token": "t",
            "titles": ["Sharing for advertising"],
            "kept": {"purpose-sale-sharing": "yes"},
            "without": {"purpose-sale-sharing": "no"},
        },
    ),
    "package": (
        "package",
        {
            "reference": "R-7K3F-92QD",
            "key": "t",
            "masked": "m•••@e•••.org",
            "errors": {},
            "state": "ask",
            "least": 8,
            "again_url": "/again",
        },
    ),
    "parent": ("parent", PARENT),
    **{
        f"parent-{state}": ("parent", {**PARENT, "state": state})
        for state in ("received", "deleting", "deleted", "released")
    },
    "document": (
        "document",
        {
            "document": Of(
                slug="privacy-statement",
                title="Privacy statement",
                version="2021-11-04",
                sha256=DIGEST,
                state="superseded",
                effective_on=date(2021, 11, 4),
                superseded_on=date(2026, 12, 1),
            ),
            "html": TEXT,
            "versions": [
                Of(version="2026-12-01", effective_on=date(2026, 12, 1), current=True),
                Of(version="2021-11-04", effective_on=date(2021, 11, 4), current=False),
            ],
            "previous": "2019-02-01",
            "language": "en",
            "languages": [Of(code="es", name="Español")],
        },
    ),
    "changes": (
        "changes",
        {
            "slug": "privacy-statement",
            "title": "Privacy statement",
            "before": "2021-11-04",
            "after": "2026-12-01",
            "before_on": date(2021, 11, 4),
            "after_on": date(2026, 12, 1),
            "html": RED,
            "summary": "1 paragraph changed, 1 added.",
        },
    ),
    "check_report": (
        "check_report",
        {"errors": {}, "result": None, "command": "privacy-engine report verify report.pdf"},
    ),
    "check_report-result": (
        "check_report",
        {
            "errors": {},
            "result": CheckResult(
                answer=Answer.SUPERSEDED,
                state="at_risk",
                words="It is ours and unchanged, and there is a newer one.",
                sha256=DIGEST,
                issued_at=NOW,
                completeness="failed",
                completeness_words="Yes: 2 of 27 requests are not in it",
                reasons=("2 of 27 requests are not in it.",),
            ),
            "command": "privacy-engine report verify report.pdf",
        },
    ),
    "problem": (
        "problem",
        {
            "title": "This page is not here",
            "detail": "The link may be old or cut short. Nothing of yours is lost.",
            "incident": "I-4F2A",
        },
    ),
}
