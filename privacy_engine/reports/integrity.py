"""Says whether a report file is as it was issued."""

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from privacy_engine.errors import MalformedInput
from privacy_engine.reports import inspection, signature, twin
from privacy_engine.reports.verdicts import (
    Check,
    Identity,
    Verdict,
    fails,
    fold,
    holds,
    not_checked,
)

GOOD = "This is the document as it was issued; nothing in it was changed."
# Anyone can make a certificate and sign with it: unchanged is not yet issued by whom it says.
UNCHANGED = (
    "Nothing in this document was changed since it was signed; who signed it, "
    "only the fingerprint can tell."
)
BAD = "This is not the document as it was issued."
OPEN = "Whether this is the document as it was issued was not checked."

_CHUNK_BYTES = 1 << 20


def check(
    pdf: bytes,
    *,
    authority: bytes | None = None,
    time_authority: bytes | None = None,
    folder: Path | None = None,
) -> tuple[Verdict, Identity, Mapping[str, Any], Mapping[str, bytes]]:
    """Return the verdict, what the file says it is, its twin, and its attachments.

    What must hold:
    1. one signature covers the whole file, is valid, and allows no later change;
    2. the twin is there and can be read;
    3. every attachment is the one whose hash the twin states, none is missing or added, and so
       is every file beside the report;
    4. the file identifier and every page show the hash of this twin;
    5. no page is missing.

    Args:
        pdf: The whole file.
        authority: DER certificate of the authority that the reader trusts, from elsewhere.
        time_authority: The same of whoever stamps the time.
        folder: Where the file lies, for what is too large to be inside it.
    """
    findings = signature.examine(pdf, authority=authority, time_authority=time_authority)
    checks = list(_signature(findings))  # 1
    content: Mapping[str, Any] = {}
    attachments: Mapping[str, bytes] = {}
    try:
        contents = inspection.read(pdf)
        attachments = contents.attachments
        content = _twin(contents)  # 2
        checks += _attachments(content, attachments)  # 3
        checks += _beside(content, folder)
        checks += _hashes(contents)  # 4
        checks += _pages(content, contents.pages)  # 5
    except MalformedInput as error:
        checks.append(fails(str(error)))
    identity = Identity(
        **{
            name: str(content.get(name, ""))
            for name in ("kind", "number", "title", "generated_at")
        },
        signer=findings.signer,
        fingerprint=findings.fingerprint,
        signed_at=findings.signed_at,
        sha256=hashlib.sha256(pdf).hexdigest(),
    )
    good = GOOD if findings.trusted else UNCHANGED
    return fold(checks, good=good, bad=BAD, open_=OPEN), identity, content, attachments


def _signature(findings: signature.SignatureFindings) -> Iterator[Check]:
    if findings.faults:
        yield from (fails(fault) for fault in findings.faults)
        return
    known = (
        "certified by the authority that you trust"
        if findings.trusted
        else f"by its own certificate, so compare its fingerprint {findings.fingerprint}"
    )
    yield holds(f"Signed by {findings.signer}, {known}.")
    yield holds("The signature covers the whole file, and nothing was added after it.")
    if findings.stamped_at:
        later = ", in the form that can still be checked when it has expired"
        yield holds(
            f"Signed before {findings.stamped_at:%Y-%m-%dT%H:%M:%SZ}, as {findings.stamped_by} "
            f"stamped{later if findings.has_long_term_form else ''}."
        )
        yield holds(
            "Who stamped it is certified by the time-stamping authority that you trust."
            if findings.stamp_trusted
            else "Whether you can trust who stamped it, the file alone cannot say: give the "
            "certificate of the time-stamping authority, from elsewhere."
        )


def _twin(contents: inspection.Contents) -> Mapping[str, Any]:
    try:
        content = orjson.loads(contents.attachments[twin.NAME])
        if content["format"] != twin.FORMAT:
            raise MalformedInput("The twin is of a format that this version does not read.")
    except (KeyError, TypeError, orjson.JSONDecodeError) as error:
        raise MalformedInput("The machine-readable twin is missing or cannot be read.") from error
    return dict(content)


def _attachments(content: Mapping[str, Any], attachments: Mapping[str, bytes]) -> Iterator[Check]:
    inside = [one for one in content["attachments"] if not one.get("beside")]
    stated = {one["name"]: one["sha256"] for one in inside}
    present = {
        name: hashlib.sha256(data).hexdigest()
        for name, data in attachments.items()
        if name != twin.NAME
    }
    for name in sorted(stated.keys() | present.keys()):
        if name not in present:
            yield fails(f"The attachment {name} is missing.")
        elif name not in stated:
            yield fails(f"The attachment {name} does not belong to this report.")
        elif stated[name] != present[name]:
            yield fails(f"The attachment {name} is not the one that was issued.")
    if stated == present:
        count = len(stated)
        yield holds(
            "There are no attachments besides the twin."
            if not count
            else f"All attachments ({count}) are the ones that were issued."
        )


def _beside(content: Mapping[str, Any], folder: Path | None) -> Iterator[Check]:
    for one in content["attachments"]:
        if not one.get("beside"):
            continue
        name = twin.name_beside(str(content["number"]), str(one["name"]))
        # The name comes from the file: only a plain name in this folder is looked at.
        path = folder / name if folder and Path(name).name == name else None
        if path is None or not path.is_file():
            yield not_checked(f"The file {name} belongs beside this report and is not here.")
        elif _sha256_unpacked(path, limit=int(one["size_bytes"])) != one["sha256"]:
            yield fails(f"The file {name} beside this report is not the one that was issued.")
        else:
            yield holds(f"The file {name} beside this report is the one that was issued.")


def _sha256_unpacked(path: Path, *, limit: int) -> str:
    digest, left = hashlib.sha256(), limit
    try:
        with gzip.open(path) as file:
            while chunk := file.read(_CHUNK_BYTES):
                left -= len(chunk)
                if left < 0:
                    return ""
                digest.update(chunk)
    except (OSError, EOFError, zlib.error):
        return ""
    return digest.hexdigest()


def _hashes(contents: inspection.Contents) -> Iterator[Check]:
    digest = hashlib.sha256(contents.attachments[twin.NAME]).hexdigest()
    short = twin.short_hash(digest).replace(" ", "")
    without = [at for at, text in enumerate(contents.pages, start=1) if short not in text]
    if contents.identifier.hex() != digest[: 2 * len(contents.identifier)]:
        yield fails("The file was made for another twin.")
    if without:
        pages = ", ".join(str(at) for at in without[:10])
        yield fails(f"The hash of the twin does not stand on page {pages}.")
    else:
        yield holds("Every page shows the hash of the attached twin.")


def _pages(content: Mapping[str, Any], pages: tuple[str, ...]) -> Iterator[Check]:
    page, of = (re.escape(re.sub(r"\s", "", word)) for word in content["page_words"])
    shown = [re.search(rf"{page}(\d+){of}(\d+)$", text) for text in pages]
    total = len(pages)
    if not total or any(
        found is None or (int(found[1]), int(found[2])) != (at, total)
        for at, found in enumerate(shown, start=1)
    ):
        yield fails(f"The pages are not whole: their numbers do not run from 1 to {total}.")
    else:
        yield holds(f"No page is missing: they run from 1 to {total}.")
