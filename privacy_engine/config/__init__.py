"""What an instance is set to: the tables of `config.toml`, and how they are read."""

from privacy_engine.config.reading import (
    ADDRESS_PREFIXES,
    ENVIRONMENT_PREFIX,
    STORE_PREFIX,
    load_settings,
)
from privacy_engine.config.tables import (
    Approval,
    Children,
    Controller,
    Database,
    Drp,
    Exports,
    Instance,
    Keys,
    Limits,
    Log,
    Mail,
    Mailbox,
    Redis,
    Retention,
    Server,
    Settings,
)

__all__ = [
    "ADDRESS_PREFIXES",
    "ENVIRONMENT_PREFIX",
    "STORE_PREFIX",
    "Approval",
    "Children",
    "Controller",
    "Database",
    "Drp",
    "Exports",
    "Instance",
    "Keys",
    "Limits",
    "Log",
    "Mail",
    "Mailbox",
    "Redis",
    "Retention",
    "Server",
    "Settings",
    "load_settings",
]
