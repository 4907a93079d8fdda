"""Which clocks will be missed at the present pace, and what would change that (pure).

A simulation on the instance's own history, many times over: each business day as many decisions
are taken as on some past business day, the nearest clock first; people confirm and answers go out
as long after as they did before; new requests keep coming as they came. The same inputs give the
same outlook, and every scenario meets the same days, so that what differs is the scenario alone.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import heappop, heappush
from random import Random  # noqa: TID251  a simulation that anybody can run again needs a seed

MOST_DAYS = 400
_STEPS = 1_500_000
_LEAST_RUNS, _MOST_RUNS = 40, 400
LEAST_ANSWERS = 10
"""Below this many answers the past says nothing about the future."""


@dataclass(frozen=True)
class Waiting:
    """An open request that a person decides on.

    Attributes:
        due_on: the law's last day as it stands.
        extended_on: the last day if it is extended now; None where it cannot be.
        ready: whether nothing but a decision is missing.
    """

    reference: str
    due_on: date
    extended_on: date | None = None
    ready: bool = True


@dataclass(frozen=True)
class History:
    """What this instance did in a past stretch; days are the controller's.

    Attributes:
        decisions: how many decisions were taken on each business day.
        arrivals: how many requests came on each calendar day that somebody must decide on.
        confirmed_after: days from receipt to confirmation, for those who confirmed.
        answered_after: days from decision to answer.
        people: how many decided.
        period_days: of an answer to a request that comes now.
    """

    first_on: date
    last_on: date
    decisions: tuple[int, ...] = ()
    arrivals: tuple[int, ...] = ()
    confirmed_after: tuple[int, ...] = ()
    answered_after: tuple[int, ...] = ()
    people: int = 1
    period_days: int = 45

    @property
    def answers(self) -> int:
        """How many decisions it rests on."""
        return sum(self.decisions)

    @property
    def pace(self) -> float:
        """Decisions on a business day, on average."""
        return self.answers / len(self.decisions) if self.decisions else 0.0


@dataclass(frozen=True)
class Scenario:
    """What somebody may change.

    Attributes:
        helpers: more people deciding, each at the pace of those who do.
        extend: whether every clock that can be extended is, while it lawfully may.
        wave: requests more that come tomorrow.
    """

    name: str
    helpers: int = 0
    extend: bool = False
    wave: int = 0


@dataclass(frozen=True)
class Outlook:
    """What comes of a scenario.

    Attributes:
        missed: clocks missed on average.
        missed_low, missed_high: nine of ten runs lie between.
        chances: of each request that may be missed, how often it was, the likeliest first.
        done_on: by when the present backlog is decided in half of the runs; None beyond a year.
        runs: how many times it was played.
    """

    scenario: Scenario
    missed: float
    missed_low: int
    missed_high: int
    chances: tuple[tuple[str, float], ...] = ()
    done_on: date | None = None
    runs: int = 0


def simulate(
    waiting: Sequence[Waiting],
    history: History,
    scenario: Scenario,
    *,
    today: date,
    is_business_day: Callable[[date], bool],
) -> Outlook:
    """Return what comes of a scenario; the same inputs give the same outlook.

    Raises:
        ValueError: the past holds no decision; nothing can be said.
    """
    if not history.answers:
        msg = "a forecast needs decisions to learn from"
        raise ValueError(msg)
    works = [is_business_day(today + timedelta(days=ahead)) for ahead in range(MOST_DAYS)]
    runs = max(_LEAST_RUNS, min(_MOST_RUNS, _STEPS // max(1, len(waiting))))
    missed, done_after = [], []
    often: Counter[str] = Counter()
    for number in range(runs):
        late, last = _Run(history, scenario, today, number).play(waiting, works)
        often.update(late)
        missed.append(len(late))
        done_after.append(last)
    missed.sort()
    half = sorted(done_after)[runs // 2]
    likely = sorted(often.items(), key=lambda item: (-item[1], item[0]))
    return Outlook(
        scenario,
        sum(missed) / runs,
        missed[int(runs * 0.05)],
        missed[int(runs * 0.95)],
        tuple((reference, count / runs) for reference, count in likely),
        today + timedelta(days=half) if half < MOST_DAYS else None,
        runs,
    )


@dataclass
class _Run:
    """One way in which the coming days may go; days are counted from today."""

    history: History
    scenario: Scenario
    today: date
    number: int
    _queue: list[tuple[int, str]] = field(default_factory=list)
    _ready_on: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A stream of its own for each kind of luck: more help changes no other day's. No secret
        # hangs on it, and anybody must be able to play it again.
        seed = f"{self.today.isoformat()}/{self.number}"
        self._paces = Random(f"{seed}/pace")  # noqa: S311
        self._people = Random(f"{seed}/people")  # noqa: S311
        self._coming = Random(f"{seed}/coming")  # noqa: S311

    def play(self, waiting: Sequence[Waiting], works: Sequence[bool]) -> tuple[list[str], int]:
        """Return the requests answered too late, and the day of the last decision on them."""
        answered_after: dict[str, int] = {}
        for item in waiting:
            due = (self._last_day(item) - self.today).days
            confirmed = _drawn(self._people, self.history.confirmed_after)
            answered_after[item.reference] = _drawn(self._people, self.history.answered_after)
            ready = 0 if item.ready else confirmed
            self._ready_on.setdefault(ready, []).append((due, item.reference))
        late: list[str] = []
        left, last = len(waiting), 0
        for day, is_work in enumerate(works):
            if not left:
                break
            self._arrive(day)
            for due, reference in self._decided() if is_work else ():
                if not reference:
                    continue
                left, last = left - 1, day
                if day + answered_after[reference] > due:
                    late.append(reference)
        never = [reference for _, reference in self._everything_left() if reference]
        return late + never, MOST_DAYS if never else last

    def _last_day(self, item: Waiting) -> date:
        may_wait = self.scenario.extend and item.extended_on is not None
        return item.extended_on if may_wait and item.extended_on else item.due_on

    def _arrive(self, day: int) -> None:
        """Let the requests of a day come, and those that are ready stand in line."""
        coming = _drawn(self._coming, self.history.arrivals) if day else 0
        coming += self.scenario.wave if day == 1 else 0
        for _ in range(coming):
            ready = day + _drawn(self._coming, self.history.confirmed_after)
            fresh = (day + self.history.period_days, "")
            self._ready_on.setdefault(ready, []).append(fresh)
        for item in self._ready_on.pop(day, ()):
            heappush(self._queue, item)

    def _decided(self) -> Iterator[tuple[int, str]]:
        """Yield what is decided on a business day: the nearest clock first."""
        people = self.history.people
        usual = _drawn(self._paces, self.history.decisions)
        amount = usual * (people + self.scenario.helpers) / people
        whole = int(amount)
        whole += self._paces.random() < amount - whole
        for _ in range(min(whole, len(self._queue))):
            yield heappop(self._queue)

    def _everything_left(self) -> Iterator[tuple[int, str]]:
        yield from self._queue
        for items in self._ready_on.values():
            yield from items


def _drawn(chance: Random, past: Sequence[int]) -> int:
    """Return what happened on some past occasion; nothing where there was none."""
    return past[int(chance.random() * len(past))] if past else 0
