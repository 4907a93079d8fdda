"""Pages generated from code say what the code says today."""

from collections.abc import Callable

import pytest

from tests.repository.files import ROOT
from tools.write_docs import PAGES


@pytest.mark.parametrize(("name", "page"), PAGES.items())
def test_the_page_is_what_the_code_says(name: str, page: Callable[[], str]) -> None:
    assert (ROOT / "docs" / name).read_text() == page(), "make docs writes it again"


def test_every_slug_stands_for_one_error() -> None:
    slugs = [line for line in PAGES["errors.md"]().splitlines() if line.startswith("## ")]
    assert len(slugs) == len(set(slugs))
