"""The written retention policy says of everything what for, why, and until when."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from privacy_engine.cli import main
from privacy_engine.instance.data_map_model import DataMap
from privacy_engine.retention import policy
from tests.engines import REPOSITORY
from tests.functional.portal.visiting import Visit

pytestmark = pytest.mark.functional


def test_the_page_lists_every_series_and_what_no_series_governs(visit: Visit) -> None:
    page = visit.read("/parent/retention")
    for row in visit.engine.content.retention:
        assert (row.title in page) is row.children
        assert (row.business_need in page) is row.children
    for never in ("Public listing", "Listings of therapists", "Counting visits", "new features"):
        assert never not in page
    assert "Newsletter for your child" in page
    assert "Deleted as soon as we know, but for what is named next" in page
    assert "Where there are any: Invoices and payments" in page
    assert "A rule makes us keep it: 26 USC 6501" in page
    assert "within 14 calendar days" in page


def test_the_command_prints_the_same_as_a_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("config.toml", "policies", "workflows", "exports"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    with pytest.raises(SystemExit) as ended:
        main(["--instance", str(tmp_path), "retention", "policy"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# How long we keep children")
    assert "16 CFR 312.10" in printed
    assert "| Deleted as soon as we know, but" in printed


def test_where_nothing_is_kept_none_of_it_is_named(visit: Visit) -> None:
    content = visit.engine.content
    bare = replace(content, data_map=DataMap())
    gave, ask, *_ = policy.rows(bare, on=date(2026, 12, 1))
    assert gave.until == "Deleted as soon as we know"
    assert ask.what.startswith("Names")
