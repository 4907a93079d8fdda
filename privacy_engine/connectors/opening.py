"""Open the connector that the data map declares for a system."""

from privacy_engine.config import Settings
from privacy_engine.connectors.protocol import Connector
from privacy_engine.connectors.sql.connector import SqlConnector
from privacy_engine.errors import Unavailable
from privacy_engine.instance.data_map import System


def open_connector(settings: Settings, system: System) -> Connector:
    """Return the connector of a system.

    Raises:
        Unavailable: this kind of system cannot be reached from here.
    """
    if system.connector == "sql":
        return SqlConnector(
            system,
            url=_address(settings, system),
            read_only_url=system.read_only_url,
            root=settings.root,
        )
    raise Unavailable(f"no connector of kind {system.connector} for {system.code}")


def _address(settings: Settings, system: System) -> str:
    if system.url_file:
        return settings.path(system.url_file).read_text(encoding="utf-8").strip()
    return system.url
