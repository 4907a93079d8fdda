"""What the name of a column or field tells by itself; pure."""

import re

FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
"""How a field of a program outside may be called."""
_CREDENTIAL = re.compile(
    r"passw|passphrase|^((user|login|account) )?pass$|\bpwd\b|secrets?\b|tokens?\b|\bsalt\b"
    r"|\bhash(ed)?\b|credential|\botp\b|\btotp\b|\bmfa\b|\bpin$"
    r"|(api|private|activation|recovery) (key|code)|security (qu|answ)"
)


def words_of(name: str) -> list[str]:
    """Return the words of a name in small letters: `CustomerID` as customer, id."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word for word in re.split(r"[\W_]+", parted.lower()) if word]


def is_credential(name: str) -> bool:
    """Return whether a field seems to hold that by which somebody signs in.

    Nobody knows a right value for it but a program, and who writes one takes over an account.
    """
    return _CREDENTIAL.search(" ".join(words_of(name))) is not None
