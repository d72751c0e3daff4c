# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests drive: the real binary, nginx, mount namespaces, a name server that never answers.

Everything is a child of the test, bound to loopback, and ended by its process id.
WEBKEEP_BIN names the binary (build/dev/webkeep), WEBKEEP_SLOW multiplies time limits (sanitizers, valgrind).
"""
import dataclasses
import glob
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("WEBKEEP_BIN") or str(ROOT / "build/dev/webkeep")
SLOW = float(os.environ.get("WEBKEEP_SLOW", "1"))
DONE, NOTHING, USAGE, PARTIAL, STORAGE, INTERRUPTED = 0, 1, 2, 3, 4, 130
SANITIZER_MARKS = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:", "broken promise")

# Settings for tests that have to wait for a time limit: seconds instead of minutes.
QUICK = tuple(word for setting in (
    f"fetch.connect_ms={2 * SLOW:.0f}s", f"fetch.idle_ms={2 * SLOW:.0f}s", f"fetch.total_ms={5 * SLOW:.0f}s", "fetch.retries=2",
    "fetch.retry_first_ms=100ms") for word in ("--set", setting))


def wait_for(condition, seconds=20.0, what="the condition"):
    """The first true value of condition(); fails the test when there is none in time."""
    end = time.monotonic() + seconds * SLOW
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"{what} did not come true in {seconds * SLOW:.0f} s"
        time.sleep(0.01)


@dataclasses.dataclass
class Result:
    args: tuple
    code: int
    out: bytes
    err: str
    seconds: float
    peak_kib: int = 0

    @property
    def text(self):
        return self.out.decode("utf-8", "replace")

    @property
    def said(self):
        """All that a person sees, in lower case: for checks on key words."""
        return (self.text + "\n" + self.err).lower()

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def last(self):
        return self.lines[-1] if self.lines else ""

    @property
    def json(self):
        return json.loads(self.last)

    @property
    def rows(self):
        return [json.loads(line) for line in self.lines if line.strip()]

    def ok(self, *codes):
        """Itself, when the exit code is one of codes (0 without any); else the test fails and shows all."""
        assert self.code in (codes or (DONE,)), (
            f"webkeep {' '.join(self.args)}\nexit code {self.code}, wanted {codes or (DONE,)}\n"
            f"stdout: {self.text[-3000:]}\nstderr: {self.err[-3000:]}")
        return self


class Running:
    """A webkeep that runs in the background."""

    def __init__(self, process, args):
        self.process, self.args = process, args
        self.began = time.monotonic()
        self._out, self._err = [], []
        self._readers = [threading.Thread(target=self._drain, args=pair, daemon=True)
                         for pair in ((process.stdout, self._out), (process.stderr, self._err))]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _drain(stream, into):
        for piece in iter(lambda: stream.read1(65536), b""):
            into.append(piece)

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        if self.alive():
            self.process.send_signal(number)

    def interrupt(self):
        self.signal(signal.SIGINT)

    def kill9(self):
        self.signal(signal.SIGKILL)
        return self.wait(20)

    def wait(self, seconds=60.0):
        try:
            self.process.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"webkeep {' '.join(self.args)} did not end in {seconds * SLOW:.0f} s\n"
                                 f"stderr: {self._said()[-2000:]}") from None
        took = time.monotonic() - self.began
        for reader in self._readers:
            reader.join(10)
        check_sanitizers(self._said())
        return Result(self.args, self.process.returncode, b"".join(self._out), self._said(), took)

    def _said(self):
        return b"".join(self._err).decode("utf-8", "replace")

    def stop(self):
        if self.alive():
            self.process.kill()
        self.process.wait()


def check_sanitizers(err):
    found = [mark for mark in SANITIZER_MARKS if mark in err]
    assert not found, f"the program reported {found}:\n{err[-6000:]}"


class Webkeep:
    """Runs the binary with a data folder of its own. Nothing of the user's environment reaches it."""

    def __init__(self, folder, binary=BINARY):
        self.binary, self.folder = binary, pathlib.Path(folder)
        self.data = self.folder / "data"
        self.prefix = []            # words before the binary: nsenter, valgrind
        self._running = []

    def environment(self, **more):
        keep = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS") or name == "PATH"}
        return {**keep, "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "xdg"), "LC_ALL": "C.UTF-8",
                "TZ": "UTC", "WEBKEEP_DATA": str(self.data), **more}

    def start(self, *args, env=None, stdin=subprocess.DEVNULL):
        args = tuple(str(arg) for arg in args)
        process = subprocess.Popen([*self.prefix, self.binary, *args], stdin=stdin, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=self.folder, env=self.environment(**(env or {})))
        running = Running(process, args)
        self._running.append(running)
        return running

    def run(self, *args, input=None, timeout=60.0, env=None):
        args = tuple(str(arg) for arg in args)
        began = time.monotonic()
        try:
            done = subprocess.run([*self.prefix, self.binary, *args], input=input, capture_output=True, cwd=self.folder,
                                  stdin=subprocess.DEVNULL if input is None else None,
                                  env=self.environment(**(env or {})), timeout=timeout * SLOW)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"webkeep {' '.join(args)} did not end in {timeout * SLOW:.0f} s\n"
                                 f"stderr: {(late.stderr or b'').decode('utf-8', 'replace')[-2000:]}") from None
        err = done.stderr.decode("utf-8", "replace")
        check_sanitizers(err)
        return Result(args, done.returncode, done.stdout, err, time.monotonic() - began)

    def crawl(self, url, *args, **more):
        """A quick crawl: no politeness delays can come from here, they are the program's own."""
        return self.run("crawl", url, *args, **more)

    def pages(self, job="last"):
        """URLs of the job's kept pages, in order."""
        return [row["url"] for row in self.run("pages", job, "--json").ok().rows]

    def try_pages(self, job="last"):
        """The same beside or after a crawl; an empty list as long as there is no job yet."""
        result = self.run("pages", job, "--json")
        return [row["url"] for row in result.rows] if result.code == DONE else []

    def stop_all(self):
        for running in self._running:
            running.stop()


