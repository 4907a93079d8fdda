"""The API description: complete, valid, and held against the running application."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from privacy_engine.api import create_app
from privacy_engine.api.problems import STATUS, status_of
from privacy_engine.engine import Engine
from privacy_engine.errors import EngineError
from tests.engines import make_engine
from tests.functional.api.conftest import ORIGIN, make_site

# Whether instants lie in the future and codes fit each other is nothing that a schema can say.
_LEFT_OUT = [positive_data_acceptance]


@pytest.fixture
def any_engine(engine: Engine) -> Engine:
    """SQLite alone: nothing here depends on the database."""
    return engine


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """The application's schema, and a key in test mode."""
    made = make_engine(tmp_path_factory.mktemp("described"))
    keys = make_site(made, "listing-site", ORIGIN)
    yield schemathesis.openapi.from_wsgi("/v1/openapi.json", create_app(made)), keys.server_test
    made.close()


@pytest.fixture(scope="module")
def api(described: tuple[Any, str]) -> Any:
    """The schema alone, as schemathesis wants it."""
    return described[0]


schema = schemathesis.pytest.from_fixture("api")


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)
def test_the_application_does_what_it_says(case: Any, described: tuple[Any, str]) -> None:
    case.call_and_validate(
        headers={"Authorization": f"Bearer {described[1]}"}, excluded_checks=_LEFT_OUT
    )


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
        if path not in hidden and not path.startswith("/.well-known"):
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
    page = client.get("/errors").text

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
    assert status_of(EngineError()) == 500
