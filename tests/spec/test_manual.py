"""docs/law.md says what the data says, and every duty has its table here."""

from pathlib import Path

import pytest

from privacy_engine.law.clauses import duties, versions
from tests.spec.manual import CONFIRM, PAGE, page
from tests.spec.states.test_states import STATES

pytestmark = pytest.mark.spec


def test_the_manual_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.spec.manual writes it"


@pytest.mark.parametrize("duty", duties())
def test_the_manual_names_every_duty_and_every_doubt(duty: str) -> None:
    rows = [line for line in page().splitlines() if line.startswith(f"| `{duty}` |")]
    assert len(rows) == len(versions(duty))
    for row, version in zip(rows, versions(duty), strict=True):
        assert version.citation in row
        assert (CONFIRM in row) is version.to_be_confirmed


def test_every_duty_has_a_table_of_examples() -> None:
    texts = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py")
    )
    of_states = {
        f"{row[0]}-{kind}" for row in STATES for kind in ("RESP", "EXT", "APPEAL", "CURE")
    }
    unseen = [duty for duty in duties() if f'"{duty}"' not in texts and duty not in of_states]
    assert unseen == []
