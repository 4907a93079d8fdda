"""The API description (OpenAPI 3.1), made from the schemas that check what arrives."""

import re
from collections.abc import Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from privacy_engine.api import shapes
from privacy_engine.api.components import COMPONENTS
from privacy_engine.api.operations import OPERATIONS, Operation
from privacy_engine.api.problems import PROBLEM
from privacy_engine.api.schemas import INSTANT, TEXT, WHOLE, WHOLE_RANGE, Json, maybe, ref
from privacy_engine.config import Settings
from privacy_engine.ingest import codes, schemas
from privacy_engine.ingest.envelope import REQUIRED
from privacy_engine.ingest.fields import YEARS
from privacy_engine.ingest.subjects import Subject
from privacy_engine.instance.model import Content
from privacy_engine.law import clauses
from privacy_engine.log.catalogue import EventType, Kind

_REFUSALS = {
    400: "The bytes cannot be read",
    401: "No key, or none that is known",
    403: "The key does not allow this",
    404: "Nothing here under that name",
    405: "This address does not take this method",
    409: "Other content under the same name",
    413: "Larger than the limit",
    415: "No reader for this content type",
    422: "Does not fit its schema; `errors` says where",
    429: "Too fast; see Retry-After",
    503: "Come back in a moment",
}
_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_LINE = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
# Whatever is none of the attributes above: these patterns hold for declared names too.
_EXTENSION = "^(?!data$)[a-z0-9]{1,64}$"
# Objects with a shape of their own.
_SHAPED = frozenset({"subjects"})
_EXAMPLE: Json = {
    "specversion": "1.0",
    "id": "signup-1",
    "source": "/signup",
    "type": "consent.withdrawn",
    "data": {
        "subject": {"email": "maya.tallow@example.org"},
        "purpose": "newsletter",
        "document": "privacy-statement",
        "version": "2021-11-04",
        "method": "form",
    },
}


def describe(settings: Settings, content: Content) -> Json:
    """Return the OpenAPI document of one instance; codes are those that it declares."""
    marshmallow = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec(
        title=f"{settings.instance.name}: privacy engine",
        version="1",
        openapi_version="3.1.0",
        plugins=[marshmallow],
        servers=[{"url": settings.instance.public_url}],
    )
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    for name, schema in COMPONENTS.items():
        spec.components.schema(name, schema)
    spec.components.schema("Subject", schema=Subject)
    spec.components.schema("ConsentCheck", schema=shapes.ConsentCheck)
    spec.components.schema("SuppressionCheck", schema=shapes.SuppressionCheck)
    spec.components.schema("NewVerification", schema=shapes.NewVerification)
    for kind in schemas.reported():
        spec.components.schema(_data_name(kind), schema=schemas.schema_of(kind))
    for operation in OPERATIONS:
        spec.path(path=operation.path, operations={operation.method: _operation(operation)})
    document: Json = spec.to_dict()
    _finish(document["components"]["schemas"], content)
    return document


def _name(schema: Any) -> str:
    found = schema if isinstance(schema, type) else type(schema)
    return found.__name__.strip("_")


def _data_name(kind: str) -> str:
    return "".join(word.capitalize() for word in re.split(r"[._]", kind)) + "Data"


# Components ------------------------------------------------------------------------------


def _finish(components: Json, content: Content) -> None:
    for name in list(components):
        if name.endswith(("Data", "Check")) or name in {"Subject", "External"}:
            components[name]["additionalProperties"] = False
    components["Subject"]["minProperties"] = 1
    for kind, declared in schemas.reported().items():
        data = components[_data_name(kind)]
        data["description"] = declared.summary
        _add_codes(data["properties"], declared, content)
    asked = components["ConsentCheck"]["properties"]["purposes"]["items"]
    asked["enum"] = sorted(codes.listed(content, "purposes"))
    components["SignalReceivedData"]["properties"]["value"] = {"const": True}
    request = components["RequestReceivedData"]["properties"]
    request["window"] = ref("Window")
    request["jurisdiction"] = {"enum": [item.code for item in clauses.jurisdictions()]}
    components["NewRequest"] = components["RequestReceivedData"]
    components["Event"] = _event()


