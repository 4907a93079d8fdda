"""Lets a case go on that waits for a system which the data map no longer names.

Nobody answers for such a system any more, and nothing else would wake what waits for it.
"""

from sqlalchemy import select
from sqlmodel import col

from privacy_engine.transaction import Transaction, Transactions
from privacy_engine.workflow import runner
from privacy_engine.workflow.machine import Progress
from privacy_engine.workflow.register import StepRow


def go_on(engine: Transactions) -> None:
    """Order every step that waits for a place that nobody names any more; ordered once a day."""
    engine.run(_go_on)


def _go_on(tx: Transaction) -> None:
    known = {item.code for item in tx.content.systems}
    known |= {item.code for item in tx.content.recipients}
    today = tx.now.astimezone(tx.settings.zone).date()
    waiting = select(StepRow).where(col(StepRow.progress) == str(Progress.WAITING))
    for row in tx.session.scalars(waiting):
        if not set(row.detail.get("waiting_for", ())) <= known:
            name = f"step:{row.case}:{row.step}:left:{today}"
            tx.order(runner.TASK, name=name, case=row.case, step=row.step)
