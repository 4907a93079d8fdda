"""The deletion certificate: what was deleted where, what a search afterwards found, what is kept.

It never holds personal data: a person is a subject key, staff are roles, counts are counts.
Its words keep to what is known: a deletion was recorded, and data is absent from the systems
that were searched. Nobody can prove that nothing is left anywhere.
"""

from datetime import date

from privacy_engine.look.formats import day_long, plural
from privacy_engine.reports.charts import Moment
from privacy_engine.reports.document import (
    Block,
    Column,
    ColumnKind,
    Drawn,
    Fact,
    Facts,
    Headline,
    Prose,
    Remark,
    Report,
    Section,
    Table,
    Tone,
)
from privacy_engine.reports.kinds import deletion_tables, figures, wording
from privacy_engine.reports.kinds.deletion import SETTLED, Deletion

KIND = "deletion-certificate"
SECTIONS = ("case", "systems", "recipients", "clocks", "backups", "approvals", "kept")


def build(deletion: Deletion, drawn: Drawn) -> Report:
    """Return the certificate of `deletion`.

    Source: 11 CCR 7022(b)-(f), 7101; Cal. Civ. Code 1798.105(c).
    """
    on = drawn.generated_at.date()
    return Report(
        kind=KIND,
        about=f"Request {deletion.reference}, completed {day_long(deletion.completed_at.date())}",
        drawn=drawn,
        headline=_headline(deletion),
        exceptions=_exceptions(deletion, on=on),
        sections=(
            Section("case", _case(deletion)),
            Section("systems", (deletion_tables.systems(deletion.systems), _retained(deletion))),
            Section("recipients", (_recipients(deletion),)),
            Section("clocks", (deletion_tables.clocks(deletion.clocks, on=on),)),
            Section("backups", (_backups(deletion),)),
            Section("approvals", (_approvals(deletion),)),
            Section("kept", (_kept(deletion),)),
        ),
    )


def _headline(deletion: Deletion) -> Headline:
    back = {one.title for one in deletion.returns if one.gone_at is None}
    if back:
        return Headline(
            f"Deleted, and there again in {plural(len(back), 'system')}",
            "The exceptions below say where, and since when. It is deleted again.",
            Tone.FAILED,
        )
    open_systems = [one for one in deletion.systems if one.verdict not in SETTLED]
    retained = any(one.retained for one in deletion.systems)
    if open_systems:
        return Headline(
            f"Deleted, but not settled in {len(open_systems)} of "
            f"{plural(len(deletion.systems), 'system')}",
            "The exceptions below say where, and why. Deletion is recorded for the other systems, "
            "and they were searched again.",
            Tone.FAILED
            if any(one.verdict in deletion_tables.GRAVE for one in open_systems)
            else Tone.ATTENTION,
        )
    what = "nothing found but what is kept on a stated ground" if retained else "nothing found"
    return Headline(
        f"Deleted and searched again: {what}",
        f"Deletion recorded, and data absent from these {plural(len(deletion.systems), 'system')}"
        + (", except for the records listed as kept." if retained else "."),
        Tone.GOOD,
    )


def _exceptions(deletion: Deletion, *, on: date) -> tuple[Remark, ...]:
    return (
        *deletion_tables.remarks(deletion.systems, deletion.clocks, on=on),
        *deletion_tables.return_remarks(deletion.returns),
        *_retained_remarks(deletion),
        *(
            Remark(
                f"{told.title} was told on {day_long(told.told_at.date())} "
                "and has not confirmed yet.",
                citation="11 CCR 7022(b)(2)",
            )
            for told in deletion.told
            if told.acknowledged_at is None
        ),
        *(Remark(f"Legal hold {hold} is in force.", Tone.ATTENTION) for hold in deletion.holds),
        *_backup_remarks(deletion, on=on),
    )


def _retained_remarks(deletion: Deletion) -> list[Remark]:
    return [
        Remark(
            f"{system.title} keeps {plural(kept.count, 'record')} ({kept.what}): "
            f"{kept.ground}, until {kept.until}.",
            Tone.NEUTRAL,
            kept.citation,
        )
        for system in deletion.systems
        for kept in system.retained
    ]


