"""Every kind of report, with the sections that its definition must word."""

from collections.abc import Mapping
from types import MappingProxyType

from privacy_engine.reports.kinds import (
    consent_proof,
    deletion_certificate,
    disclosure_accounting,
    drills,
    log_integrity,
    metrics,
    policy_version,
    promises,
    request_register,
    retention_disposition,
    under_13_case,
    work_paper,
)

SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        kind.KIND: kind.SECTIONS
        for kind in (
            consent_proof,
            deletion_certificate,
            disclosure_accounting,
            drills,
            log_integrity,
            metrics,
            policy_version,
            promises,
            request_register,
            retention_disposition,
            under_13_case,
            work_paper,
        )
    }
)
