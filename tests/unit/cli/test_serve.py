import pytest

from privacy_engine.cli.operate import follow_port
from privacy_engine.config.tables import Instance
from privacy_engine.process import child_environment

VARIABLE = "PRIVACY_ENGINE_INSTANCE_PUBLIC_URL"


@pytest.mark.parametrize(
    ("public_url", "followed"),
    [
        ("http://127.0.0.1:8700", "http://127.0.0.1:9100"),
        ("http://localhost:8700", "http://localhost:9100"),
        ("http://127.0.0.1:9100", None),
        ("https://privacy.example.org", None),
        ("https://privacy.example.org:8443", None),
        ("http://localhost", None),
    ],
)
def test_links_to_this_machine_follow_the_port_that_is_served(
    monkeypatch: pytest.MonkeyPatch, public_url: str, followed: str | None
) -> None:
    monkeypatch.setenv(VARIABLE, "as it was")
    follow_port(public_url, 9100)
    assert child_environment({})[VARIABLE] == (followed or "as it was")


@pytest.mark.parametrize("given", ["https://privacy.example.org", "https://privacy.example.org/"])
def test_a_public_url_ends_without_a_slash(given: str) -> None:
    assert Instance(public_url=given).public_url == "https://privacy.example.org"
