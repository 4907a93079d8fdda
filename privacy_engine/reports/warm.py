"""Loads what drawing needs, once, in the process that those who draw are forked from."""

from contextlib import suppress
from datetime import UTC, datetime

from privacy_engine.errors import Unavailable
from privacy_engine.reports import pdf, produce

draw = produce.produce

with suppress(Unavailable):  # without the libraries each report says what is missing
    pdf.render(
        f"<html><head><style>{pdf.font_css()}</style></head><body>1</body></html>",
        title="1",
        language="en",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        identifier=bytes(16),
    )
