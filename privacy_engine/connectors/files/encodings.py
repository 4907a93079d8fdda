"""In what a file is written, told by how it begins; pure."""

import codecs

HEAD_BYTES = 8192

_MARKS = (  # the longer first: that of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Archives, papers, pictures, databases: some begin like text.
_NO_TEXT = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ"),
    *(b"\x28\xb5\x2f\xfd", b"%PDF-", b"\xd0\xcf\x11\xe0", b"SQLite format 3\x00", b"PAR1"),
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"-----BEGIN PGP MESSAGE"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_MOST_CONTROLS = 0.05
_MOSTLY = 0.4


def encoding_of(head: bytes) -> str | None:
    """Return the encoding of a text, or None where it is none that could be searched.

    Args:
        head: the first bytes, up to `HEAD_BYTES`.
    """
    if head.startswith(_NO_TEXT):
        return None
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if wide := _wide(head):
        return wide
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return "utf-8" if controls <= _MOST_CONTROLS * len(head) else None


def errors_of(encoding: str) -> str:
    """Return how what is wrong in a text goes through unchanged."""
    return "surrogateescape" if encoding == "utf-8" else "surrogatepass"


def _wide(head: bytes) -> str | None:
    """Return which UTF-16 this is without a mark: every other byte of plain words is none."""
    even, odd = head[0::2], head[1::2]
    if len(odd) < 2:
        return None
    empty = (even.count(0) / len(even), odd.count(0) / len(odd))
    if empty[1] > _MOSTLY and empty[0] == 0:
        return "utf-16-le"
    return "utf-16-be" if empty[0] > _MOSTLY and empty[1] == 0 else None
