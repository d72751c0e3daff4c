# SPDX-License-Identifier: Apache-2.0
"""packaging/ and the Dockerfile: what they say of the program is true."""
import json
import re
import shutil
import subprocess

import pytest
from harness import ROOT, USAGE, wait_for

CONF = (ROOT / "packaging/webkeep.conf").read_text()
UNIT = (ROOT / "packaging/webkeep.service").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTING = re.compile(r"^#([a-z0-9_]+) = (.*)$", re.M)


def sample_settings():
    """key -> value of every line that is commented out."""
    found = {}
    for part in re.split(r"^(?=\[)", CONF, flags=re.M):
        section = re.match(r"\[([a-z]+)\]", part)
        if section:
            found.update({f"{section.group(1)}.{key}": value for key, value in SETTING.findall(part)})
    return found


def documented_defaults():
    rows = re.findall(r"^\| `([a-z_0-9.]+)` \| ([^|]*) \|", (ROOT / "docs/settings.md").read_text(), re.M)
    return {key: value.strip().strip("`") for key, value in rows}


def test_the_sample_is_taken_as_it_is_and_line_by_line(webkeep):
    webkeep.run("keys", "create", "--config", ROOT / "packaging/webkeep.conf").ok()
    all_of_it = webkeep.folder / "all.conf"
    all_of_it.write_text(SETTING.sub(r"\1 = \2", CONF))
    webkeep.run("keys", "list", "--config", all_of_it).ok()
    wrong = webkeep.folder / "wrong.conf"
    wrong.write_text(CONF + "level = 60\n")
    result = webkeep.run("keys", "list", "--config", wrong)
    assert result.code == USAGE and f"{CONF.count(chr(10)) + 1}" in result.err


def test_what_the_sample_calls_defaults_are():
    defaults, sample = documented_defaults(), sample_settings()
    assert len(sample) > 30
    for key, value in sample.items():
        assert key in defaults, key
        assert defaults[key] in (value, "(empty)"), key


def test_the_unit_starts_what_there_is(webkeep):
    command = re.search(r"^ExecStart=(.*)$", UNIT, re.M).group(1).split()
    assert command[:2] == ["webkeep", "serve"]
    help_text = webkeep.run("serve", "--help").ok().text
    for option in (word for word in command if word.startswith("--")):
        assert option in help_text
    assert f"RestartPreventExitStatus={USAGE}\n" in UNIT
    descriptors = int(re.search(r"LimitNOFILE=(\d+)", UNIT).group(1))
    assert descriptors > int(documented_defaults()["limits.connections"]) + 256


def test_the_unit_is_one(tmp_path, webkeep):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "webkeep.service"
    unit.write_text(UNIT.replace("ExecStart=webkeep", f"ExecStart={webkeep.binary}"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "webkeep.service" not in done.stderr, done.stderr


def test_the_image_has_the_libraries_that_the_program_needs(webkeep):
    for program in ("readelf", "dpkg", "ldd"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    needed = re.findall(r"\(NEEDED\).*\[(.+)\]", subprocess.run(["readelf", "-d", webkeep.binary], capture_output=True,
                                                               text=True, check=True).stdout)
    places = dict(re.findall(r"(\S+) => (\S+)", subprocess.run(["ldd", webkeep.binary], capture_output=True, text=True,
                                                              check=True).stdout))
    packages = set()
    for name in needed:
        if re.match(r"lib(c|m|gcc_s|asan|ubsan|tsan|pthread)\.so|ld-", name):
            continue
        owner = subprocess.run(["dpkg", "-S", "*/" + places[name].rpartition("/")[2]], capture_output=True, text=True).stdout
        packages.add(owner.partition(":")[0])
    second = DOCKERFILE.rpartition("FROM ")[2]
    listed = set(re.search(r"--no-install-recommends (.*?)&&", second, re.S).group(1).replace("\\", "").split())
    assert listed - {"ca-certificates"} == packages


def test_the_image_checks_itself(webkeep):
    """Its HEALTHCHECK, word by word, against a service and against none."""
    if not shutil.which("bash"):
        pytest.skip("bash is not installed")
    words = re.search(r"^HEALTHCHECK.*? CMD (.*)$", DOCKERFILE.replace("\\\n", ""), re.M).group(1)
    bash, option, check = json.loads(words)
    assert (bash, option) == ("bash", "-c") and "/dev/tcp/127.0.0.1/8787 " in check
    service = webkeep.start("serve", "--listen", "127.0.0.1:0")
    port = wait_for(lambda: re.search(rb":(\d+)/api", b"".join(service._out)), 20, "the address").group(1).decode()
    run = lambda: subprocess.run(["bash", "-c", check.replace("8787", port)], capture_output=True, timeout=20).returncode
    assert run() == 0
    service.interrupt()
    assert service.wait(20).code == 0
    assert run() != 0
