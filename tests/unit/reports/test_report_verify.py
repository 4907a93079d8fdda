import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner

from privacy_engine.cli.report_verify import report_verify, verify_file
from privacy_engine.keys.certificate import ReportCertificate
from privacy_engine.reports import completeness, document, integrity, signature, twin
from privacy_engine.reports.kinds import deletion_certificate
from privacy_engine.reports.log_export import LogExport
from privacy_engine.reports.produce import Produced
from privacy_engine.reports.verdicts import Outcome, Verdict, Verdicts
from tests.unit.reports import samples

Sign = Callable[[bytes], bytes]


@pytest.fixture
def sign_as_stranger(stranger: ReportCertificate) -> Sign:
    """Somebody who changes a report and signs it with a certificate of their own."""

    def sign(pdf: bytes) -> bytes:
        return signature.sign(
            pdf, certificate=stranger, signed_at=samples.NOW, reason="forged", location=""
        )

    return sign


def look(pdf: bytes, folder: Path, *, authority: bytes | None = None) -> Verdicts:
    path = folder / "report.pdf"
    path.write_bytes(pdf)
    trusted = None
    if authority:
        trusted = folder / "authority.der"
        trusted.write_bytes(authority)
    return verify_file(path, None, authority=trusted)


def sentences(verdicts: Verdicts, outcome: Outcome) -> str:
    checks = (*verdicts.integrity.checks, *verdicts.completeness.checks)
    return " ".join(check.sentence for check in checks if check.outcome is outcome)


