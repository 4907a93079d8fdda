"""What every test run shares: the servers, and how hard the properties are searched."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.services.session", "tests.services.fixtures", "tests.engines"]

# A derandomised profile fails for the change at hand and never for the luck of the draw; a shared
# machine may be slow, so time is no verdict. `make fuzz` searches wide instead.
settings.register_profile(
    "steady",
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("fuzz", max_examples=5_000, deadline=None, print_blob=True)
settings.load_profile("steady")
