"""Strict marshmallow fields: nothing is converted, and no message repeats what was sent."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from privacy_engine.errors import InvalidInput
from privacy_engine.ingest.moments import FIRST_YEAR, LAST_YEAR, parse_day, parse_rfc3339
from privacy_engine.log.canonical import canonical
from privacy_engine.log.event import instant

# Line breaks and tabs are part of what people write; other control characters are not.
_PLAIN = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*"
_WORDS = rf"{_PLAIN}[^\s\x00-\x1f\x7f\x85\ufeff]{_PLAIN}"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MAX_OBJECT_BYTES = 16_384
# The years 1900 to 2999, for whoever reads the description.
YEARS = "^(19|2[0-9])[0-9]{2}-"
DATE_TIME = {"format": "date-time", "pattern": YEARS}


MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "is required",
    "null": "must not be null; leave it out instead",
    "unknown": "is not a field that is known here",
    "type": "must be an object",
    "invalid": "must be a list",
    "validator_failed": "is not allowed",
}


class _Strict:
    """Reads by `_read` alone, past the conversions that marshmallow would make."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return self._read(value)

    def _read(self, value: Any) -> Any:
        raise NotImplementedError


class Text(_Strict, fields.String):
    """A text without control characters; one that is `required` or `named` is not blank."""

    def __init__(
        self, *, longest: int, pattern: str = "", named: bool = False, **extra: Any
    ) -> None:
        least = 1 if named or extra.get("required") else 0
        spelled = pattern or (_WORDS if least else _PLAIN)
        range_ = f"{least} to {longest}" if least else f"at most {longest}"
        super().__init__(
            validate=validate.Length(
                min=least, max=longest, error=f"must have {range_} characters"
            ),
            metadata={"pattern": f"^{spelled}$"},
            error_messages=dict(MESSAGES),
            **extra,
        )
        self.least, self.longest = least, longest
        # What is asked for beyond plain words; None where any will do.
        self.pattern = re.compile(pattern) if pattern else None
        self._spelled = re.compile(spelled)

    def _read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("must be text")
        if _CONTROL.search(value):
            raise ValidationError("must not hold control characters")
        if not self._spelled.fullmatch(value):
            blank = "must not be empty" if not value.strip() else "is not spelled as it should be"
            raise ValidationError(blank)
        return value


class Choice(_Strict, fields.String):
    """One word of a closed set."""

    def __init__(self, choices: tuple[str, ...], **extra: Any) -> None:
        # The enum of the description comes from here.
        self.choices = choices
        one_of = validate.OneOf(choices, error=f"must be one of {', '.join(choices)}")
        super().__init__(validate=one_of, error_messages=dict(MESSAGES), **extra)

    def _read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("must be text")
        return value


class Instant(_Strict, fields.String):
    """An RFC 3339 instant with an offset, kept as UTC with milliseconds."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(metadata=dict(DATE_TIME), error_messages=dict(MESSAGES), **extra)

    def _read(self, value: Any) -> str:
        try:
            return instant(parse_rfc3339(value))
        except (TypeError, ValueError):
            raise ValidationError(
                "must be an instant with an offset, such as 2026-11-22T10:00:00-08:00, "
                f"in the years {FIRST_YEAR} to {LAST_YEAR}"
            ) from None


class Day(_Strict, fields.String):
    """A calendar day as YYYY-MM-DD."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(
            metadata={"format": "date", "pattern": YEARS}, error_messages=dict(MESSAGES), **extra
        )

    def _read(self, value: Any) -> str:
        found = parse_day(value)
        if found is None:
            raise ValidationError(
                f"must be a day, such as 2026-11-22, in the years {FIRST_YEAR} to {LAST_YEAR}"
            )
        return found.isoformat()


class Flag(_Strict, fields.Boolean):
    """True or false, not something that looks like it."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(error_messages=dict(MESSAGES), **extra)

    def _read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value


class Whole(_Strict, fields.Integer):
    """A whole number, written as one."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(error_messages=dict(MESSAGES), **extra)

    def _read(self, value: Any) -> int:
        if type(value) is not int:
            raise ValidationError("must be a whole number")
        return value


class Plain(_Strict, fields.Raw):
    """An object (or, with `scalars`, also a text or whole number) that can be hashed."""

    def __init__(self, *, scalars: bool = False, **extra: Any) -> None:
        super().__init__(error_messages=dict(MESSAGES), **extra)
        self._taken = {dict, str, int} if scalars else {dict}

    def _read(self, value: Any) -> Any:
        if type(value) not in self._taken:
            more = "a text, a whole number or " if len(self._taken) > 1 else ""
            raise ValidationError(f"must be {more}an object")
        try:
            size = len(canonical(value))
        except InvalidInput as error:
            raise ValidationError(error.detail.partition(": ")[2] or error.detail) from None
        if size > MAX_OBJECT_BYTES:
            raise ValidationError(f"must have at most {MAX_OBJECT_BYTES} bytes")
        return value
