# SPDX-License-Identifier: Apache-2.0
"""`webkeep keys`: made, listed and revoked, with and without a service beside it; and what is not a key's."""
import datetime
import json
import pathlib
import re
import socket
import sys
import time

import pytest
from harness import DONE, NOTHING, STORAGE, USAGE

sys.path.insert(0, str(pathlib.Path(__file__).parent / "service"))
import serving  # noqa: E402

USAGE_PATH = "/usage-stats?range=7d"


@pytest.fixture
def service(tmp_path):
    one = serving.Service(tmp_path)
    yield one
    one.end()


@pytest.fixture(params=["beside a service", "alone"])
def keys(request, service):
    """keys(words...) runs `webkeep keys`; the same must come of it with a service that holds the folder and without."""
    if request.param == "beside a service":
        service.start()
        assert service.webkeep.run("keys", "revoke", "first", "--quiet").ok()
    return lambda *words: service.webkeep.run("keys", *words)


def rows(keys):
    return [one for one in json.loads(keys("list", "--json").ok().text) if one["name"] != "first"]


def status_of(service, key):
    client = serving.Client(service, key)
    status = client.get(USAGE_PATH).status
    client.close()
    return status


def test_made_listed_revoked(keys):
    made = keys("create", "--name", "ci server", "--credits", 500, "--rate", "600/60", "--expires", "2999-12-31", "--json").ok().json
    assert set(made) == {"id", "name", "key"} and made["name"] == "ci server" and re.fullmatch("wk_[0-9a-f]{40}", made["key"])
    key, = rows(keys)
    assert key.pop("created").endswith("Z")
    assert key == {"id": made["id"], "name": "ci server", "state": "good", "expires": "3000-01-01T00:00:00Z",
                   "credits": 500, "used": 0, "reserved": 0}, "the whole of the last day counts"
    line = next(line for line in keys("list").ok().lines if made["id"] in line)
    assert "good" in line and "500 left" in line and line.endswith("ci server")
    assert made["key"] not in keys("list").text + keys("list", "--json").text, "its text is shown once"
    assert keys("revoke", "ci server", "--json").ok().json == {"id": made["id"], "revoked": True}
    assert rows(keys)[0]["state"] == "revoked"
    assert keys("revoke", made["id"]).code == DONE, "once more does no harm"


def test_for_people(keys):
    result = keys("create").ok()
    assert re.fullmatch(r"id    \S{36}\nname  unnamed\nkey   wk_[0-9a-f]{40}\n", result.text)
    assert "once" in result.err and "wk_" not in result.err
    assert keys("create", "--quiet").ok().err == ""


def test_a_key_by_its_name_or_first_digits(keys):
    first = keys("create", "--name", "ci", "--json").ok().json
    second = keys("create", "--name", "ci", "--json").ok().json
    assert first["id"] != second["id"] and first["key"] != second["key"]
    result = keys("revoke", "ci")
    assert result.code == USAGE and "2 keys" in result.err and "list" in result.err
    keys("revoke", first["id"][:13]).ok()
    keys("revoke", "ci").ok()
    assert [key["state"] for key in rows(keys)] == ["revoked", "revoked"], "the one that is left was meant"
    assert keys("revoke", "ci").code == USAGE
    assert keys("revoke", second["id"][:3]).code == NOTHING, "three digits are too few"


@pytest.mark.parametrize("words, code, said", [
    (("create", "--credits", "0"), USAGE, "--credits"),
    (("create", "--credits", "-5"), USAGE, "--credits"),
    (("create", "--credits", "1e3"), USAGE, "--credits"),
    (("create", "--rate", "600"), USAGE, "600/60"),
    (("create", "--rate", "0/60"), USAGE, "600/60"),
    (("create", "--rate", "60/0"), USAGE, "600/60"),
    (("create", "--rate", "-1/60"), USAGE, "600/60"),
    (("create", "--rate", "+1/60"), USAGE, "600/60"),
    (("create", "--rate", " 1/60"), USAGE, "600/60"),
    (("create", "--rate", "1/60/60"), USAGE, "600/60"),
    (("create", "--rate", "9999999999/60"), USAGE, "600/60"),
    (("create", "--rate", ""), USAGE, "600/60"),
    (("create", "--expires", "soon"), USAGE, "2027-01-31"),
    (("create", "--expires", "2999-02-30"), USAGE, "2027-01-31"),
    (("create", "--expires", "2999-13-01"), USAGE, "2027-01-31"),
    (("create", "--expires", "2999-1-1"), USAGE, "2027-01-31"),
    (("create", "--expires", " 2999-1-31"), USAGE, "2027-01-31"),
    (("create", "--expires", "2001-01-01"), USAGE, "over already"),
    (("create", "--name", ""), USAGE, "--name"),
    (("create", "--name", "x" * 101), USAGE, "--name"),
    (("create", "--name", "two\nlines"), USAGE, "--name"),
    (("create", "--name", "\x1b[31mred"), USAGE, "--name"),
    (("create", "ci"), USAGE, "--name"),
    (("list", "ci"), USAGE, "too much"),
    (("revoke",), USAGE, "which key"),
    (("revoke", "nobody"), NOTHING, "there is no key"),
    (("revoke", "00000000-0000-0000-0000-000000000000"), NOTHING, "there is no key"),
    (("frob",), USAGE, "create, list or revoke"),
    ((), USAGE, "create | list | revoke"),
])
def test_what_is_refused_makes_no_key(service, words, code, said):
    service.webkeep.run("keys", "create", "--name", "there").ok()
    result = service.webkeep.run("keys", *words)
    assert result.code == code and said in result.err and result.out == b""
    assert len(json.loads(service.webkeep.run("keys", "list", "--json").ok().text)) == 1


