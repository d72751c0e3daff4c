#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Webkeep beside the floor and wget2 on three documentation sites, from nginx on loopback.

crawl.py [--build DIR] [-n ROUNDS] [--sites python,cppref,postgres] [--only crawl,memory,zip] [--json FILE]

Programs run in turn (A B C A B C ...), so that a busy machine is busy for all of them. A row shows the medians
of a program's rounds; a ratio is taken within each round, and its median is judged. Ends with 1 when a goal is
missed, with 2 when the benchmark could not run. README.md beside this file says how to read it.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

# name: (Debian package, document root, where the crawl starts)
SITES = {
    "python": ("python3-doc", "/usr/share/doc/python3/html", "/index.html"),
    "cppref": ("cppreference-doc-en-html", "/usr/share/cppreference/doc/html", "/en/index.html"),
    "postgres": ("postgresql-doc", "/usr/share/doc/postgresql-doc-*/html", "/index.html"),
}
PAGE = r"(\.html?|/)$"
FLOOR, WGET, OURS = "floor", "wget2", "webkeep"
SAMPLE_S = 0.02
MEMORY_PAGES = 1000

# What has to hold: name, the largest or smallest ratio, and whether it is a maximum.
GOALS = {
    "coverage": (1.0, min),
    "cpu": (1.35, max),
    "speed": (0.75, min),
    "memory": (1.5, max),
    "growth": (1.10, max),
    "zip": (2.0, max),
}


class Missing(Exception):
    """Something the benchmark needs is not there; the text says what and how to get it."""


def document_root(site):
    package, pattern, start = SITES[site]
    for root in sorted(pathlib.Path("/").glob(pattern.lstrip("/"))):
        if (root / start.lstrip("/")).is_file():
            return root.resolve()
    raise Missing(f"{site}: no documents at {pattern}; install the package {package}")


# ---- nginx ----

class Server:
    """One nginx with one worker, and a free port of 127.0.0.1 for each site."""

    def __init__(self, sites, folder):
        binary = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not binary:
            raise Missing("nginx is not there; install the package nginx-light")
        self.ports = {site: free_port() for site in sites}
        (folder / "nginx.conf").write_text(self.configuration(sites, folder))
        self.log = folder / "nginx.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([binary, "-e", self.log, "-c", folder / "nginx.conf"],
                                            stdout=log, stderr=log)
        for port in self.ports.values():
            self.wait_for(port)

    def configuration(self, sites, folder):
        servers = "\n".join(
            f"server {{ listen 127.0.0.1:{self.ports[site]} backlog=4096; root {document_root(site)};"
            " index index.html; }" for site in sites)
        temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};"
                              for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        return f"""daemon off; {user} worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit;
events {{ worker_connections 1024; }}
http {{
include /etc/nginx/mime.types; default_type application/octet-stream; charset utf-8; access_log off;
sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000; open_file_cache max=50000 inactive=600s;
{temporary}
{servers}
}}
"""

    def wait_for(self, port):
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise Missing(f"nginx does not answer: {self.log.read_text(errors='replace').strip()}")

    def url(self, site):
        return f"http://127.0.0.1:{self.ports[site]}{SITES[site][2]}"

    def stop(self):
        self.process.terminate()
        self.process.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# ---- one run ----

def anonymous_kib(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1])
    except (OSError, ValueError):
        pass
    return 0


def run(command, limit_s=600):
    """wall, cpu (user and system), the largest anonymous memory that was sampled, the exit code, the output."""
    with tempfile.TemporaryFile() as out:
        began = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.STDOUT)
        peak, ended = [0], threading.Event()

        def sample():
            while not ended.wait(SAMPLE_S):
                peak[0] = max(peak[0], anonymous_kib(process.pid))

        sampler, timer = threading.Thread(target=sample), threading.Timer(limit_s, process.kill)
        sampler.start()
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        timer.cancel()
        ended.set()
        sampler.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode(errors="replace")
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "anon": peak[0] / 1024, "code": process.returncode,
            "text": text}


def checked(command):
    done = run(command)
    if done["code"] != 0:
        raise Missing(f"{' '.join(map(str, command))} ended with {done['code']}: {done['text'].strip()[-300:]}")
    return done


