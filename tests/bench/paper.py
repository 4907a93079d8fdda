"""Reports: one page, four thousand rows, a million rows, ten at once, one long account."""

import multiprocessing
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import weasyprint  # beside the engine, bare

from privacy_engine.cli import report as command
from privacy_engine.keys import certificate
from privacy_engine.keys.certificate import ReportCertificate
from privacy_engine.log.event import Draft, Identifier, Trust
from privacy_engine.reports import definition, document, page, press, produce, twin
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Report
from privacy_engine.reports.kinds import disclosure_accounting as accounting
from tests.bench import worlds
from tests.bench.table import Row
from tests.engines import REPOSITORY, make_engine
from tests.unit.reports import kind_samples, samples

_TRIES = 5
_EXPORTS = REPOSITORY / "exports"
_AT_ONCE = 10


def _signing(folder: Path) -> ReportCertificate:
    return certificate.load_or_make(folder, organisation="Session in Progress", now=samples.NOW)


def _apart(report: Report, signing: ReportCertificate) -> float:
    started = time.perf_counter()
    press.draw_apart(report, signing, exports=_EXPORTS, issuer=samples.ISSUER)
    return time.perf_counter() - started


def one_page(folder: Path, size: float) -> list[Row]:
    """A short certificate in a warm worker: the process that others are forked from runs."""
    signing, report = _signing(folder), kind_samples.consent()
    _apart(report, signing)
    best = min(_apart(report, signing) for _ in range(max(1, int(_TRIES * size))))
    return [
        Row(
            "certificate in a warm worker",
            f"{best:.2f} s",
            "1.5 s",
            best,
            1.5,
            most=True,
            unit="s",
        ),
    ]


def four_thousand_rows(folder: Path, size: float) -> list[Row]:
    """The whole way to a signed file, against WeasyPrint alone on the same HTML."""
    rows = max(40, int(document.ROWS_ON_PAGES * size))
    signing, report = _signing(folder), kind_samples.register(rows)
    produce.produce(kind_samples.log(), signing, exports=_EXPORTS, issuer=samples.ISSUER)
    words = definition.load(_EXPORTS, report.kind)
    its_twin = twin.make(
        report, title=words.title, language=words.language, page_words=("Page", "of")
    )
    html = page.draw(report, its_twin, definition=words, issuer=samples.ISSUER)
    # The engine's fonts have a scheme of their own; bare WeasyPrint gets them as files.
    bare_html = html.replace("engine-font:", f"{produce.pdf.FONTS.as_uri()}/")
    started = time.perf_counter()
    weasyprint.HTML(string=bare_html).write_pdf(pdf_variant="pdf/a-3a")
    bare = time.perf_counter() - started
    started = time.perf_counter()
    produce.produce(report, signing, exports=_EXPORTS, issuer=samples.ISSUER)
    ours = time.perf_counter() - started
    name = f"{rows:,} rows on pages, signed"
    beside = f"bare WeasyPrint: {bare:.1f} s"
    return [Row(name, f"{ours:.1f} s", beside, ours / bare, 1.2, most=True, unit="x")]


def million_rows(folder: Path, size: float) -> list[Row]:
    """Disclosures as an attached file, in a process whose memory is its own."""
    count = int(1_000_000 * size)
    context = multiprocessing.get_context("spawn")
    pipe, there = context.Pipe(duplex=False)
    process = context.Process(target=_many, args=(there, folder, count))
    process.start()
    seconds, megabytes, attached = pipe.recv()
    process.join()
    name = f"{count:,} rows, attached ({attached / 1e6:.0f} MB)"
    return [
        Row(name, f"{seconds:.1f} s", "90 s", seconds, 90.0, most=True, unit="s"),
        Row(
            f"{name}: memory",
            f"{megabytes:.0f} MB",
            "400 MB",
            megabytes,
            400.0,
            most=True,
            unit="MB",
        ),
    ]


def _many(pipe: Connection, folder: Path, count: int) -> None:
    signing = _signing(folder)
    started = time.perf_counter()
    gathered = accounting.gather(_disclosures(count), folder=folder)
    drawn = kind_samples.drawn(count, "disclosure")
    report = accounting.build(gathered, drawn, about="All sites")
    made = produce.produce(report, signing, exports=_EXPORTS, issuer=samples.ISSUER)
    for name, write in produce.beside(report):
        with (folder / name).open("wb") as file:
            write(file.write)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    long = gathered.each.long
    assert made.signed_bytes
    pipe.send((seconds, used, long.size_bytes if long else 0))


def _disclosures(count: int) -> Iterator[accounting.Disclosure]:
    series = [
        accounting.Series(
            f"Vendor {at} of mail",
            "",
            "service provider",
            ("Identifiers",),
            "Newsletter",
            "handled on our behalf, under contract",
        )
        for at in range(40)
    ]
    first = date(2026, 1, 1)
    for at in range(count):
        yield accounting.Disclosure(first + timedelta(days=at % 365), series[at % 40])


def at_once(folder: Path, size: float) -> list[Row]:
    """Ten reports one after the other, and on as many workers as there are cores."""
    signing, cores = _signing(folder), worlds.cores()
    report = kind_samples.register(max(20, int(200 * size)))
    _apart(report, signing)
    started = time.perf_counter()
    for _ in range(_AT_ONCE):
        _apart(report, signing)
    alone = time.perf_counter() - started
    workers = min(_AT_ONCE, cores)
    started = time.perf_counter()
    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(lambda _: _apart(report, signing), range(_AT_ONCE)))
    together = time.perf_counter() - started
    name = f"ten reports on {workers} workers, {cores} cores"
    beside = f"one worker: {alone:.1f} s"
    return [Row(name, f"{together:.1f} s", beside, alone / together, 0.7 * workers, unit="x")]


def account(folder: Path, size: float) -> list[Row]:
    """The accounting of one person over very many disclosures, from ledger to signature."""
    count = int(100_000 * size)
    engine = make_engine(folder)
    (folder / "exports").symlink_to(_EXPORTS)
    who, first = Identifier("email", "maya.tallow@example.org"), datetime(2026, 1, 1, tzinfo=UTC)
    for start in range(0, count, 500):
        drafts = [
            Draft(
                "disclosure.made",
                {
                    "recipient": "mail-vendor",
                    "categories": ["A"],
                    "purpose": "newsletter",
                    "basis": "service_provider",
                    "sale": False,
                    "sharing": False,
                },
                site="listing-site",
                trust=Trust.SERVER,
                actor="site:listing-site",
                occurred_at=first + timedelta(minutes=at),
                subject=(who,),
            )
            for at in range(start, min(count, start + 500))
        ]
        engine.run(lambda tx, drafts=drafts: tx.append_many(drafts))
    started = time.perf_counter()
    command.produce(engine, "disclosure-accounting", Ask(subject=who.value), out=folder / "a.pdf")
    seconds = time.perf_counter() - started
    engine.close()
    name = f"accounting of one person, {count:,} disclosures"
    return [Row(name, f"{seconds:.1f} s", "60 s", seconds, 60.0, most=True, unit="s")]
