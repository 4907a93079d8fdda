"""The page that checks a report in a browser, offline: one file, without any network."""

from pathlib import Path

PAGE = Path(__file__).with_name("verify-report.html")
