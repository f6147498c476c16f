"""What all tests share: properties are not judged by the speed of the machine, and parallel workers keep apart."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def _keep_to_one_core(worker: int) -> None:
    """Threads of llama.cpp and torch wait for each other: two workers that share two cores would hold each other up."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[worker % len(cores)]})


if "PYTEST_XDIST_WORKER" in os.environ and hasattr(os, "sched_setaffinity"):
    _keep_to_one_core(int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")))