def _backup_remarks(deletion: Deletion, *, on: date) -> list[Remark]:
    horizon = deletion.backup_horizon_on
    if horizon is None:
        return [Remark("No backup horizon is stated: backups may still hold the data.")]
    if horizon <= on:
        return []
    return [
        Remark(
            f"Backups made before the deletion exist until {day_long(horizon)}. "
            "If one is restored, the deletion is repeated before anything is served.",
            Tone.NEUTRAL,
            "11 CCR 7022(d)",
        )
    ]


def _case(deletion: Deletion) -> tuple[Block, ...]:
    moments = [
        Moment(deletion.received_at.date(), "Received"),
        Moment(deletion.completed_at.date(), "Deleted, searched again"),
        *(Moment(back.found_at.date(), "There again") for back in deletion.returns),
        *(Moment(back.gone_at.date(), "Gone again") for back in deletion.returns if back.gone_at),
        *(Moment(clock.due_on, f"Due: {clock.duty}", due=True) for clock in deletion.clocks),
    ]
    if deletion.backup_horizon_on:
        moments.append(Moment(deletion.backup_horizon_on, "Backup horizon", due=True))
    return (
        Facts(
            "case",
            (
                Fact("Request", deletion.reference, code=True),
                Fact("Subject key", deletion.subject_key, code=" " not in deletion.subject_key),
                Fact("Basis", deletion.basis, citation=deletion.basis_citation),
                Fact("Identity", deletion.verification, citation="11 CCR 7060-7062"),
                Fact("Received", wording.moment(deletion.received_at) or ""),
                Fact("Completed", wording.moment(deletion.completed_at) or ""),
            ),
        ),
        *figures.course(moments),
    )


def _retained(deletion: Deletion) -> Table:
    return Table(
        key="retained",
        title="Kept in these systems, on a stated ground",
        columns=(
            Column("system", "System", width=22),
            Column("count", "Records", ColumnKind.NUMBER, width=9),
            Column("what", "What", width=20),
            Column("ground", "Ground", width=33),
            Column("until", "Until", width=16),
        ),
        rows=tuple(
            (system.title, one.count, one.what, one.why, one.until)
            for system in deletion.systems
            for one in system.retained
        ),
        empty="Nothing is kept in these systems.",
    )


def _recipients(deletion: Deletion) -> Table:
    return Table(
        key="told",
        title="Service providers, contractors and third parties",
        columns=(
            Column("recipient", "Recipient", width=34),
            Column("role", "Role", width=22),
            Column("told", "Told", width=22),
            Column("confirmed", "Confirmed", ColumnKind.STATE, width=22),
        ),
        rows=tuple(
            (
                told.title,
                told.role,
                wording.moment(told.told_at),
                wording.moment(told.acknowledged_at) if told.acknowledged_at else "Not yet",
            )
            for told in deletion.told
        ),
        empty="Nobody else had received the data.",
    )


def _backups(deletion: Deletion) -> Block:
    destroyed, horizon = deletion.keys_destroyed_at, deletion.backup_horizon_on
    return Facts(
        "backups",
        (
            Fact(
                "Keys of the engine's own record",
                f"destroyed {wording.moment(destroyed)}; "
                "what was sealed under them cannot be opened"
                if destroyed
                else "not destroyed yet",
            ),
            Fact(
                "Backup horizon",
                day_long(horizon) if horizon else "not stated",
                citation="11 CCR 7022(d)",
            ),
        ),
    )


def _approvals(deletion: Deletion) -> Block:
    if not deletion.approvals:
        return Prose(("Nobody is recorded as having approved this deletion.",))
    return Facts(
        "approvals",
        tuple(
            Fact(step.step, f"{step.role} ({step.code}), {wording.moment(step.at)}")
            for step in sorted(deletion.approvals, key=lambda step: step.at)
        ),
    )


def _kept(deletion: Deletion) -> Table:
    return Table(
        key="kept",
        title="Records that stay",
        columns=(
            Column("what", "What", width=26),
            Column("why", "Why", width=40),
            Column("until", "Until", width=16),
            Column("citation", "Source", width=18),
        ),
        rows=tuple((kept.what, kept.why, kept.until, kept.citation) for kept in deletion.kept),
        empty="Nothing is kept.",
    )