def disk_mb(folder):
    return sum(os.lstat(os.path.join(at, name)).st_blocks * 512
               for at, _, names in os.walk(folder) for name in names) / 1e6


def pages_of(folder, text):
    said = re.search(r"^pages (\d+)", text, re.M)
    if said:
        return int(said.group(1))
    return sum(1 for _, _, names in os.walk(folder) for name in names if name.endswith((".html", ".htm")))


# ---- the parts ----

class Bench:
    def __init__(self, args, server, folder):
        self.args, self.server, self.folder = args, server, folder
        self.missed, self.results = [], {}
        build = pathlib.Path(args.build)
        self.programs = {name: build / name for name in (OURS, FLOOR, "zip_floor")}
        for path in self.programs.values():
            if not os.access(path, os.X_OK):
                raise Missing(f"{path} is not there; README.md beside this script says how to build it")

    def command(self, name, url, out, more=()):
        connections, workers = self.args.connections, self.args.workers
        if name == FLOOR:
            return [self.programs[FLOOR], url, out, connections, workers]
        if name == WGET:
            return ["wget2", "-q", "-r", "-l", "0", "-nH", "--robots=off", "--follow-tags=a", "--accept-regex", PAGE,
                    f"--max-threads={connections}", "--http2=off", "-P", out, url]
        return [self.programs[OURS], "crawl", url, "--data", out, "--concurrency", connections, "--no-robots",
                "--quiet", *more]

    def fresh(self):
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        return out

    def crawl_once(self, name, site, more=()):
        out = self.fresh()
        done = run(self.command(name, self.server.url(site), out, more))
        done["pages"] = pages_of(out, done["text"])
        done["disk"] = disk_mb(out)
        if done["pages"] == 0:
            raise Missing(f"{name} got no page of {site}: {done['text'].strip()[-300:]}")
        return done

    def judge(self, goal, what, ratios):
        value, (bound, kind) = statistics.median(ratios), GOALS[goal]
        good = value <= bound if kind is max else value >= bound
        if not good:
            self.missed.append(what)
        rounds = " ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"  {what:<44} {value:6.3f}   {'<=' if kind is max else '>='} {bound:<5} "
              f"{'met' if good else 'MISSED'}   ({rounds})", flush=True)
        self.results[what] = {"median": value, "rounds": ratios, "bound": bound, "met": good}

    # A whole site by each program.
    def crawl(self, site):
        names = [FLOOR] + ([WGET] if shutil.which(WGET) else []) + [OURS]
        rounds = [{name: self.crawl_once(name, site) for name in names} for _ in range(self.args.rounds)]
        expected = max(done["pages"] for one in rounds for done in one.values())
        print(f"\n{site}: {expected} pages, medians of {len(rounds)}")
        print(f"  {'':<8}{'pages':>6}{'coverage':>10}{'wall s':>8}{'cpu s':>8}{'pages/s':>9}{'cpu ms/page':>13}"
              f"{'anon MB':>9}{'disk MB':>9}")
        for name in names:
            middle = {key: statistics.median(one[name][key] for one in rounds)
                      for key in ("pages", "wall", "cpu", "anon", "disk")}
            pages = middle["pages"]
            print(f"  {name:<8}{pages:>6.0f}{pages / expected:>10.3f}{middle['wall']:>8.2f}{middle['cpu']:>8.2f}"
                  f"{pages / middle['wall']:>9.0f}{1e3 * middle['cpu'] / pages:>13.2f}{middle['anon']:>9.0f}"
                  f"{middle['disk']:>9.1f}")
            self.results[f"{site} {name}"] = middle
        ours = [one[OURS] for one in rounds]
        floor = [one[FLOOR] for one in rounds]
        pairs = list(zip(ours, floor))
        self.judge("coverage", f"{site}: coverage", [o["pages"] / expected for o in ours])
        self.judge("cpu", f"{site}: cpu per page / floor", [per_page(o) / per_page(f) for o, f in pairs])
        self.judge("speed", f"{site}: pages per second / floor", [rate(o) / rate(f) for o, f in pairs])
        self.judge("memory", f"{site}: anonymous memory / floor", [o["anon"] / f["anon"] for o, f in pairs])
        if WGET in names:
            ratios = [rate(one[OURS]) / rate(one[WGET]) for one in rounds]
            print(f"  {site + ': pages per second / wget2':<44} {statistics.median(ratios):6.3f}")

    # Does memory grow with the crawl?
    def memory(self, site="cppref"):
        rounds = []
        for _ in range(self.args.rounds):
            few = self.crawl_once(OURS, site, ("--max-pages", MEMORY_PAGES))
            rounds.append((few, self.crawl_once(OURS, site)))
        few, all_pages = (statistics.median(one[i]["anon"] for one in rounds) for i in (0, 1))
        print(f"\nmemory: {MEMORY_PAGES} pages of {site} {few:.1f} MB, all {rounds[0][1]['pages']} {all_pages:.1f} MB")
        self.judge("growth", f"{site}: larger / smaller of both",
                   [max(a["anon"], b["anon"]) / min(a["anon"], b["anon"]) for a, b in rounds])

    # A ZIP of what was crawled, beside minizip that copies the same streams.
    def zip(self, site):
        out = self.fresh()
        checked(self.command(OURS, self.server.url(site), out))
        archive, copy = self.folder / "export.zip", self.folder / "copy.zip"
        rounds = []
        for _ in range(max(self.args.rounds, 5)):
            archive.unlink(missing_ok=True)
            start = checked([self.programs[OURS], "version"])["cpu"]
            cpu = checked([self.programs[OURS], "export", "last", "--data", out, "--out", archive])["cpu"]
            said = checked([self.programs["zip_floor"], archive, copy])["text"]
            entries, floor_us = re.search(r"entries (\d+),.*cpu ([\d.]+) us", said).groups()
            whole_us = 1e6 * cpu / int(entries)
            rounds.append((int(entries), whole_us, whole_us - 1e6 * start / int(entries), float(floor_us)))
        entries, whole, net, floor_us = (statistics.median(one[i] for one in rounds) for i in range(4))
        print(f"\nzip of {site}: {entries:.0f} entries; cpu us an entry: export {whole:.1f}, "
              f"without the start of the program {net:.1f}, floor {floor_us:.1f}")
        self.judge("zip", f"{site}: zip cpu per entry / floor", [one[2] / one[3] for one in rounds])


