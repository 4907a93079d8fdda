"""Who outside may get records, as the instance declares it: by system, and by purpose."""

from collections.abc import Collection

from privacy_engine.instance.data_map import System
from privacy_engine.instance.model import Content, RetentionRow


def recipients(
    content: Content, series: RetentionRow, categories: Collection[str], system: System | None
) -> list[str]:
    """Return the titles of those who may get records of a series, in the order of their file.

    A system's own recipients get what it holds. A purpose's get those categories that they are
    declared to get: whoever takes payments sees an invoice, and no review.

    Source: 11 CCR 7024(k)(4), (6).
    """
    direct = set(system.recipients) if system else set()
    named = {code for item in series.purposes for code in content.purpose(item).recipients}
    held = set(categories) or set(series.categories)
    return [
        item.title
        for item in content.recipients
        if item.code in direct or (item.code in named and held & set(item.categories))
    ]
