"""The facts of an auditor's work paper: the sample drawn again, and the notes on its items."""

from privacy_engine.auditing import notes, sampling, seats
from privacy_engine.auditing.notes import Finding, Note
from privacy_engine.errors import InvalidInput, VerificationError
from privacy_engine.log import evidence
from privacy_engine.reports import filing, populations
from privacy_engine.reports.ask import Ask
from privacy_engine.reports.document import Drawn, Filter, Population, Report
from privacy_engine.reports.kinds import work_paper
from privacy_engine.reports.kinds.work_paper import Engagement, ItemSeen, SampleFacts
from privacy_engine.reports.populations import Sample
from privacy_engine.transaction import Transaction


def work_paper_report(tx: Transaction, ask: Ask) -> Report:
    """Return the work paper on a sample.

    Raises:
        InvalidInput: no sample was given.
        NotFound: there is no such sample.
        VerificationError: the sample drawn again is another one: the log was tampered with.
    """
    if not ask.sample:
        raise InvalidInput("a work paper is about one sample: give --sample")
    sample = populations.find_sample(tx, ask.sample)
    chosen = populations.items_of(tx, sample)
    if populations.items_digest(chosen) != sample.items_sha256:
        raise VerificationError("the sample drawn again is not the one that was recorded")
    events = {event.event_id: event for event in tx.read([one.event_id for one in chosen])}
    written = notes.of_sample(tx, sample.sample_id)
    unseen = Note(Finding.OPEN, "")
    zone = tx.settings.zone
    items = [
        ItemSeen(
            one.position,
            one.leaf_hash,
            events[one.event_id].recorded_at.astimezone(zone),
            str(written.get(one.event_id, unseen).finding),
            written.get(one.event_id, unseen).text,
        )
        for one in chosen
    ]
    drawn = Drawn(
        number=filing.dated_number(tx, work_paper.KIND, sample.sample_id),
        generated_at=filing.local_now(tx),
        site=tx.settings.instance.name,
        period=sample.period,
        entries=filing.entries(tx, list(events.values())),
        population=_population(tx, sample, len(chosen)),
    )
    return work_paper.build(_engagement(tx, sample), _facts(tx, sample), items, drawn)


def _population(tx: Transaction, sample: Sample, count: int) -> Population:
    return Population(
        filters=(
            Filter("type", f"{sample.kind.title}: every entry {sample.kind.type}"),
            Filter("period", "recorded in the period"),
            Filter("sample", f"of those the sample with the seed {sample.seed}"),
        ),
        row_count=count,
        unit="item",
        log=filing.log_head(tx),
        finer=True,
        listed_in=("items",),
    )


def _engagement(tx: Transaction, sample: Sample) -> Engagement:
    seat = seats.of(tx, sample.staff_id)
    return Engagement(
        title=seat.title if seat else "Audit",
        auditor=f"auditor ({sample.staff_id[:8]})",
        sites=sample.sites,
    )


def _facts(tx: Transaction, sample: Sample) -> SampleFacts:
    measured = populations.measure(
        tx, sample.kind, period=sample.period, sites=sample.sites, size=sample.log_size
    )
    return SampleFacts(
        population=sample.kind.title,
        count=sample.count,
        log_size=sample.log_size,
        proof=proof_words(measured),
        is_proven=measured.is_proven,
        seed=sample.seed,
        method=sampling.METHOD,
        drawn_at=sample.drawn_at.astimezone(tx.settings.zone),
        items_sha256=sample.items_sha256,
        earlier_draws=_earlier(tx, sample),
    )


def proof_words(measured: populations.Drawn) -> str:
    """Return in a sentence what the log's tallies state about a population."""
    if measured.stated is None:
        return "The log has stated no tally yet."
    if not measured.agrees:
        return (
            f"The tallies around the period state {measured.stated:,} entries, "
            f"the log holds {measured.between:,}."
        )
    if not measured.newer:
        return (
            f"The tallies around the period state {measured.stated:,} entries, and the log holds "
            f"as many; {measured.count:,} of them were recorded in the period."
        )
    older = measured.count - measured.newer
    return (
        f"Up to the newest tally the log states {measured.stated:,} entries and holds as many; "
        f"{older:,} of them were recorded in the period. {measured.newer:,} more "
        f"{'was' if measured.newer == 1 else 'were'} recorded after it: drawing a sample makes "
        "the log state a tally that counts them."
    )


def _earlier(tx: Transaction, sample: Sample) -> int:
    before = [
        populations.sample_of(event)
        for event in tx.read(evidence.events_of_kinds(tx.session, populations.SAMPLED))
        if event.event_id < sample.sample_id
    ]
    same = (sample.staff_id, sample.kind, sample.period, sample.sites)
    return sum(1 for one in before if (one.staff_id, one.kind, one.period, one.sites) == same)
