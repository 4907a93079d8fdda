"""Opens the connector that the data map names for a system."""

from collections.abc import Mapping
from pathlib import Path

from privacy_engine.connectors.files import FilesConnector
from privacy_engine.connectors.files.store import options_in
from privacy_engine.connectors.mailbox import MailboxConnector
from privacy_engine.connectors.manual import ManualConnector
from privacy_engine.connectors.protocol import Connector
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.connectors.webhook import WebhookConnector
from privacy_engine.errors import Unavailable
from privacy_engine.identifiers import random_id
from privacy_engine.instance.data_map import ConnectorKind, System


def open_connector(
    system: System, *, root: Path, settings: Mapping[str, str], delivery: str = ""
) -> Connector:
    """Return a connector, ready to be asked.

    Args:
        system: a row of the data map.
        root: the instance's directory, where relative paths begin.
        settings: environment settings, for systems whose address has a `url_setting`.
        delivery: name of the step that asks; letters, digits, `-` and `_`. The same after a crash.

    Raises:
        Unavailable: the address or the secret is not set, or nothing speaks to such a system.
    """
    match system.connector:
        case ConnectorKind.SQL:
            return SqlConnector(
                system,
                url=address_of(system, root=root, settings=settings),
                read_only_url=system.read_only_url,
                root=root,
            )
        case ConnectorKind.WEBHOOK:
            return WebhookConnector(
                system,
                url=address_of(system, root=root, settings=settings),
                secret=_read(system, root / system.secret_file),
                delivery=delivery or random_id(),
            )
        case ConnectorKind.FILES:
            secret = _read(system, root / system.secret_file) if system.secret_file else ""
            return FilesConnector(
                system,
                url=address_of(system, root=root, settings=settings),
                root=root,
                options=options_in(secret),
            )
        case ConnectorKind.MAILBOX:
            return MailboxConnector(
                system,
                url=address_of(system, root=root, settings=settings),
                password=_read(system, root / system.secret_file),
            )
        case ConnectorKind.MANUAL:
            return ManualConnector(system)
        case _:
            raise Unavailable(f"{system.code} is told of a deletion; it cannot be asked")


def address_of(system: System, *, root: Path, settings: Mapping[str, str]) -> str:
    """Return the address of a system, from the map, a file or a setting.

    Raises:
        Unavailable: it is not set.
    """
    if system.url_setting:
        if not settings.get(system.url_setting):
            raise Unavailable(f"{system.code}: set {system.url_setting} to its address")
        return settings[system.url_setting]
    return _read(system, root / system.url_file) if system.url_file else system.url


def _read(system: System, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        raise Unavailable(f"{system.code}: {path.name} cannot be read") from None