def test_odd_names_stay_as_they_are(keys):
    names = ["quote \" back \\ slash", "Schlüssel für 東京", "x" * 100, "{\"name\":\"y\"}", "keys revoke all", " "]
    for name in names:
        assert keys("create", "--name", name, "--json").ok().json["name"] == name
    assert [key["name"] for key in rows(keys)] == names
    keys("revoke", names[1]).ok()
    assert [key["name"] for key in rows(keys) if key["state"] == "revoked"] == [names[1]]


def test_a_name_that_is_no_text_can_be_listed(keys):
    keys("create", "--name", b"caf\xe9".decode("utf-8", "surrogateescape")).ok()
    assert len(rows(keys)) == 1


def test_no_folder_is_made_by_asking(service):
    assert service.webkeep.run("keys", "list").code != DONE
    assert service.webkeep.run("keys", "revoke", "x").code != DONE
    assert not service.webkeep.data.exists()


def test_the_first_key_is_made_once(service):
    service.start()
    first = service.first_key
    assert status_of(service, first) == 200
    service.webkeep.run("keys", "revoke", "first").ok()
    assert status_of(service, first) == 401, "a revoked key is refused at once"
    assert service.stop().code == 0
    service.first_key = None
    service.start()
    assert service.first_key is None, "a folder that has had keys gets none by itself"
    assert first not in "\n".join(service.log())


def test_none_is_printed_where_one_was_made_before(service):
    made = service.webkeep.run("keys", "create", "--name", "mine", "--json").ok().json
    service.start()
    assert service.first_key is None and "wk_" not in service.said()
    assert status_of(service, made["key"]) == 200


def test_what_is_no_key_of_ours(service):
    service.start()
    made = service.client()
    text = made.key
    for wrong in (text[:-1], text + "0", text.upper(), text[3:], "wk_" + "0" * 40, "", " ", "a" * 5000):
        assert status_of(service, wrong) == 401, wrong[:50]
    assert status_of(service, text) == 200
    other = serving.Client(service, None)
    assert other.get(USAGE_PATH, headers={"Authorization": "Bearer " + text}).status == 200
    for wrong in ("Bearer", "Bearer ", "Basic " + text, text, "Bearer " + text + " x"):
        assert other.get(USAGE_PATH, headers={"Authorization": wrong}).status == 401, wrong
    other.close()
    assert text not in "\n".join(service.log())


def ask(service, line):
    """One line to the service's control socket, as `webkeep keys` sends it, and its answer."""
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(10)
        wire.connect(str(service.webkeep.data / "webkeep.sock"))
        wire.sendall(line.encode() + b"\n")
        return wire.makefile().readline().rstrip("\n")


def test_an_expired_key_is_refused_from_its_moment_on(service):
    service.start()
    soon = int(time.time() * 1000) + 2000
    word, _, answer = ask(service, f'keys create {{"name":"brief","expires_ms":{soon}}}').partition(" ")
    assert word == "ok"
    key = json.loads(answer)["key"]
    assert status_of(service, key) == 200
    time.sleep(max(0, soon / 1000 - time.time()) + 0.05)
    client = serving.Client(service, key)
    assert client.get(USAGE_PATH).error(401, "UNAUTHORIZED") == client.get(USAGE_PATH, key="wk_nonsense").error(401), \
        "nobody learns from the answer that there was such a key"
    client.close()
    row, = [one for one in json.loads(service.webkeep.run("keys", "list", "--json").text) if one["name"] == "brief"]
    assert row["state"] == "expired" and row["expires"].startswith(str(datetime.datetime.now(datetime.UTC).year))


def test_lines_that_no_client_of_ours_sends(service):
    service.start()
    for line in ("keys", "keys ", "keys create", "keys create x", "keys create {}", 'keys create {"name":5}', "keys revoke",
                 "keys revoke x", "keys revoke 00000000-0000-0000-0000-000000000000", "frob", "", "cancel", "delete x"):
        assert ask(service, line).startswith("error "), line
    with pytest.raises(ConnectionError):
        assert ask(service, "keys create " + "x" * 100000) == "", "a line without end is hung up on"
        raise ConnectionError
    assert len(json.loads(service.webkeep.run("keys", "list", "--json").text)) == 1


def test_beside_a_crawl_the_holder_is_named(service, site):
    crawl = service.webkeep.start("crawl", site({"/*": "<p>slow</p>", "/": "<p>slow</p>"}, pause=5).url + "/")
    serving.wait_for(lambda: (service.webkeep.data / "webkeep.sock").exists(), 10, "the crawl's socket")
    result = service.webkeep.run("keys", "create")
    assert result.code in (USAGE, STORAGE) and result.out == b"" and result.err.strip()
    crawl.kill9()