class Archive:
    """A ZIP export, read by Python's zipfile."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)
        self.names = self.zip.namelist()
        self.manifest = json.loads(self.zip.read("manifest.json"))

    def page_rows(self):
        return self.manifest["pages"]

    def _entry(self, row, ending):
        """The entry of a page that ends so, wherever the manifest's row names it."""
        def strings(value):
            if isinstance(value, str):
                yield value
            elif isinstance(value, dict):
                for one in value.values():
                    yield from strings(one)
            elif isinstance(value, list):
                for one in value:
                    yield from strings(one)
        known = set(self.names)
        return next((text for text in strings(row) if text in known and text.endswith(ending)), None)

    def html_of(self):
        """url -> bytes of the stored HTML."""
        found = {}
        for row in self.page_rows():
            name = self._entry(row, (".html", ".htm", ".xhtml"))
            if name:
                found[row["url"]] = self.zip.read(name)
        return found

    def markdown_of(self):
        found = {}
        for row in self.page_rows():
            name = self._entry(row, ".md")
            if name:
                found[row["url"]] = self.zip.read(name).decode()
        return found


def unzip_test(path):
    done = subprocess.run(["unzip", "-tqq", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, f"unzip -t {path}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


def free_port(host="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class Nginx:
    """nginx as a child process, serving one folder on a loopback port."""

    CONFIG = """
worker_processes 1; daemon off; master_process on; pid {dir}/nginx.pid; error_log {dir}/error.log error; {user}
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types; default_type application/octet-stream; access_log off; sendfile on;
    keepalive_requests 1000000; gzip {gzip}; gzip_types text/plain;
    client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
    uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
    server {{ listen 127.0.0.1:{port}; root {root}; index index.html; }}
}}
"""

    def __init__(self, root, folder, gzip=False):
        self.root, self.dir, self.gzip = root, pathlib.Path(folder), gzip
        self.process = None

    def start(self):
        self.dir.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        user = "user root;" if os.geteuid() == 0 else ""
        config = self.dir / "nginx.conf"
        config.write_text(self.CONFIG.format(dir=self.dir, user=user, gzip="on" if self.gzip else "off",
                                             port=self.port, root=self.root))
        self.process = subprocess.Popen([self.program(), "-c", str(config), "-e", str(self.dir / "error.log")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._answers, 10, "nginx's first answer")
        return self

    @staticmethod
    def program():
        return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

    def _answers(self):
        assert self.process.poll() is None, (self.dir / "error.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


def postgres_doc():
    """The folder of PostgreSQL's documentation as Debian packages it, or None."""
    places = ["/usr/share/doc/postgresql-doc-*/html", str(ROOT / "build/docs/usr/share/doc/postgresql-doc-*/html")]
    found = [folder for place in places for folder in sorted(glob.glob(place)) if os.path.isfile(folder + "/index.html")]
    return pathlib.Path(found[-1]) if found else None


class MountSpace:
    """A mount namespace held open by a child: what is mounted there is seen only by commands run with `prefix`.

    None of its mounts touch the machine's own. start() returns None where the system does not permit it.
    """

    def __init__(self, script):
        self.script = script
        self.process = None

    def start(self):
        # As root a mount namespace is enough; else try a user namespace that maps us to root.
        flags = ["-m"] if os.geteuid() == 0 else ["-r", "-m"]
        self.process = subprocess.Popen(
            ["unshare", *flags, "sh", "-c", f"set -e\nmount --make-rprivate /\n{self.script}\necho ready\nread line || true"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if self.process.stdout.readline() != b"ready\n":
            self.why = self.process.stderr.read().decode("utf-8", "replace").strip() or "unshare failed"
            self.process.wait()
            return None
        return self

    @property
    def prefix(self):
        user = [] if os.geteuid() == 0 else ["-U", "--preserve-credentials"]
        return ["nsenter", "-t", str(self.process.pid), "-m", *user, "--wd=" + os.getcwd(), "--"]

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class SilentDns:
    """A UDP name server that reads questions and never answers; `asked` is set with the first one."""

    def __init__(self):
        self.asked = threading.Event()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Port 53 is fixed, so the address tells test runs at the same time apart.
        self.address = f"127.61.{os.getpid() >> 7 & 127}.{1 + (os.getpid() & 127)}"
        self.socket.bind((self.address, 53))
        self.socket.settimeout(0.2)
        self._stop = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while not self._stop:
            try:
                self.socket.recvfrom(4096)
                self.asked.set()
            except TimeoutError:
                pass
            except OSError:
                return

    def stop(self):
        self._stop = True
        self._thread.join(5)
        self.socket.close()
