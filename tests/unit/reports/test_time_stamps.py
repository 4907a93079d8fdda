"""With a time-stamping authority the time is somebody else's word, and stays checkable."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from privacy_engine import clock
from privacy_engine.cli.report_verify import verify_file
from privacy_engine.errors import Unavailable
from privacy_engine.keys import certificate
from privacy_engine.reports import produce, signature
from privacy_engine.reports.signature import TimeSource
from privacy_engine.reports.verdicts import Outcome
from tests.unit.reports import kind_samples, samples, time_stamping


@pytest.fixture
def stamped(tmp_path: Path, exports: Path) -> Callable[[time_stamping.Authority], bytes]:
    def made(who: time_stamping.Authority) -> bytes:
        now = clock.now()
        signing = certificate.load_or_make(tmp_path, organisation="Session in Progress", now=now)
        source = TimeSource(who.url, who.root, certificate.revocations(tmp_path, now=now))
        return produce.produce(
            kind_samples.log(),
            signing,
            exports=exports,
            issuer=samples.ISSUER,
            signed_at=now,
            time_source=source,
        ).signed_bytes

    return made


def test_a_stamped_report_is_whole_and_says_when_it_was_signed(
    stamped: Callable[[time_stamping.Authority], bytes], tmp_path: Path
) -> None:
    with time_stamping.authority() as who:
        content = stamped(who)
    path = tmp_path / "stamped.pdf"
    path.write_bytes(content)
    found = signature.examine(content)
    assert found.faults == ()
    assert found.stamped_by == "Stand-in time stamps"
    assert found.has_long_term_form
    assert found.stamped_at is not None
    verdict = verify_file(path).integrity
    assert verdict.outcome is Outcome.HOLDS
    assert any("as Stand-in time stamps stamped" in one.sentence for one in verdict.checks)
    with pikepdf.open(path) as pdf:
        assert "/DSS" in pdf.Root
        assert len(pdf.Root.DSS.CRLs) >= 1
    qpdf = shutil.which("qpdf")
    if qpdf:
        subprocess.run([qpdf, "--check", path], check=True, capture_output=True)


def test_whatever_else_is_added_or_changed_is_still_found(
    stamped: Callable[[time_stamping.Authority], bytes],
) -> None:
    with time_stamping.authority() as who:
        content = stamped(who)
    at = content.index(b"/Producer")
    for bad in (
        content + b"\n% more",
        content[:at] + b"/Producex" + content[at + 9 :],
        content[: content.rindex(b"/DocTimeStamp")],
    ):
        assert signature.examine(bad).faults


@pytest.mark.parametrize("away", ["gone", "broken"])
def test_an_authority_that_is_away_leaves_the_order_waiting(
    stamped: Callable[[time_stamping.Authority], bytes], away: str
) -> None:
    with time_stamping.authority(broken=away == "broken") as who:
        if away == "broken":
            with pytest.raises(Unavailable, match="time-stamping authority"):
                stamped(who)
    if away == "gone":
        with pytest.raises(Unavailable, match="time-stamping authority"):
            stamped(who)


def test_whoever_stamped_is_compared_with_the_authority_that_the_reader_trusts(
    stamped: Callable[[time_stamping.Authority], bytes], tmp_path: Path
) -> None:
    with time_stamping.authority() as who, time_stamping.authority() as other:
        content = stamped(who)
        path, trusted, stranger = (tmp_path / name for name in ("a.pdf", "root.der", "other.der"))
        path.write_bytes(content)
        trusted.write_bytes(who.root)
        stranger.write_bytes(other.root)
    good = verify_file(path, time_authority=trusted).integrity
    assert good.outcome is Outcome.HOLDS
    assert any("time-stamping authority that you trust" in one.sentence for one in good.checks)
    bad = verify_file(path, time_authority=stranger).integrity
    assert bad.outcome is Outcome.FAILS
    assert any("not by the time-stamping authority" in one.sentence for one in bad.checks)
