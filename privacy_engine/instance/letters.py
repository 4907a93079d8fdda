"""Letters filled in: plain substitution of `{placeholder}` words and nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from privacy_engine.errors import InvalidInput
from privacy_engine.instance.model import Template

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True)
class Letter:
    """A letter ready to send: its subject line and its Markdown."""

    subject: str
    body: str
    language: str


def fill(template: Template, values: Mapping[str, str]) -> Letter:
    """Return the letter with every placeholder replaced once.

    A value is never read again for placeholders, and the subject stays one line whatever the
    value holds: a name that a stranger typed can neither pull in another value nor add a header.

    Raises:
        InvalidInput: a placeholder of the letter has no value.
    """
    missing = sorted(template.placeholders - values.keys())
    if missing:
        raise InvalidInput(f"letter {template.code!r} needs {', '.join(missing)}")

    def put(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)

    subject = _CONTROL.sub(" ", put(template.subject)).strip()
    return Letter(subject=subject, body=put(template.body), language=template.language)
