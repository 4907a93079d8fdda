"""Patterns that are only looked for where something stands that they cannot do without."""

import re
from typing import Final


class Hinted:
    """A pattern with its hints: in a text that holds none of them it is never searched.

    To find out that a pattern is absent takes a try at every letter, to find that a fixed word is
    absent takes next to nothing, and most patterns are absent from most texts.
    """

    def __init__(self, pattern: str, *hints: str) -> None:
        self.pattern: Final = re.compile(pattern)
        self._hints: Final = hints

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first place where the pattern stands, or None."""
        for hint in self._hints:
            if hint in text:
                return self.pattern.search(text)
        return None


class Ended:
    """A pattern that ends with the text, with the endings that it can have, spaces left out.

    A text that ends otherwise, and is not blank, is never searched.
    """

    def __init__(self, pattern: str, *endings: str) -> None:
        self.pattern: Final = re.compile(pattern)
        self._endings: Final = endings

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first place where the pattern stands, or None."""
        end = text.rstrip(" ")
        return self.pattern.search(text) if not end or end.endswith(self._endings) else None
