"""What lies of a copy until it is packed: whatever a database may hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from privacy_engine.connectors import copies
from privacy_engine.connectors.protocol import Record
from tests.engines import settings_in

pytestmark = pytest.mark.functional
KEY = bytes(32)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (b"a word", "a word"),
        (b"\x89PNG", "iVBORw=="),
        (10**30, "1" + "0" * 30),
        ({"a": [2**70]}, '{"a": [1180591620717411303424]}'),
        (json.loads("[" * 400 + "]" * 400), "[" * 400 + "]" * 400),
    ],
)
def test_any_value_is_sealed_and_read_again(tmp_path: Path, value: Any, read: Any):
    settings = settings_in(tmp_path)
    record = Record("letters", "letters", {"what": value, "beside": 7})
    copies.write(settings, "R-1", system="site", records=[record], key=KEY)
    (table,) = copies.read(settings, "R-1", key=KEY)
    assert [row["what"] for row in table.rows] == [read]
    assert table.rows[0]["beside"] == 7
