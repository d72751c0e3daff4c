# SPDX-License-Identifier: Apache-2.0
"""What a model proposes to a plan: families by number in, path globs out, within the policy's scope, and nothing else."""
import json
import re

import pytest

from harness import USAGE
import model_server
from model_server import ModelServer, say
from rude_server import Reply, html

INSTRUCTION = "Only the qibblewick things"


@pytest.fixture
def server(site):
    paths = [f"/q/{n}.html" for n in range(12)] + [f"/blog/2024/post-{n}.html" for n in range(8)] + [f"/shop/item-{n}.html" for n in range(5)]
    pages = {path: html(path, f"Words of {path}. " * 40) for path in paths}
    pages["/"] = html("Start", "Welcome. " * 40, paths)
    one = site(pages)
    one.pages["/sitemap.xml"] = Reply("<urlset>" + "".join(f"<url><loc>{one.url}{path}</loc></url>" for path in paths) + "</urlset>",
                                      type="application/xml")
    return one


def chooser(keep=(), skip=()):
    """A model that knows forms of addresses: it finds their numbers in what it is shown."""
    def script(request):
        page = model_server.page_of(request)
        numbers = {form: int(n) for n, form in re.findall(r"## Family (\d+)\n\n(\S+):", page)}
        return json.dumps({"keep": [numbers[form] for form in keep], "skip": [numbers[form] for form in skip]})
    return script


def test_a_proposal_makes_a_policy(webkeep, server):
    with ModelServer("openai", script=chooser(keep=["/q/*.html"])) as model:
        file = webkeep.folder / "policy.json"
        said = webkeep.run("plan", server.url + "/", "--instruction", INSTRUCTION, "--propose", "--policy-out", str(file), *model.settings).ok()
        assert "keep /q/*.html" in said.text and "12 URLs" in said.text
        assert json.loads(file.read_text())["include_paths"] == ["/q/*.html"]
        asked = model.requests[0]["messages"]
        assert INSTRUCTION in asked[1]["content"].partition("<<<PAGE")[0] and "/blog/" not in asked[1]["content"].partition("<<<PAGE")[0]
    webkeep.crawl(server.url + "/", "--policy", str(file)).ok()
    assert sorted(url.removeprefix(server.url) for url in webkeep.pages()) == sorted(f"/q/{n}.html" for n in range(12))


def test_what_would_change_nothing_is_not_told(webkeep, server):
    """Families that the rules judge so already, numbers of none, and other words."""
    with ModelServer(faults=[say('{"keep":[99,-1,7000],"skip":[0,1,2],"include":"http://elsewhere.example/**"}')] * 2) as model:
        plan = webkeep.run("plan", server.url + "/", "--instruction", INSTRUCTION, "--propose", "--json", *model.settings).ok()
        proposal = json.loads(plan.text)["proposal"]
        assert proposal["include_paths"] == [] and proposal["exclude_paths"] == [] and proposal["inputTokens"] > 0


def test_a_proposal_to_skip(webkeep, server):
    with ModelServer(script=chooser(skip=["/blog/N/*.html"])) as model:
        file = webkeep.folder / "policy.json"
        plan = webkeep.run("plan", server.url + "/", "--instruction", "Everything", "--propose", "--json", "--policy-out", str(file),
                           *model.settings).ok()
        assert json.loads(plan.text)["proposal"]["exclude_paths"] == ["/blog/*/*.html"]
    webkeep.crawl(server.url + "/", "--policy", str(file)).ok()
    kept = webkeep.pages()
    assert len(kept) == 18 and not [url for url in kept if "/blog/" in url]


def test_a_model_that_fails_leaves_the_plan(webkeep, server):
    with ModelServer(faults=[model_server.refuse(401)] * 9) as model:
        said = webkeep.run("plan", server.url + "/", "--instruction", INSTRUCTION, "--propose", *model.settings).ok()
        assert "no proposal: the model did not answer" in said.text and "expected pages" in said.text


def test_without_a_model(webkeep, server):
    said = webkeep.run("plan", server.url + "/", "--instruction", INSTRUCTION, "--propose").ok(USAGE)
    assert "model.url" in said.err


def test_nobody_is_asked_unless_asked_to(webkeep, server):
    with ModelServer() as model:
        webkeep.run("plan", server.url + "/", "--instruction", INSTRUCTION, *model.settings).ok()
        assert model.requests == []
