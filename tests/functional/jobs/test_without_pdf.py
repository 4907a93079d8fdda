"""A machine without Pango: PDF work says what to install, and waits; nothing is lost."""

import sys

import pytest

from privacy_engine.engine import Engine
from privacy_engine.jobs import work
from privacy_engine.reports import pdf
from privacy_engine.transaction import waiting_work


def test_work_that_needs_the_missing_libraries_waits_and_names_them(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)  # what a failed import leaves

    def draw(_: Engine) -> None:
        pdf.require()

    engine.run(lambda tx: tx.order("draw"))
    assert work.run_one(engine, {"draw": draw})
    with engine.reading() as tx:
        (row,) = waiting_work(tx.session)
    assert row.state == "due"
    assert "libpango-1.0-0" in (row.last_error or "")
