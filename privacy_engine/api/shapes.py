"""The bodies of the reading routes, as marshmallow schemas, and how they are read."""

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length

from privacy_engine.errors import FieldError, InvalidInput, UnknownCode
from privacy_engine.ingest import schemas
from privacy_engine.ingest.fields import MESSAGES, Choice, Instant, Text
from privacy_engine.ingest.subjects import Subject
from privacy_engine.instance.model import Content
from privacy_engine.instance.terms import PURPOSES_FILE

MOST_SUBJECTS = 1_000
MOST_PURPOSES = 100


class ConsentCheck(Schema):
    """May data of this person be used for these purposes?"""

    error_messages = MESSAGES  # type: ignore[assignment]

    class Meta:
        """An unknown field is refused."""

        unknown = RAISE

    subject = fields.Nested(Subject, required=True, error_messages=dict(MESSAGES))
    purposes = fields.List(
        Text(longest=64, required=True),
        required=True,
        validate=Length(1, MOST_PURPOSES, error=f"must have 1 to {MOST_PURPOSES} items"),
        error_messages=dict(MESSAGES),
    )
    at = Instant()


class SuppressionCheck(Schema):
    """What must not be done with these people?"""

    error_messages = MESSAGES  # type: ignore[assignment]

    class Meta:
        """An unknown field is refused."""

        unknown = RAISE

    subjects = fields.List(
        fields.Nested(Subject, error_messages=dict(MESSAGES)),
        required=True,
        validate=Length(0, MOST_SUBJECTS, error=f"must have at most {MOST_SUBJECTS} items"),
        error_messages=dict(MESSAGES),
    )


class NewVerification(Schema):
    """A site says that an account holder has just signed in again."""

    error_messages = MESSAGES  # type: ignore[assignment]

    class Meta:
        """An unknown field is refused."""

        unknown = RAISE

    method = Choice(("reauthentication",), required=True)
    account = Text(longest=200, required=True)
    authenticated_at = Instant(required=True)


def load(schema: Schema, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body that fits its schema.

    Raises:
        InvalidInput: every fault with its pointer.
    """
    try:
        loaded: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        raise InvalidInput(
            "the body does not fit its schema", errors=schemas.pointers(error, below="")
        ) from None
    return loaded


def require_purposes(content: Content, codes: list[str]) -> None:
    """Refuse purposes that the instance does not declare, without repeating them.

    Raises:
        UnknownCode: naming the file that lists them.
    """
    known = [item.code for item in content.purposes]
    faults = [
        FieldError(f"/purposes/{index}", f"is not in {PURPOSES_FILE}")
        for index, code in enumerate(codes)
        if code not in known
    ]
    if faults:
        names = ", ".join(known)
        raise UnknownCode(f"{PURPOSES_FILE} has {names}", errors=faults)
