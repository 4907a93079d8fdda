"""What an attribute may hold, and whose source is whose."""

import pytest

from privacy_engine import clock
from privacy_engine.errors import Forbidden, InvalidInput
from privacy_engine.ingest import sites
from privacy_engine.ingest.envelope import looks_personal, require_own_source
from privacy_engine.ingest.sites import KeyKind, Mode, SiteKey

KEY = SiteKey(
    prefix="sk_live_abcd",
    site="listing-site",
    kind=KeyKind.SERVER,
    mode=Mode.LIVE,
    scopes=frozenset(),
    origins=("https://www.example.org", "http://localhost:8080"),
    created_at=clock.now(),
)


@pytest.mark.parametrize(
    "text",
    [
        "maya.tallow@example.org",
        "people/maya%40example.org",
        "mailto:maya",
        "tel:5305550142",
        "+1 530 555 0142",
        "+49-89-1234567",
        "(530) 555-0142",
        "530.555.0142",
        "078-05-1120",
    ],
)
def test_what_looks_like_a_person(text: str) -> None:
    assert looks_personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "A234-1234-1234",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "1700000000000",
        "20261122-101500",
        "2026-11-22T10:15:00+01:00",
        "order 5305550142",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "https://www.example.org:8443/a@2x/b",
        "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
        "signup@v2",
    ],
)
def test_what_does_not(text: str) -> None:
    assert not looks_personal(text)


@pytest.mark.parametrize(
    "source",
    [
        "https://www.example.org",
        "https://WWW.EXAMPLE.ORG:443/a?b#c",
        "http://localhost:8080/x",
        "https://listing-site/forms",
        "listing-site/forms",
        "urn:site:listing-site/forms",
        "/forms",
    ],
)
def test_own_sources(source: str) -> None:
    require_own_source(source, KEY)


@pytest.mark.parametrize(
    "source",
    [
        "http://www.example.org",
        "https://www.example.org.evil.example",
        "https://www.example.org@evil.example/",
        "http://localhost",
        "//www.example.org/x",
        "/\\evil.example",
        "forms",
        "listing-site-2",
        "urn:site:listing-sitex",
        "https://www.example.org:99999/",
        "javascript:alert(1)",
    ],
)
def test_other_peoples_sources(source: str) -> None:
    with pytest.raises(Forbidden):
        require_own_source(source, KEY)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Example.ORG/", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("http://example.org:8080", "http://example.org:8080"),
        ("http://[::1]:9000", "http://[::1]:9000"),
    ],
)
def test_origins_have_one_spelling(given: str, kept: str) -> None:
    assert sites.origin(given) == kept


@pytest.mark.parametrize(
    "wrong", ["example.org", "ftp://example.org", "https://", "https://a/b", "https://a?b", "*"]
)
def test_what_is_no_origin(wrong: str) -> None:
    with pytest.raises(InvalidInput):
        sites.origin(wrong)
