"""The schema of a database, read once and kept for as long as the database says it is the same.

To read a schema costs more than to delete a person; to ask whether it changed costs little.
"""

from collections import OrderedDict
from threading import Lock

import sqlalchemy as sa

from privacy_engine.connectors.sql.schema import Schema, read_schema
from privacy_engine.instance.data_map import System

_MOST = 16
_kept: "OrderedDict[str, tuple[str, System, Schema]]" = OrderedDict()
_lock = Lock()

# What an ALTER, CREATE or DROP by anybody changes, and what a mere INSERT does not.
_STATE = {
    "sqlite": "SELECT schema_version FROM pragma_schema_version",
    "postgresql": """
        SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
            SELECT a.attrelid || ':' || a.attnum || ':' || a.xmin AS part
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             WHERE a.attnum > 0 AND c.oid >= 16384 AND c.relpersistence <> 't'
            UNION ALL SELECT c.oid || c.relname || c.relnamespace FROM pg_class c
             WHERE c.oid >= 16384 AND c.relpersistence <> 't'
            UNION ALL SELECT i.indexrelid || ':' || i.indisunique || i.indisvalid
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
             WHERE c.oid >= 16384 AND c.relpersistence <> 't'
            UNION ALL SELECT 'k' || oid || ':' || xmin FROM pg_constraint WHERE oid >= 16384
        ) parts""",
    "mysql": """
        SELECT MD5(CONCAT_WS('|',
            (SELECT GROUP_CONCAT(MD5(CONCAT_WS(',', table_name, engine)) ORDER BY 1)
               FROM information_schema.tables WHERE table_schema = DATABASE()),
            (SELECT GROUP_CONCAT(MD5(CONCAT_WS(',', table_name, column_name, ordinal_position,
                        column_type, is_nullable, collation_name)) ORDER BY 1)
               FROM information_schema.columns WHERE table_schema = DATABASE()),
            (SELECT GROUP_CONCAT(MD5(CONCAT_WS(',', table_name, constraint_name, column_name,
                        referenced_table_schema, referenced_table_name, referenced_column_name))
                        ORDER BY 1)
               FROM information_schema.key_column_usage WHERE constraint_schema = DATABASE())))""",
}


def fresh_schema(connection: sa.Connection, system: System) -> Schema:
    """Return the live schema beside the map, as it is now.

    Raises:
        Conflict: map and database differ.
    """
    place = f"{connection.engine.url!r}/{system.code}"
    state = _state(connection)
    with _lock:
        kept = _kept.get(place)
    if kept and state and kept[0] == state and kept[1] == system:
        return kept[2]
    schema = read_schema(connection, system)
    with _lock:
        _kept[place] = (state, system, schema)
        _kept.move_to_end(place)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return schema


def _state(connection: sa.Connection) -> str:
    """Return what changes with the schema; empty where the database cannot say."""
    name = "mysql" if connection.dialect.name == "mariadb" else connection.dialect.name
    if name not in _STATE:
        return ""
    if name == "mysql":
        connection.exec_driver_sql("SET SESSION group_concat_max_len = 16777216")
    return str(connection.exec_driver_sql(_STATE[name]).scalar_one())