def changed(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The unsigned report inside `pdf`, changed by somebody who knows the format."""
    unsigned = pdf[: pdf.index(b"%%EOF") + 6]
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(unsigned)) as file:
        change(file)
        file.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def with_twin(pdf: bytes, edit: Callable[[dict[str, object]], None]) -> bytes:
    def change(file: pikepdf.Pdf) -> None:
        stream = attachment(file, twin.NAME)
        content = json.loads(stream.read_bytes())
        edit(content)
        stream.write(json.dumps(content).encode())

    return changed(pdf, change)


def attachment(file: pikepdf.Pdf, name: str) -> pikepdf.Stream:
    return next(one.EF.F for one in file.Root.AF if str(one.UF) == name)


def test_a_report_as_issued_stands(
    produced: Produced, certificate: ReportCertificate, tmp_path: Path
) -> None:
    verdicts = look(produced.signed_bytes, tmp_path, authority=certificate.authority)
    assert verdicts.integrity.outcome is Outcome.HOLDS
    assert verdicts.integrity.sentence == integrity.GOOD
    assert verdicts.stands
    assert sentences(verdicts, Outcome.FAILS) == ""
    assert verdicts.identity.number == "DC-2026-0007"
    assert verdicts.identity.sha256 == produced.sha256
    assert verdicts.identity.fingerprint == certificate.fingerprint
    assert verdicts.identity.signed_at == samples.NOW


def test_every_flipped_byte_is_found(produced: Produced) -> None:
    pdf = produced.signed_bytes
    # Spread over the whole file, from its first line through the signature to its last.
    for at in range(0, len(pdf), len(pdf) // 60):
        assert_found(pdf, at, 0x01)


def test_every_flipped_byte_around_the_signature_is_found(produced: Produced) -> None:
    # No signature covers this room: the head of the message, the root, the issuer's name in
    # capitals, and the zeros behind it all.
    pdf = produced.signed_bytes
    start = pdf.index(b"/Contents <") + len(b"/Contents ")
    end = pdf.index(b"0" * 100, start)
    for at in range(start, end, 13):
        for bit in (0x01, 0x08):
            assert_found(pdf, at, bit)


def assert_found(pdf: bytes, at: int, bit: int) -> None:
    bad = bytearray(pdf)
    bad[at] ^= bit
    assert signature.examine(bytes(bad)).faults, f"bit {bit:#x} of byte {at}"


def test_an_appended_change_is_found(produced: Produced, tmp_path: Path) -> None:
    verdicts = look(produced.signed_bytes + b"\n% later\n", tmp_path)
    assert verdicts.integrity.outcome is Outcome.FAILS
    assert "added to the file after it was signed" in sentences(verdicts, Outcome.FAILS)


def test_a_truncated_file_is_found(produced: Produced, tmp_path: Path) -> None:
    verdicts = look(produced.signed_bytes[:-400], tmp_path)
    assert not verdicts.stands


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n%%EOF\n", b"not a pdf at all"])
def test_what_is_no_report_is_no_crash(content: bytes, tmp_path: Path) -> None:
    assert not look(content, tmp_path).stands


def test_an_unsigned_report_does_not_stand(produced: Produced, tmp_path: Path) -> None:
    unsigned = changed(produced.signed_bytes, lambda _: None)
    assert "not signed" in sentences(look(unsigned, tmp_path), Outcome.FAILS)


def test_a_stranger_is_not_the_authority_that_one_trusts(
    produced: Produced, certificate: ReportCertificate, tmp_path: Path, *, sign_as_stranger: Sign
) -> None:
    forged = sign_as_stranger(changed(produced.signed_bytes, lambda _: None))
    verdicts = look(forged, tmp_path, authority=certificate.authority)
    assert "not certified by the authority you trust" in sentences(verdicts, Outcome.FAILS)


def test_without_an_authority_nobody_is_said_to_have_issued_it(
    produced: Produced, tmp_path: Path, *, sign_as_stranger: Sign
) -> None:
    forged = sign_as_stranger(changed(produced.signed_bytes, lambda _: None))
    assert look(forged, tmp_path).integrity.sentence == integrity.UNCHANGED


def test_a_changed_twin_is_found_even_when_signed_again(
    produced: Produced, tmp_path: Path, *, sign_as_stranger: Sign
) -> None:
    def edit(content: dict[str, object]) -> None:
        content["exceptions"] = []

    forged = sign_as_stranger(with_twin(produced.signed_bytes, edit))
    found = sentences(look(forged, tmp_path), Outcome.FAILS)
    assert "made for another twin" in found
    assert "does not stand on page 1" in found


def test_a_swapped_attachment_is_found_even_when_signed_again(
    produced: Produced, tmp_path: Path, *, sign_as_stranger: Sign
) -> None:
    forged = sign_as_stranger(
        changed(
            produced.signed_bytes,
            lambda file: attachment(file, "systems.csv").write(b"system,found_before\r\n"),
        )
    )
    verdicts = look(forged, tmp_path)
    found = sentences(verdicts, Outcome.FAILS)
    assert "systems.csv is not the one that was issued" in found
    assert "has not as many rows as it says" in found


def test_a_dropped_page_is_found_even_when_signed_again(
    produced: Produced, tmp_path: Path, *, sign_as_stranger: Sign
) -> None:
    def drop(file: pikepdf.Pdf) -> None:
        del file.pages[1]

    found = sentences(
        look(sign_as_stranger(changed(produced.signed_bytes, drop)), tmp_path), Outcome.FAILS
    )
    assert "pages are not whole" in found


def test_a_missing_and_an_added_attachment_are_found(
    produced: Produced, tmp_path: Path, *, sign_as_stranger: Sign
) -> None:
    def rename(file: pikepdf.Pdf) -> None:
        one = next(one for one in file.Root.AF if str(one.UF) == "systems.csv")
        one.UF = pikepdf.String("other.csv")

    found = sentences(
        look(sign_as_stranger(changed(produced.signed_bytes, rename)), tmp_path), Outcome.FAILS
    )
    assert "systems.csv is missing" in found
    assert "other.csv does not belong" in found


def twin_of(population: document.Population) -> dict[str, object]:
    drawn = samples.drawn(population=population)
    report = deletion_certificate.build(samples.deletion(), drawn)
    made = twin.make(report, title="T", language="en", page_words=("Page", "of"))
    return dict(json.loads(made.content))


def population(**changes: object) -> document.Population:
    values: dict[str, object] = {
        "filters": (),
        "row_count": 5,
        "unit": "request",
        "log": samples.head(),
        "tally": samples.tally(),
    }
    return document.Population(**{**values, **changes})  # type: ignore[arg-type]


def test_the_tallies_prove_that_no_row_is_missing() -> None:
    verdict = completeness.check(twin_of(population()), {})
    assert verdict.outcome is Outcome.HOLDS
    assert "holds 5 events of this period; the report has them" in verdict.checks[-1].sentence


def test_a_row_left_out_is_found_by_the_tallies() -> None:
    verdict = completeness.check(twin_of(population(row_count=4)), {})
    assert verdict.outcome is Outcome.FAILS
    assert "5 events of this type, site and period; the report covers 4" in (
        verdict.checks[-1].sentence
    )


def test_finer_filters_are_not_checked_without_the_log() -> None:
    verdict = completeness.check(twin_of(population(row_count=2, finer=True)), {})
    assert verdict.outcome is Outcome.NOT_CHECKED
    assert "--log" in verdict.checks[-1].sentence


@pytest.mark.parametrize("field", ["part", "salt", "entry", "position", "count", "proof"])
def test_a_bent_tally_is_found(field: str) -> None:
    tally = samples.tally()
    bent = {
        "part": tally.end.part.replace(b":7", b":9"),
        "salt": b"t" * 32,
        "entry": tally.end.entry.replace(b"t", b"u"),
        "position": 35,
        "count": 9,
        "proof": tally.end.proof[:-1],
    }
    end = replace(tally.end, **{field: bent[field]})  # type: ignore[arg-type]
    verdict = completeness.check(twin_of(population(tally=replace(tally, end=end))), {})
    assert verdict.outcome is Outcome.FAILS


def test_an_entry_that_is_not_in_the_log_is_found() -> None:
    content = twin_of(population())
    content["entries"][0]["position"] += 1  # type: ignore[index]
    verdict = completeness.check(content, {})
    assert verdict.outcome is Outcome.FAILS
    assert "does not hold the entry at position 4" in " ".join(
        one.sentence for one in verdict.checks
    )


def test_a_head_that_no_checkpoint_signs_is_found() -> None:
    content = twin_of(population())
    content["log"]["size"] = 39  # type: ignore[index]
    assert completeness.check(content, {}).outcome is Outcome.FAILS


def with_log(content: dict[str, object], folder: Path) -> Verdict:
    return completeness.check(content, {}, export=LogExport(folder))


def filtered(field: str, value: str, count: int) -> dict[str, object]:
    one = document.Filter("right", f"right {value}", field=field, value=value)
    return twin_of(population(row_count=count, finer=True, filters=(one,)))


def test_with_the_log_everything_is_counted(tmp_path: Path) -> None:
    verdict = with_log(twin_of(population()), samples.write_export(tmp_path))
    assert verdict.outcome is Outcome.HOLDS
    assert verdict.checks[-1].sentence == (
        "Counted in the export: 5 events, as many as the report covers."
    )


def test_with_the_log_finer_filters_are_counted(tmp_path: Path) -> None:
    folder = samples.write_export(tmp_path)
    assert with_log(filtered("right", "delete", 2), folder).outcome is Outcome.HOLDS
    short = with_log(filtered("right", "delete", 1), folder)
    assert short.outcome is Outcome.FAILS
    assert short.checks[-1].sentence.startswith("Counted in the export: 2 events")


def test_filters_that_no_machine_can_read_stay_not_checked(tmp_path: Path) -> None:
    content = twin_of(population(row_count=2, finer=True))
    verdict = with_log(content, samples.write_export(tmp_path))
    assert verdict.outcome is Outcome.NOT_CHECKED
    assert "not written for machines" in verdict.checks[-1].sentence


def test_an_export_that_opens_nothing_counts_nothing(tmp_path: Path) -> None:
    verdict = with_log(twin_of(population()), samples.write_export(tmp_path, opened=False))
    assert verdict.outcome is Outcome.NOT_CHECKED
    assert "opens no events" in verdict.checks[-1].sentence


def test_an_export_that_opens_too_little_counts_nothing(tmp_path: Path) -> None:
    folder = samples.write_export(tmp_path)
    parts = folder / "opened" / "parts.jsonl"
    lines = parts.read_bytes().splitlines(keepends=True)
    parts.write_bytes(b"".join(lines[:12] + lines[13:]))
    verdict = with_log(twin_of(population()), folder)
    assert verdict.outcome is Outcome.NOT_CHECKED
    assert "opens 4 of the 5" in verdict.checks[-1].sentence


def test_a_bent_export_is_found(tmp_path: Path) -> None:
    folder = samples.write_export(tmp_path)
    parts = folder / "opened" / "parts.jsonl"
    parts.write_bytes(parts.read_bytes().replace(b'"correct"', b'"delete"'))
    verdict = with_log(twin_of(population()), folder)
    assert verdict.outcome is Outcome.FAILS
    assert "does not verify" in verdict.checks[-1].sentence


def test_an_export_of_another_or_an_older_log_is_not_this_one(tmp_path: Path) -> None:
    folder = samples.write_export(tmp_path)
    other = twin_of(population(tally=None))
    other["log"]["root"] = "A" * 43 + "="  # type: ignore[index]
    other["log"]["checkpoint"] = ""  # type: ignore[index]
    other["entries"] = []
    assert "another log" in with_log(other, folder).checks[-1].sentence
    other["log"]["size"] = 99  # type: ignore[index]
    assert "older than the report" in with_log(other, folder).checks[-1].sentence


def test_an_export_of_entries_alone_is_enough(tmp_path: Path) -> None:
    folder = samples.write_export(tmp_path)
    (folder / "tile" / "0" / "000.p" / str(samples.SIZE)).unlink()
    assert with_log(twin_of(population()), folder).outcome is Outcome.HOLDS


def test_an_empty_folder_is_no_export(tmp_path: Path) -> None:
    verdict = with_log(twin_of(population()), tmp_path)
    assert "does not verify" in verdict.checks[-1].sentence


def test_a_twin_with_holes_is_a_failure_and_no_crash() -> None:
    for hole in ("log", "population", "sections", "entries"):
        content = twin_of(population())
        del content[hole]
        assert completeness.check(content, {}).outcome is Outcome.FAILS
    assert completeness.check({}, {}).outcome is Outcome.NOT_CHECKED


def test_the_command_says_both_verdicts(produced: Produced, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(produced.signed_bytes)
    done = CliRunner().invoke(report_verify, [str(path)])
    assert done.exit_code == 0
    assert f"Integrity: holds. {integrity.UNCHANGED}" in done.output
    assert "Completeness: not checked." in done.output


def test_the_command_ends_with_1_and_json_on_a_finding(produced: Produced, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(produced.signed_bytes + b"\n")
    done = CliRunner().invoke(report_verify, [str(path), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.output)["integrity"]["verdict"] == "does not hold"
