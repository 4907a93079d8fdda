"""What a report is asked to be about."""

from dataclasses import dataclass
from datetime import date

from privacy_engine.errors import InvalidInput
from privacy_engine.reports.document import Period


@dataclass(frozen=True)
class Ask:
    """What a report is about; each kind needs some of these, and refuses in one line without.

    Attributes:
        request: a request or child's case, by reference.
        subject: a person, by e-mail address; never printed, stored or put into an error.
        first_on: the first day of the period, in the controller's zone.
        last_on: the last day of the period.
        site: only what this site reported.
        document: a document, by slug.
        version: a version of it.
        run: a run of the retention schedule, by reference.
        sample: a sample that an auditor drew, by the id of its event.
    """

    request: str = ""
    subject: str = ""
    first_on: date | None = None
    last_on: date | None = None
    site: str = ""
    document: str = ""
    version: str = ""
    run: str = ""
    sample: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether the report is for one person and so is handed over, never kept."""
        return bool(self.subject)

    def period(self, *, today: date) -> Period | None:
        """Return the days asked about; None when none were, an open end is today.

        Raises:
            InvalidInput: a last day without a first, or before it.
        """
        if self.first_on is None:
            if self.last_on is not None:
                raise InvalidInput("a last day needs a first: give --from as well")
            return None
        last_on = self.last_on or today
        if last_on < self.first_on:
            raise InvalidInput("the last day (--to) lies before the first (--from)")
        return Period(self.first_on, last_on)
