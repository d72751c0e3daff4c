# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the service's tests: the real `webkeep serve`, sites on loopback, a receiver of webhooks.

`service` is shared by all tests; each test gets a key of its own by `client`, so that what one does another does not
see. A test that kills, limits or guards starts its own with `make_service`.
"""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
for module in ("openapi", "serving", "receiver"):
    pytest.register_assert_rewrite(module)

import harness  # noqa: E402
import receiver as receivers  # noqa: E402
import rude_server  # noqa: E402
import serving  # noqa: E402
import sites  # noqa: E402


def need_binary():
    if not os.path.exists(harness.BINARY) and not os.environ.get("WEBKEEP_BIN"):
        pytest.skip(f"{harness.BINARY} is not built")


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """The shared service: private addresses allowed, no rate in the way, quick retries."""
    need_binary()
    one = serving.Service(tmp_path_factory.mktemp("service")).start()
    yield one
    if one.running.alive():
        assert one.stop().code == 0
    one.end()


@pytest.fixture
def client(service):
    """Somebody with a new key of the shared service."""
    one = service.client()
    yield one
    one.close()


@pytest.fixture
def make_service(tmp_path_factory):
    """make_service(allow=..., settings={...}) -> a running service of the test's own; see serving.Service."""
    need_binary()
    made = []

    def make(**more):
        one = serving.Service(tmp_path_factory.mktemp("own"), **more)
        made.append(one)
        return one.start()

    yield make
    for one in made:
        one.end()


def site_fixture(name, pages):
    """A site of sites.py for all tests: they look at what they caused, not at the whole log."""
    @pytest.fixture(scope="session", name=name)
    def fixture():
        with rude_server.Server(pages()) as server:
            yield server
    return fixture


blog = site_fixture("blog", sites.blog)
docs = site_fixture("docs", sites.docs)
shop = site_fixture("shop", sites.shop)
jobs = site_fixture("jobs", sites.jobs)


@pytest.fixture
def troubles(site):
    """A new one for each test: some of its pages change from request to request."""
    return site(sites.troubles())


@pytest.fixture
def receiver():
    one = receivers.Receiver()
    yield one
    one.stop()