def per_page(done):
    return done["cpu"] / done["pages"]


def rate(done):
    return done["pages"] / done["wall"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", default=ROOT / "build" / "release", help="where webkeep and the floors were built")
    parser.add_argument("-n", "--rounds", type=int, default=3)
    parser.add_argument("--sites", default=",".join(SITES))
    parser.add_argument("--only", default="crawl,memory,zip", help="parts to run")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)),
                        help="workers of the floor; webkeep takes one a core")
    parser.add_argument("--json", help="all figures to this file")
    args = parser.parse_args()
    args.sites, args.only = args.sites.split(","), args.only.split(",")
    unknown = set(args.sites) - set(SITES) or set(args.only) - {"crawl", "memory", "zip"}
    if unknown or args.rounds < 1:
        parser.error(f"unknown: {', '.join(sorted(unknown))}" if unknown else "ROUNDS has to be 1 or more")
    return args


def measure(args, folder):
    sites = dict.fromkeys(args.sites + (["cppref"] if "memory" in args.only else []))
    server = Server(list(sites), folder)
    try:
        bench = Bench(args, server, folder)
        for site in args.sites if "crawl" in args.only else ():
            bench.crawl(site)
        if "memory" in args.only:
            bench.memory()
        for site in args.sites if "zip" in args.only else ():
            bench.zip(site)
    finally:
        server.stop()
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(bench.results, indent=1) + "\n")
    return bench.missed


def main():
    args = arguments()
    with tempfile.TemporaryDirectory(prefix="webkeep-bench-") as folder:
        try:
            missed = measure(args, pathlib.Path(folder))
        except Missing as why:
            print(f"crawl.py: {why}", file=sys.stderr)
            return 2
    print(f"\n{len(missed)} goals missed: {', '.join(missed)}" if missed else "\nall goals met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
