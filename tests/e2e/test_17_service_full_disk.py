# SPDX-License-Identifier: Apache-2.0
"""A full disk below a service: nothing is lost, reads go on, and it goes on by itself when there is room again."""
import os
import pathlib
import sys

import pytest
from harness import wait_for
from rude_server import numbered_site
from test_11_repack import wordy_site

sys.path.insert(0, str(pathlib.Path(__file__).parent / "service"))
import serving  # noqa: E402


@pytest.fixture
def service(tmp_path, mount_space):
    """With a data folder of 6 MiB, of which a file takes a part."""
    small = tmp_path / "small"
    small.mkdir()
    space = mount_space(f'mount -t tmpfs -o size=6m,mode=777 none "{small}"')
    one = serving.Service(tmp_path)
    one.webkeep.prefix = space.prefix
    one.webkeep.data = small / "data"
    one.small = pathlib.Path(f"/proc/{space.process.pid}/root{small}")
    yield one
    one.end()


def test_it_goes_on_when_there_is_room_again(service, site):
    filler = service.small / "filler"
    filler.write_bytes(os.urandom(5 << 20))
    service.start()
    client = service.client()
    server, other = site(wordy_site(300, 12000)), site(numbered_site(3))
    id = client.post("/crawl", {"baseUrl": server.url + "/docs/", "maxPages": 400}).ok(202)["jobId"]
    anybody = serving.Client(service)
    wait_for(lambda: anybody.get("/readyz", raw=True).status == 503, 30, "the end of the disk")
    assert anybody.get("/healthz", raw=True).status == 200, "starting it again would mend nothing"
    assert "space" in anybody.get("/readyz", raw=True).error(503, "SERVICE_BUSY")
    kept = client.get(f"/crawl/{id}/pages").ok()["pages"]
    assert kept, "what was stored can be read"
    client.post("/scrape", {"urls": [{"url": other.url + "/docs/"}]}).error(507, "STORAGE_FULL")
    filler.unlink()
    wait_for(lambda: anybody.get("/readyz", raw=True).status == 200, 30, "the service's readiness")
    status = client.wait(f"/crawl/{id}", 60)
    assert status["status"] == "completed" and status["progress"]["pagesCrawled"] == 300
    assert status["creditsUsed"] == 300
    assert client.scrape(other.url + "/docs/")["status"] == "completed"
    again = [path for path in {one.path for one in server.log} if sum(one.path == path for one in server.log) > 1]
    assert not {server.url + path for path in again} & {page["url"] for page in kept}, "what was kept is not asked for again"
    anybody.close()
    assert service.stop().code == 0
    assert service.webkeep.run("check", "--data", service.webkeep.data, "--json").ok().json["broken"] == 0
