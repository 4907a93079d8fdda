from collections.abc import Callable
from pathlib import Path

import pytest

from privacy_engine.keys.certificate import ReportCertificate, load_or_make
from privacy_engine.reports import document, produce
from privacy_engine.reports.kinds import deletion_certificate
from tests.unit.reports import samples

EXPORTS = Path(__file__).parents[3] / "exports"


@pytest.fixture(scope="session")
def exports() -> Path:
    return EXPORTS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ReportCertificate:
    folder = tmp_path_factory.mktemp("keys")
    return load_or_make(folder, organisation=samples.ISSUER.organisation, now=samples.NOW)


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> ReportCertificate:
    folder = tmp_path_factory.mktemp("stranger")
    return load_or_make(folder, organisation=samples.ISSUER.organisation, now=samples.NOW)


@pytest.fixture(scope="session")
def make(
    certificate: ReportCertificate, exports: Path
) -> Callable[[document.Report], produce.Produced]:
    def make_one(report: document.Report) -> produce.Produced:
        return produce.produce(report, certificate, exports=exports, issuer=samples.ISSUER)

    return make_one


@pytest.fixture(scope="session")
def produced(make: Callable[[document.Report], produce.Produced]) -> produce.Produced:
    """One deletion certificate with an attached table, drawn once for all tests."""
    return make(
        samples.with_attachment(deletion_certificate.build(samples.deletion(), samples.drawn()))
    )
