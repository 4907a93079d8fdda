"""A real IMAP server (Dovecot) with one mailbox for every name that is asked for."""

import os
import pwd
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path

from imapclient import IMAPClient

from tests.services.servers import HOST, ServiceMissing, free_port
from tests.services.session import Server, Session

PASSWORD = "correct-horse-battery"  # noqa: S105  of a server that lives as long as the tests


def start_dovecot(session: Session) -> Server:
    """Start a Dovecot of our own; any name signs in with `PASSWORD` and has an empty mailbox."""
    command = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(command).exists():
        raise ServiceMissing("no dovecot on PATH; install dovecot-imapd")
    directory = Path(tempfile.mkdtemp(prefix="dovecot-", dir=session.directory))
    port = free_port()
    (directory / "dovecot.conf").write_text(_settings(directory, port))
    (directory / "mail").mkdir()
    account = _mail_account()
    shutil.chown(directory / "mail", account)
    # The server's folder must be passable for the account that reads mail.
    for folder in (directory, directory.parent):
        folder.chmod(folder.stat().st_mode | 0o011)
    return session.keep(
        [command, "-F", "-c", str(directory / "dovecot.conf")],
        url=f"imap://{HOST}:{port}",
        directory=directory,
        stop_signal=signal.SIGTERM,
        answers=lambda: _answers(port),
    )


def _mail_account() -> str:
    """Return who owns the mail: Dovecot never reads it as root."""
    return "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _settings(directory: Path, port: int) -> str:
    owner = _mail_account()
    group = pwd.getpwnam(owner).pw_gid
    ours = "" if os.geteuid() == 0 else _without_root(owner)
    return f"""
protocols = imap
listen = {HOST}
base_dir = {directory}/run
log_path = {directory}/log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{directory}/mail/%u
mail_uid = {owner}
mail_gid = {group}
{ours}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={directory}/mail/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = subscribe
  }}
  mailbox Trash {{
    auto = subscribe
  }}
}}
"""


def _without_root(owner: str) -> str:
    return f"default_login_user = {owner}\ndefault_internal_user = {owner}"


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=2) as probe:
            return probe.recv(4).startswith(b"* OK")
    except OSError:
        return False


@dataclass(frozen=True)
class ImapAccount:
    """One person's mailbox on the server."""

    host: str
    port: int
    name: str
    password: str

    @property
    def url(self) -> str:
        """The address as settings and data map write it."""
        return f"imap://{self.name}@{self.host}:{self.port}"

    @contextmanager
    def signed_in(self) -> Iterator[IMAPClient]:
        """Yield a client that is signed in."""
        with IMAPClient(self.host, port=self.port, ssl=False) as client:
            client.login(self.name, self.password)
            yield client

    def put(self, *messages: EmailMessage, folder: str = "INBOX") -> None:
        """Put messages into a folder."""
        with self.signed_in() as client:
            for message in messages:
                client.append(folder, message.as_bytes(policy=SMTP_POLICY))

    def read(self, folder: str = "INBOX") -> list[bytes]:
        """Return every message of a folder as it is stored, oldest first."""
        with self.signed_in() as client:
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            found = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
            return [found[uid][b"BODY[]"] for uid in sorted(found)]

    def whole(self) -> "Mail":
        """Return every message of every folder, with what it is marked with, by its number."""
        found: Mail = {}
        with self.signed_in() as client:
            for _, _, folder in client.list_folders():
                client.select_folder(folder, readonly=True)
                uids = client.search("ALL")
                told = client.fetch(uids, ["BODY.PEEK[]", "FLAGS"]) if uids else {}
                found[folder] = {
                    uid: (item[b"BODY[]"], frozenset(item[b"FLAGS"]) - {b"\\Recent"})
                    for uid, item in told.items()
                }
        return found


Mail = dict[str, dict[int, tuple[bytes, frozenset[bytes]]]]
"""A mailbox: by folder and number, what a message says and what it is marked with."""


def mail_without(before: Mail, *gone: bytes) -> Mail:
    """Return what is left of a mailbox without the messages that have these subjects."""
    return {
        folder: {
            uid: item
            for uid, item in messages.items()
            if not any(b"\r\nSubject: " + subject + b"\r\n" in item[0] for subject in gone)
        }
        for folder, messages in before.items()
    }


def message(sender: str, to: str, subject: str, text: str, **more: str) -> EmailMessage:
    """Return a plain message."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    for name, value in more.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made