def _add_codes(properties: Json, declared: EventType, content: Content) -> None:
    for item in declared.fields:
        if item.kind is Kind.OBJECT and item.name not in _SHAPED:
            properties[item.name] = ref("PlainObject")
        elif item.kind is Kind.ANY:
            properties[item.name] = {"anyOf": [TEXT, WHOLE | WHOLE_RANGE, ref("PlainObject")]}
        elif item.codes and item.codes != "versions":
            known = sorted(codes.listed(content, item.codes))
            target = properties[item.name]
            target.get("items", target)["enum"] = known
        elif item.codes:
            versions = {one.version for one in content.documents if not one.draft}
            properties[item.name]["enum"] = sorted(versions)


def _event() -> Json:
    line = TEXT | {"minLength": 1, "pattern": _LINE}
    attributes = {
        "specversion": {"const": "1.0"},
        "id": line | {"maxLength": 256},
        "source": line | {"maxLength": 1024},
        "time": maybe(INSTANT | {"pattern": YEARS}),
        "subject": maybe(line | {"maxLength": 1024}),
        "datacontenttype": {"enum": ["application/json", None]},
        "dataschema": maybe(line | {"maxLength": 1024}),
    }
    extension = {"type": ["string", "integer", "boolean", "null"]} | WHOLE_RANGE
    return {
        "description": "A CloudEvent; `type` decides what `data` holds. Extension attributes are "
        "allowed and not kept.",
        "example": _EXAMPLE,
        "oneOf": [
            {
                "type": "object",
                "required": [*REQUIRED, "data"],
                "properties": attributes
                | {"type": {"const": kind}, "data": ref(_data_name(kind))},
                "patternProperties": {_EXTENSION: extension},
                "additionalProperties": False,
            }
            for kind in schemas.reported()
        ],
    }


# Operations ------------------------------------------------------------------------------


def _operation(operation: Operation) -> Json:
    made: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": _responses(operation),
        "security": [{"key": []}] if operation.scope else [],
    }
    text = [operation.text] if operation.text else []
    if operation.scope:
        text.append(f"Scope: `{operation.scope}`.")
    if text:
        made["description"] = " ".join(text)
    parameters = _parameters(operation)
    if parameters:
        made["parameters"] = parameters
    if operation.takes:
        content = {kind: {"schema": schema} for kind, schema in operation.takes.items()}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _parameters(operation: Operation) -> list[Json]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": TEXT}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    in_query = [
        {"name": name, "in": "query", "required": name in operation.needed, "schema": schema}
        for name, schema in operation.query.items()
    ]
    in_header = [
        {"name": name, "in": "header", "required": False, "schema": schema}
        for name, schema in operation.headers.items()
    ]
    return in_path + in_query + in_header


def _responses(operation: Operation) -> Json:
    responses: Json = {
        str(status): _response(_REFUSALS.get(status, "As asked"), *given)
        for status, given in operation.gives.items()
    }
    for status, words in _REFUSALS.items():
        if str(status) not in responses:
            responses[str(status)] = _response(words, PROBLEM, ref("Problem"))
    for leading, others in operation.leads.items():
        responses[str(leading)]["links"] = {
            name: {
                "operationId": name,
                "parameters": {key: f"$response.body#{place}" for key, place in places.items()},
            }
            for name, places in others.items()
        }
    for slow in ("429", "503"):
        responses[slow].setdefault("headers", {})["Retry-After"] = {"schema": TEXT}
    return responses


def _response(words: str, kind: str, schema: Mapping[str, Any]) -> Json:
    return {"description": words, "content": {kind: {"schema": schema}}}
