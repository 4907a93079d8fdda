"""One page of PDF, rendered and signed."""

import time
from datetime import UTC, datetime
from pathlib import Path

from privacy_engine.keys import certificate
from privacy_engine.reports import pdf, signature
from tests.bench.table import Row

_TRIES = 5


def one_page(folder: Path, size: float) -> list[Row]:
    """The fastest of a few: the first one also loads fonts."""
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    made = certificate.load_or_make(folder, organisation="Session in Progress", now=moment)
    html = (
        "<!doctype html><html><head><title>One page</title>"
        f"<style>{pdf.font_css()} body {{ font-family: 'Source Sans 3', sans-serif }}</style>"
        "</head><body><h1>One page</h1><p>Some text.</p></body></html>"
    )
    spent = []
    for _ in range(max(1, int(_TRIES * size))):
        started = time.perf_counter()
        page = pdf.render(
            html, title="One page", language="en-US", created_at=moment, identifier=b"b" * 16
        )
        signature.sign(page, certificate=made, signed_at=moment, reason="Bench", location="Here")
        spent.append(time.perf_counter() - started)
    best = min(spent)
    return [Row("PDF of one page, signed", f"{best:.2f} s", "2 s", best, 2.0, most=True, unit="s")]
