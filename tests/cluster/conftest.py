"""One cluster for all tests of this folder: it takes a minute to start."""

from collections.abc import Iterator

import pytest

from tests.cluster.cluster import Cluster, running_cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster, every part running at the beginning of each test."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(autouse=True)
def _whole_again(cluster: Cluster) -> Iterator[None]:
    """What a test has ended runs again for the next one."""
    yield
    cluster.repair()
