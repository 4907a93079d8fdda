"""Names everybody whom a database holds, page by page, to be compared by keyed hash."""

from collections.abc import Iterator

import sqlalchemy as sa

from privacy_engine.connectors.sql.schema import Schema
from privacy_engine.instance.data_map import IdentityKind, Owner

COMPARED = (IdentityKind.EMAIL,)
"""A telephone may be somebody else's by now; accounts and devices mean nothing outside a site."""
_PAGE = 5_000


def list_identifiers(connection: sa.Connection, schema: Schema) -> Iterator[tuple[str, str]]:
    """Yield kind and value of every address in the map's own tables.

    Pages follow the key, so that ten million rows need no more memory than five thousand.
    """
    for name, table in schema.tables.items():
        if name in schema.unmapped or table.owner is Owner.OTHER:
            continue
        live = schema.live[name]
        key = [live.c[part] for part in table.key]
        for identity in table.identities:
            if identity.kind not in COMPARED:
                continue
            column = live.c[identity.column]
            query = sa.select(column, *key).where(column.is_not(None)).order_by(*key).limit(_PAGE)
            last: tuple[object, ...] | None = None
            while True:
                after = [] if last is None else [sa.tuple_(*key) > sa.tuple_(*last)]
                page = connection.execute(query.where(*after)).all()
                yield from ((str(identity.kind), str(row[0])) for row in page)
                if len(page) < _PAGE:
                    break
                last = tuple(page[-1][1:])
