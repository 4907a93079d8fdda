"""The API description: complete, valid, and held against the running application."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from privacy_engine.api import create_app
from privacy_engine.api.problems import STATUS, status_of
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from tests.functional.api.conftest import ORIGIN, make_site

# Whether instants lie in the future and codes fit each other is nothing that a schema can say.
_LEFT_OUT = [positive_data_acceptance]


@pytest.fixture
def any_engine(engine: Engine) -> Engine:
    """SQLite alone: nothing here depends on the database."""
    return engine


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_application_does_what_it_says(any_engine: Engine, mode: GenerationMode) -> None:
    key = make_site(any_engine, "listing-site", ORIGIN).server_test
    described = schemathesis.openapi.from_wsgi("/v1/openapi.json", create_app(any_engine))
    for found in described.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=25, suppress_health_check=list(HealthCheck))
        def attack(case: Any) -> None:
            case.call_and_validate(
                headers={"Authorization": f"Bearer {key}"}, excluded_checks=_LEFT_OUT
            )

        try:
            attack()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE  # nothing can be wrong where nothing is taken


def test_every_route_names_a_scope_or_is_public(any_engine: Engine) -> None:
    app = create_app(any_engine)
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        assert getattr(view, "scope", None), f"{rule.rule} names no scope"


def test_every_route_is_described(any_engine: Engine, client: Any) -> None:
    paths = client.get("/v1/openapi.json").json["paths"]
    plain = {re.sub(r"{\w+}", "{}", path) for path in paths}
    hidden = {"/v1/openapi.json", "/v1/docs", "/errors", "/metrics"}
    for rule in create_app(any_engine).url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "{}", rule.rule)
        if path not in hidden and not path.startswith(
            ("/.well-known", "/drp/", "/opendsr/")
        ):  # by its own specification
            assert path in plain


def test_the_description_knows_the_codes_of_the_instance(client: Any) -> None:
    schemas = client.get("/v1/openapi.json").json["components"]["schemas"]
    purpose = schemas["ConsentGivenData"]["properties"]["purpose"]
    assert "newsletter" in purpose["enum"]
    assert schemas["ConsentGivenData"]["additionalProperties"] is False


def test_the_pages_for_people_load_nothing_from_anybody(client: Any) -> None:
    for path in ("/v1/docs", "/errors"):
        page = client.get(path)
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert not re.search(r"(src|href)=[\"']?(https?:)?//", page.text)


def test_every_error_has_a_status_and_a_place_in_the_list(client: Any) -> None:
    page = unescape(client.get("/errors").text)

    def below(kind: type[EngineError]) -> Iterator[type[EngineError]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    for kind in below(EngineError):
        if not kind.__module__.startswith("privacy_engine.errors"):
            continue
        assert kind in STATUS
        if STATUS[kind] != 500:
            assert f'id="{kind.slug}"' in page
            assert kind.repair in page
            assert kind.repair != EngineError.repair, "each says what to do about it"
    assert status_of(EngineError()) == 500
