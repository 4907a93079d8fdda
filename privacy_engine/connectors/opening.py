"""Opens the connector that the data map names for a system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import assert_never

from privacy_engine.connectors.deliveries import Book, NoBook
from privacy_engine.connectors.files import FilesConnector
from privacy_engine.connectors.files.store import options_in
from privacy_engine.connectors.mailbox import MailboxConnector
from privacy_engine.connectors.manual import ManualConnector
from privacy_engine.connectors.opendsr import OpenDsrConnector
from privacy_engine.connectors.protocol import Connector
from privacy_engine.connectors.sql import SqlConnector
from privacy_engine.connectors.webhook import WebhookConnector
from privacy_engine.errors import Unavailable
from privacy_engine.identifiers import random_id
from privacy_engine.instance.data_map import ConnectorKind, System


@dataclass(frozen=True)
class Asking:
    """In whose name a system outside is asked.

    Attributes:
        delivery: name of the step; letters, digits, `-` and `_`. The same after a crash.
        book: where questions are written down, and late answers found.
        callback: where a system tells how a question goes on, if it does.
        samples: somebody looks at what is found, so some of it is shown, masked.
        deleted_at: when the person was deleted there, aware UTC; what they wrote since is new.
    """

    delivery: str = field(default_factory=random_id)
    book: Book = field(default_factory=NoBook)
    callback: str = ""
    samples: bool = True
    deleted_at: datetime | None = None


def open_connector(
    system: System,
    *,
    root: Path,
    settings: Mapping[str, str],
    asking: Asking | None = None,
) -> Connector:
    """Return a connector, ready to be asked.

    Args:
        system: a row of the data map.
        root: the instance's directory, where relative paths begin.
        settings: environment settings, for systems whose address has a `url_setting`.
        asking: in whose name a system outside is asked; nobody's when not given.

    Raises:
        Unavailable: the address or the secret is not set, or nothing speaks to such a system.
    """
    asking = asking or Asking()
    if system.connector is ConnectorKind.MANUAL:
        return ManualConnector(system)
    if system.connector is ConnectorKind.RECIPIENT:
        raise Unavailable(f"{system.code} is told of a deletion; it cannot be asked")
    if system.connector is ConnectorKind.OPENDSR:
        return opendsr_of(system, root=root, settings=settings, asking=asking)
    url = address_of(system, root=root, settings=settings)
    secret = secret_of(system, root=root) if system.secret_file else ""
    match system.connector:
        case ConnectorKind.SQL:
            return SqlConnector(
                system,
                url=url,
                read_only_url=system.read_only_url,
                root=root,
                samples=asking.samples,
            )
        case ConnectorKind.WEBHOOK:
            return WebhookConnector(
                system, url=url, secret=secret, delivery=asking.delivery, book=asking.book
            )
        case ConnectorKind.FILES:
            return FilesConnector(system, url=url, root=root, options=options_in(secret))
        case ConnectorKind.MAILBOX:
            return MailboxConnector(system, url=url, password=secret, deleted_at=asking.deleted_at)
        case _:
            assert_never(system.connector)


def opendsr_of(
    system: System, *, root: Path, settings: Mapping[str, str], asking: Asking | None = None
) -> OpenDsrConnector:
    """Return the connector of a vendor that speaks OpenDSR; takes what `open_connector` takes.

    Raises:
        Unavailable: address, secret or certificate are not there, or it speaks otherwise.
    """
    rules, asking = system.opendsr, asking or Asking()
    if rules is None:
        raise Unavailable(f"{system.code} does not speak OpenDSR")
    certificate = _read(system, root / rules.certificate_file) if rules.certificate_file else ""
    return OpenDsrConnector(
        system,
        rules,
        url=address_of(system, root=root, settings=settings),
        secret=secret_of(system, root=root) if system.secret_file else "",
        certificate=certificate.encode(),
        delivery=asking.delivery,
        callback=asking.callback,
        book=asking.book,
    )


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


def secret_of(system: System, *, root: Path) -> str:
    """Return the secret that a system shares with us.

    Raises:
        Unavailable: it cannot be read.
    """
    return _read(system, root / system.secret_file)


def _read(system: System, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        raise Unavailable(f"{system.code}: {path.name} cannot be read") from None
