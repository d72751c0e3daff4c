# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the end-to-end tests. Only the Python standard library and pytest, as Debian 12 packages them."""
import os
import pathlib
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

pytest.register_assert_rewrite("harness")

import harness  # noqa: E402
import rude_server  # noqa: E402


def pytest_collection_modifyitems(items):
    """A test that takes the binary is skipped with a reason when there is none and nobody named one."""
    if os.path.exists(harness.BINARY) or os.environ.get("WEBKEEP_BIN"):
        return
    skip = pytest.mark.skip(reason=f"{harness.BINARY} is not built")
    for item in items:
        if "webkeep" in item.fixturenames:
            item.add_marker(skip)


@pytest.fixture
def webkeep(tmp_path):
    """The real binary with a data folder of its own; what still runs at the end is killed."""
    one = harness.Webkeep(tmp_path)
    yield one
    one.stop_all()


@pytest.fixture
def site():
    """site({path: page}) -> a running server with a log; see rude_server.Server."""
    servers = []

    def make(pages, **more):
        server = rude_server.Server(pages, **more).start()
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def sentinel(site):
    """A server on another loopback address that must never be asked anything."""
    return site({"/*": rude_server.html("Secret"), "/": rude_server.html("Secret")}, host="127.0.0.3")


@pytest.fixture
def nginx(tmp_path_factory):
    """nginx(folder) -> a running nginx that serves it."""
    if not harness.Nginx.program():
        pytest.skip("nginx is not installed")
    servers = []

    def make(root, **more):
        server = harness.Nginx(root, tmp_path_factory.mktemp("nginx"), **more).start()
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def mount_space():
    """mount_space(script) -> a mount namespace where the script's mounts hold; skips where none is permitted."""
    spaces = []

    def make(script):
        for program in ("unshare", "nsenter"):
            if not shutil.which(program):
                pytest.skip(f"{program} is not installed")
        space = harness.MountSpace(script)
        spaces.append(space)
        if not space.start():
            pytest.skip(f"no mount namespace here: {space.why}")
        return space

    yield make
    for space in spaces:
        space.stop()


@pytest.fixture
def silent_dns(tmp_path, mount_space):
    """A name server that never answers, and the command prefix under which it is the only one."""
    try:
        server = harness.SilentDns()
    except OSError as error:
        pytest.skip(f"port 53 on loopback can't be bound: {error}")
    config = tmp_path / "resolv.conf"
    config.write_text(f"nameserver {server.address}\noptions timeout:10 attempts:2\n")
    try:
        server.prefix = mount_space(f'mount --bind "{config}" /etc/resolv.conf').prefix
        yield server
    finally:
        server.stop()
