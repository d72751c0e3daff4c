#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom: the two columns of the table in docs/architecture.md, here as MODULES and LIBRARIES.

A module includes only itself and the modules named for it; a header of an outside library is included only
in the files named for it; all project headers are included by their path from the root. Which headers count
as the system's own stands in SYSTEM. tests/ may include everything. Exits 1 when something is found.
"""
import pathlib
import re
import sys
from fnmatch import fnmatch

# Which module may include which others, lowest first.
MODULES = {
    "base": (),
    "cache": ("base",),
    "extract": ("base",),
    "browser": ("base",),
    "answer": ("base", "cache", "extract"),
    "frontier": ("base", "cache", "answer"),
    "export": ("base", "cache", "extract", "answer"),
    "crawler": ("base", "cache", "extract", "answer", "browser", "frontier"),
    "api": ("base", "cache", "answer", "frontier", "export", "crawler"),
    "cli": ("base", "cache", "extract", "browser", "answer", "frontier", "export", "crawler", "api"),
}

# Headers of outside libraries -> the only files that may include them. A pattern that ends in "*" names one
# file and the pieces it was split into ("base/url*").
LIBRARIES = {
    "cjson/cJSON.h": ("base/json*",),
    "idn2.h": ("base/url*",),
    "libpsl.h": ("base/url*",),
    "libdeflate.h": ("base/codec*",),
    "zlib.h": ("base/codec*", "export/zip*"),  # export: the types of minizip's own interface
    "openssl/*": ("base/hash*",),
    "pcre2.h": ("base/pattern*",),
    "ini.h": ("base/config*",),
    "lmdb.h": ("cache/*",),
    "gumbo.h": ("extract/html/gumbo_tree.c",),
    "expat.h": ("extract/xml*", "extract/sitemap*", "extract/feed*"),
    "minizip/*": ("export/zip*",),
    "sqlite3.h": ("export/search*",),
    "curl/*": ("answer/client*", "crawler/fetch*", "crawler/deliver*"),
    "microhttpd.h": ("api/*",),
}

SYSTEM = set("""
assert.h complex.h ctype.h errno.h fenv.h float.h inttypes.h iso646.h limits.h locale.h math.h setjmp.h signal.h
stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h tgmath.h time.h
uchar.h wchar.h wctype.h
arpa/inet.h dirent.h dlfcn.h fcntl.h fnmatch.h ftw.h getopt.h glob.h grp.h langinfo.h libgen.h net/if.h netdb.h
netinet/in.h netinet/tcp.h poll.h pthread.h pwd.h sched.h semaphore.h spawn.h strings.h sys/file.h sys/ioctl.h
sys/mman.h sys/random.h sys/resource.h sys/select.h sys/socket.h sys/stat.h sys/statvfs.h sys/time.h sys/times.h
sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/wait.h syslog.h termios.h unistd.h utime.h
endian.h malloc.h sys/epoll.h sys/eventfd.h sys/inotify.h sys/prctl.h sys/sendfile.h sys/signalfd.h sys/syscall.h
fts.h link.h sys/timerfd.h sys/vfs.h linux/fs.h linux/sockios.h ifaddrs.h emmintrin.h immintrin.h tmmintrin.h smmintrin.h
arm_neon.h byteswap.h
""".split())

# Folders that say nothing about what is in them.
NAMELESS = {"util", "utils", "common", "core", "include", "src", "lib", "misc", "helpers"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>|(\S+))', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def includes(text):
    """Yields (line number, header, in quotes or not)."""
    text = COMMENT.sub(blank, text)
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        quoted, angled, other = match.groups()
        yield line, quoted or angled or other, quoted is not None, other is not None


def library_of(header):
    return next((files for pattern, files in LIBRARIES.items() if fnmatch(header, pattern)), None)


def judge(root, path, header, quoted, computed):
    """A sentence that says what is wrong with this include, or None."""
    module = path.split("/")[0]
    if computed:
        return f"includes {header}, which this check can't read; write the header's name"
    if quoted:
        if header.startswith((".", "/")) or "/../" in header:
            return f'includes "{header}"; write its path from the root, such as "base/str.h"'
        owner = header.split("/")[0]
        if owner not in MODULES and owner != "tests":
            return f'includes "{header}", which is in no module; outside headers go in <>'
        if not (root / header).is_file():
            return f'includes "{header}", and there is no such file'
        if module == "tests" or owner == module:
            return None
        if owner not in MODULES[module]:
            allowed = ", ".join(MODULES[module]) or "nothing else"
            return f'includes "{header}": {module} may include {allowed}, not {owner}'
        return None
    if module == "tests" or header in SYSTEM:
        return None
    files = library_of(header)
    if files is None:
        return f"includes <{header}>, which is not in this check's tables; name it in LIBRARIES or SYSTEM first"
    if not any(fnmatch(path, pattern) for pattern in files):
        return f"includes <{header}>: only {', '.join(files)} may"
    return None


def check(root):
    findings = []
    for folder in (*MODULES, "tests"):
        for file in sorted((root / folder).rglob("*")):
            path = file.relative_to(root).as_posix()
            if file.is_dir() and file.name in NAMELESS:
                findings.append(f"{path}: a folder's name says what is in it; {file.name} does not")
            if file.suffix not in (".c", ".h", ".def") or path.startswith("tests/data/"):
                continue
            text = file.read_text(encoding="utf-8", errors="replace")
            for line, header, quoted, computed in includes(text):
                wrong = judge(root, path, header, quoted, computed)
                if wrong:
                    findings.append(f"{path}:{line}: {wrong}")
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and folder.name in NAMELESS:
            findings.append(f"{folder.name}: a folder's name says what is in it; {folder.name} does not")
        elif folder.is_dir() and folder.name not in MODULES and any(folder.glob("*.c")):
            if folder.name not in ("tests", "build"):
                findings.append(f"{folder.name}: has C files and is no module of the table")
    return findings


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
    findings = check(root)
    for finding in findings:
        print(finding)
    print(f"layers: {len(findings)} findings" if findings else "layers: fine")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
