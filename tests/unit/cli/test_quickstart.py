"""What `run` sets up for those who try the engine."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from privacy_engine.cli.quickstart import checking_parents
from privacy_engine.config import Children
from privacy_engine.config.reading import load_settings

REPOSITORY = Path(__file__).parents[3]


def test_a_stand_in_checks_parents_where_nobody_is_set() -> None:
    settings = load_settings(REPOSITORY, environment={})
    with checking_parents(settings) as (environment, address):
        given = load_settings(REPOSITORY, environment=environment).children
        assert given.provider_url.startswith(address)
        assert set(given.provider_methods) == {
            "card_payment",
            "id_check",
            "knowledge_questions",
            "photo_match",
        }
        assert "None yet" in httpx.get(address).text
        forged = httpx.post(given.texts_url, json={"type": "text.send", "to": "+1", "text": "x"})
        assert forged.status_code == 401
        assert "None yet" in httpx.get(address).text
        assert httpx.get(f"{address}/check/none").status_code == 404


@pytest.mark.parametrize(
    "ours",
    [
        Children(provider_url="https://check.example.org/begin"),
        Children(texts_url="https://texts.example.org/send"),
    ],
    ids=["checks", "texts"],
)
def test_whoever_is_set_stays(ours: Children) -> None:
    settings = load_settings(REPOSITORY, environment={})
    with checking_parents(replace(settings, children=ours)) as (environment, address):
        assert (dict(environment), address) == ({}, "")
