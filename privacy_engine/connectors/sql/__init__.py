"""Any SQL database: complete, confined to the person, all or nothing, searched again."""

from privacy_engine.connectors.sql.connector import SqlConnector

__all__ = ["SqlConnector"]
