"""One invented report of every kind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from privacy_engine.auditing import sampling
from privacy_engine.reports import document
from privacy_engine.reports.kinds import (
    consent_proof,
    deletion_certificate,
    disclosure_accounting,
    drills,
    log_integrity,
    metrics,
    policy_version,
    promises,
    request_register,
    retention_disposition,
    under_13_case,
    work_paper,
)
from privacy_engine.reports.kinds import deletion as of_deletion
from tests.unit.reports import samples

PERIOD = document.Period(date(2026, 7, 1), date(2026, 12, 31))


def at(day: int, hour: int = 9, minute: int = 30) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=samples.PACIFIC)


def drawn(count: int = 1, unit: str = "request", units: str = "") -> document.Drawn:
    population = replace(
        samples.drawn().population,
        row_count=count,
        unit=unit,
        units=units,
        filters=(document.Filter("site", "site listing-site"),),
        finer=False,
    )
    return samples.drawn(population=population, period=PERIOD)


def registered(count: int) -> list[request_register.RegisteredRequest]:
    natures = ("know: specific", "delete", "correct", "opt out")
    return [
        request_register.RegisteredRequest(
            reference=f"R-{at_:04d}-2026",
            received_on=date(2026, 7, 1) + timedelta(days=at_ % 150),
            nature=natures[at_ % 4],
            manner=("web form", "e-mail", "phone")[at_ % 3],
            due_on=date(2026, 7, 1) + timedelta(days=at_ % 150 + 45),
            answered_on=None
            if at_ % 11 == 10
            else date(2026, 7, 1) + timedelta(days=at_ % 150 + (7 * at_) % 44),
            response="" if at_ % 11 == 10 else ("complied" if at_ % 5 else "denied in part"),
            denial_basis="" if at_ % 5 or at_ % 11 == 10 else "1798.105(d)(8)",
            acknowledged_in_time=at_ % 13 != 0,
        )
        for at_ in range(count)
    ]


def register(count: int = 60) -> document.Report:
    gathered = request_register.gather(registered(count), today=samples.NOW.date())
    return request_register.build(gathered, drawn(count))


def yearly() -> document.Report:
    rights = [
        metrics.RightMetrics("Know", 14, 12, 1, 1, tuple(range(3, 16)), denied_unverifiable=1),
        metrics.RightMetrics("Delete", 31, 27, 2, 1, tuple(range(5, 34)), denied_exempt=1),
        metrics.RightMetrics("Correct", 3, 3, 0, 0, (4, 9, 12)),
        metrics.RightMetrics("Opt out", 88, 88, 0, 0, (1,) * 88),
        metrics.RightMetrics("Limit", 0, 0, 0, 0, ()),
    ]
    return metrics.build(rights, drawn(136), metrics.Among(continued=2, repeated=1))


def disposition() -> document.Report:
    run = retention_disposition.Run(
        reference="RUN-2026-11",
        previewed_by="Privacy officer (staff-02)",
        approved_by="Approver (staff-05)",
        approved_at=at(20),
        ran_at=at(21, 2),
        schedule_version="2026-10-01",
        series=(
            retention_disposition.SeriesOutcome(
                "web-logs",
                "Listing database",
                "security",
                "90 days",
                "delete",
                184_220,
                0,
                184_220,
                0,
                0,
            ),
            retention_disposition.SeriesOutcome(
                "messages",
                "Support mailbox",
                "business need",
                "2 years",
                "delete",
                412,
                6,
                404,
                2,
                None,
            ),
        ),
        holds=(retention_disposition.HoldInForce("H-2026-02", "messages", date(2026, 8, 3), 6),),
    )
    return retention_disposition.build(run, drawn(2, "series", "series"))


def drilled() -> document.Report:
    exercises = (
        drills.ExerciseSeen("know", "R-7K3F-92QD", "passed", at(12)),
        drills.ExerciseSeen("opt-out", "R-8K3F-92QD", "passed", at(12)),
        drills.ExerciseSeen(
            "delete", "R-9K3F-92QD", "failed", at(14), (("Listing database", "2 rows are left"),)
        ),
        drills.ExerciseSeen("under-13", "C-7K3F-92QD", "running", None),
    )
    seen = drills.DrillSeen(
        "D-2026-11",
        at(10),
        None,
        "running",
        (("Listing database", 4), ("Mail vendor", 1)),
        (("Support mailbox", "done by hand"),),
        exercises,
    )
    return drills.build([seen], drawn(1, "drill"))


def paper() -> document.Report:
    engagement = work_paper.Engagement(
        "Privacy audit 2026, Hale and Partners", "auditor (7f3a91c2)", ("listing-site",)
    )
    sample = work_paper.SampleFacts(
        population="Requests received",
        count=412,
        log_size=40,
        proof=(
            "The tallies around the period state 431 entries, and the log holds as many; 412 of "
            "them were recorded in the period."
        ),
        is_proven=True,
        seed="six red dice",
        method=sampling.METHOD,
        drawn_at=at(20),
        items_sha256="ab" * 32,
        earlier_draws=1,
    )
    found = ("fits", "fits", "exception", "open")
    items = [
        work_paper.ItemSeen(
            at_,
            bytes([at_]) * 32,
            at(at_ % 20 + 1),
            finding,
            "Acknowledged a day late, and the letter does not say why." * (finding == "exception"),
        )
        for at_, finding in enumerate(found, start=3)
    ]
    return work_paper.build(engagement, sample, items, drawn(len(items), "item"))


def accounting() -> document.Report:
    vendor = disclosure_accounting.Series(
        "Mail vendor",
        "1 Sample Street, Reno NV",
        "service provider",
        ("A. Identifiers",),
        "Newsletter delivery",
        "contract of 2025-03-01",
    )
    analytics = disclosure_accounting.Series(
        "Web analytics",
        "2 Sample Street, Reno NV",
        "third party",
        ("F. Internet activity",),
        "Reach measurement",
        "",
        is_sale_or_sharing=True,
        faults=("names no document, which its basis needs",),
    )
    made = [
        *[(date(2026, 7, 3) + timedelta(days=at), vendor) for at in range(0, 126, 7)],
        (date(2026, 11, 20), analytics),
    ]
    rows = [disclosure_accounting.Disclosure(on, series) for on, series in made]
    gathered = disclosure_accounting.gather(rows)
    drawn_of = drawn(len(rows), "disclosure")
    return disclosure_accounting.build(gathered, drawn_of, about="Subject key 80914f02")


def consent() -> document.Report:
    history = consent_proof.ConsentHistory(
        subject_key="80914f0274ced542",
        purposes=(
            consent_proof.PurposeState(
                "newsletter", "Withdrawn", at(19), "Withdrawn after it was given"
            ),
            consent_proof.PurposeState("service", "Noticed", at(2), "Notice shown at sign-up"),
        ),
        steps=(
            consent_proof.ConsentStep(
                at(2),
                "newsletter",
                "Given",
                "box ticked",
                "privacy-statement 2021-11-04",
                "server",
                3,
            ),
            consent_proof.ConsentStep(
                at(19),
                "newsletter",
                "Withdrawn",
                "unsubscribe link",
                "privacy-statement 2021-11-04",
                "browser",
                17,
            ),
        ),
        wordings=(
            consent_proof.Wording("privacy-statement", "2021-11-04", "ab" * 32, at(2)),
            consent_proof.Wording("notice-at-collection", "2026-01-10", "cd" * 32),
        ),
    )
    return consent_proof.build(history, drawn(2, "choice"))


def version() -> document.Report:
    facts = policy_version.VersionFacts(
        document="Privacy statement",
        version="2026-11-20",
        sha256="ef" * 32,
        effective_on=date(2026, 11, 20),
        published_at=at(10),
        supersedes="2021-11-04",
        change="Retention periods stated; opt-out signal honoured",
        is_material=True,
        notices=(
            policy_version.Notice("E-mail", at(10, 10), 1_204, 17),
            policy_version.Notice("Site banner", at(10, 11), 3_310),
        ),
        approvals=("Approver (staff-05), 9 Nov 2026",),
    )
    return policy_version.build(facts, drawn(1, "version"))


def child() -> document.Report:
    clock = of_deletion.Clock
    case = under_13_case.ChildCase(
        reference="C-2026-003",
        subject_key="77aa0274ced542",
        finding="Under 13",
        knowledge_at=at(3),
        frozen_at=at(3, 9, 31),
        outcome="Deleted and searched again: nothing found",
        closed_on=date(2026, 11, 12),
        consent_method="",
        signals=(
            under_13_case.Signal(at(2), "school grade", "Under 13", "support form"),
            under_13_case.Signal(at(3), "report by a parent", "Under 13", "privacy mailbox"),
        ),
        steps=(
            under_13_case.Step(at(3, 9, 31), "Data frozen", "engine", "16 CFR 312.5(a)(1)"),
            under_13_case.Step(at(3, 11), "Parent told", "privacy officer", "16 CFR 312.4(c)"),
            under_13_case.Step(at(12), "Deleted everywhere", "privacy officer", "16 CFR 312.10"),
        ),
        systems=(
            of_deletion.SystemOutcome(
                "Listing database", 4, 4, 0, of_deletion.Verdict.ERASED, "Rows deleted"
            ),
        ),
        clocks=(
            clock(
                "Delete contact details",
                date(2026, 11, 17),
                "16 CFR 312.5(c)(1)",
                date(2026, 11, 12),
            ),
        ),
    )
    return under_13_case.build(case, drawn(1, "case"))


def promise_report() -> document.Report:
    found = promises.Finding
    rows = [
        promises.PromiseOutcome(
            "SP-06",
            "Does not answer Do Not Track",
            "Signal log",
            found.KEPT,
            "No signal was dropped",
            at(20),
        ),
        promises.PromiseOutcome(
            "SP-08",
            "Unsubscribe per service",
            "Opt-outs within 10 days",
            found.KEPT,
            "All 12 were in time",
            at(20),
        ),
        promises.PromiseOutcome(
            "SP-10",
            "Does not sell",
            "Sale ledger is empty",
            found.BROKEN,
            "1 disclosure counts as sharing",
            at(20),
            "1798.140(ah)",
        ),
        promises.PromiseOutcome(
            "SP-23",
            "Changes apply to old data",
            "Reading",
            found.CONTRADICTS,
            "A new use of old data needs consent",
            citation="11 CCR 7002",
        ),
        promises.PromiseOutcome(
            "SP-19", "Password protection", "By hand", found.NOT_CHECKED, "No machine can see it"
        ),
    ]
    return promises.build(rows, drawn(5, "promise"), document="Privacy statement 2021-11-04")


def log() -> document.Report:
    facts = log_integrity.LogFacts(
        verifier_key="privacy.listing.example/log+0a1b2c3d+AX" + "b" * 42,
        statements=(
            log_integrity.StatementOutcome("The checkpoint is signed by the log", True, "Ed25519"),
            log_integrity.StatementOutcome("Every entry is in its place", True, "40 entries"),
            log_integrity.StatementOutcome("The witnesses agree", None, "no witness is named"),
        ),
        witnesses=(),
        counts=(("request.received", 7), ("consent.given", 31), ("log.tallied", 2)),
        last_published_at=at(20),
        erased_parts=3,
    )
    return log_integrity.build(facts, drawn(40, "entry", "entries"))


def certificate() -> document.Report:
    return deletion_certificate.build(samples.deletion(), samples.drawn())


ALL: Mapping[str, Callable[[], document.Report]] = {
    "consent-proof": consent,
    "deletion-certificate": certificate,
    "disclosure-accounting": accounting,
    "log-integrity": log,
    "metrics": yearly,
    "policy-version": version,
    "promises": promise_report,
    "request-register": register,
    "retention-disposition": disposition,
    "drills": drilled,
    "work-paper": paper,
    "under-13-case": child,
}
