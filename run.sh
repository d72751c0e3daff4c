#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh: installs what is missing, builds Webkeep when its sources have changed, then runs it:
#   ./run.sh crawl https://docs.example.com/ --out docs.zip
#   ./run.sh demo        the main job on a documentation site that comes with the project; no network
# What this script itself has to say goes to stderr: stdout is webkeep's.
set -eu
root=$(cd "$(dirname "$0")" && pwd)
build="$root/build/release"
webkeep="$build/webkeep"
stamp="$build/built"

# Anything newer than the last build's begin? Folders count too: they are newer when a file is gone.
changed() {
    [ -x "$webkeep" ] && [ -f "$stamp" ] || return 0
    cd "$root"
    [ -n "$(find base cache frontier extract export crawler cli answer api browser CMakeLists.txt CMakePresets.json \
        -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

build() (
    . "$root/packages.sh"
    packages_need build || exit 1
    mkdir -p "$build"
    if command -v flock >/dev/null 2>&1; then # two first starts at once: the second one waits
        exec 9>"$build/lock"
        flock 9
        changed || exit 0
    fi
    echo "Building webkeep..." >&2
    touch "$stamp.next"
    cd "$root"
    if ! { cmake --preset release && cmake --build --preset release --target webkeep; } >"$build/log" 2>&1; then
        tail -n 40 "$build/log" >&2
        echo "The build failed; the whole log is $build/log" >&2
        exit 1
    fi
    mv "$stamp.next" "$stamp"
)

if (changed); then
    build
fi
if [ "${1:-}" = demo ]; then
    command -v python3 >/dev/null 2>&1 || { . "$root/packages.sh" && packages_need demo; } || exit 1
    shift
    WEBKEEP_BIN="$webkeep" exec "$root/tests/demo/demo.sh" "$@"
fi
exec "$webkeep" "$@"
