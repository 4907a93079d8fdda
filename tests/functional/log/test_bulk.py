"""What is spelled by hand for the database is read back as it was."""

from datetime import UTC, datetime

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy_engine.log.bulk import array_literal, copy_lines

TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"))
INSTANTS = st.datetimes(datetime(1900, 1, 2), datetime(2999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
COLUMNS = st.one_of(
    st.tuples(st.just("text"), st.lists(TEXTS | st.sampled_from(["NULL", '"', "\\", "{}"]))),
    st.tuples(st.just("text"), st.lists(TEXTS | st.none())),
    st.tuples(st.just("bytea"), st.lists(st.binary() | st.none())),
    st.tuples(st.just("timestamptz"), st.lists(INSTANTS | st.none())),
    st.tuples(st.just("bigint"), st.lists(st.integers(-(2**53), 2**53) | st.none())),
    st.tuples(st.just("boolean"), st.lists(st.booleans() | st.none())),
)


def test_an_array_holds_what_was_put_into_it(postgres_database: str) -> None:
    plain = postgres_database.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:

        @settings(max_examples=60)
        @given(COLUMNS)
        def holds(column: tuple[str, list[object]]) -> None:
            kind, values = column
            query = f"SELECT value FROM unnest(%s::{kind}[]) AS t(value)"  # noqa: S608
            found = connection.execute(query, (array_literal(values),)).fetchall()  # type: ignore[call-overload]
            assert [value for (value,) in found] == values

        holds()


def test_copied_columns_hold_what_was_put_into_them(postgres_database: str) -> None:
    plain = postgres_database.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True, prepare_threshold=None) as connection:

        @settings(max_examples=60)
        @given(COLUMNS)
        def holds(column: tuple[str, list[object]]) -> None:
            kind, values = column
            connection.execute("DROP TABLE IF EXISTS copied")
            connection.execute(f"CREATE TABLE copied (at bigint, value {kind})")  # type: ignore[call-overload]
            with connection.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
                copy.write(copy_lines([range(len(values)), values]))
            found = connection.execute("SELECT value FROM copied ORDER BY at").fetchall()
            assert [value for (value,) in found] == values

        holds()
