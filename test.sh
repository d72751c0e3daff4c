#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test.sh: installs what is missing, builds, and runs the whole test suite. The last line sums it up.
#   ./test.sh                everything: lint, unit, e2e (preset dev)
#   ./test.sh lint|unit|e2e  one part of it
#   ./test.sh asan|tsan      unit and e2e tests in a build with that sanitizer
#   ./test.sh valgrind       a crawl of 100 pages under valgrind
# More arguments after `e2e` go to pytest: ./test.sh e2e -k robots
set -eu
cd "$(dirname "$0")"
. ./packages.sh
passed=0
failed=0
part=${1:-all}
[ $# = 0 ] || shift

count() { # count PASSED FAILED
    passed=$((passed + $1))
    failed=$((failed + $2))
}

finish() {
    echo
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
    exit $?
}

usage() {
    sed -n '3,8s/^# //p' test.sh >&2
    exit 2
}

# build PRESET [TARGET]: a build that fails is one failure and the end.
build() {
    echo "== build $1"
    mkdir -p "build/$1"
    if ! { cmake --preset "$1" && cmake --build --preset "$1" ${2:+--target "$2"}; } >"build/$1/log" 2>&1; then
        grep -E 'error|Error|FAILED|warning' "build/$1/log" | head -n 40 || tail -n 40 "build/$1/log"
        echo "The build failed; the whole log is build/$1/log"
        count 0 1
        finish
    fi
}

# check NAME COMMAND...: one test that is a command.
check() {
    echo "== $1"
    shift
    if "$@"; then count 1 0; else count 0 1; fi
}

formatted() {
    find base cache frontier extract export crawler cli answer api browser tests -name '*.[ch]' 2>/dev/null |
        xargs "$format" --dry-run -Werror
}

lint() {
    check "lint: layers" "$python" tests/lint/layers.py
    check "lint: prose" "$python" tests/lint/prose.py
    check "lint: contract" "$python" tests/lint/contract.py
    format=$(command -v clang-format-14 || command -v clang-format || true)
    # Other versions of clang-format break lines elsewhere: only Debian 12's judges.
    if [ -n "$format" ] && "$format" --version | grep -q 'version 14\.'; then
        check "lint: format" formatted
    else
        echo "== lint: format: skipped, clang-format 14 is not here"
    fi
}

# The counts come from the results file; a run that leaves none is one failure.
unit() { # unit PRESET
    echo "== unit ($1)"
    results="$PWD/build/$1/unit.xml"
    rm -f "$results"
    ctest --preset "$1" -j 2 --timeout 300 --output-junit "$results" >"build/$1/unit.log" 2>&1 || true
    "$python" tests/sum_junit.py "$results" --quiet-passed "build/$1/unit.log" >"build/$1/unit.sum" || true
    add "build/$1/unit.sum"
}

e2e() { # e2e PRESET [PYTEST ARGUMENTS]
    preset=$1
    shift
    echo "== e2e ($preset)"
    results="$PWD/build/$preset/e2e.xml"
    rm -f "$results"
    WEBKEEP_BIN=${WEBKEEP_BIN:-"$PWD/build/$preset/webkeep"} PATH="$PATH:/usr/sbin:/sbin" \
        timeout -k 20 "${E2E_SECONDS:-900}" "$python" -B -m pytest -q -p no:cacheprovider --tb=short \
        --junitxml="$results" tests/e2e "$@" || true
    "$python" tests/sum_junit.py "$results" >"build/$preset/e2e.sum" || true
    add "build/$preset/e2e.sum"
}

# add FILE: its last line is "PASSED FAILED"; what stands before is for people.
add() {
    sed '$d' "$1"
    count $(tail -n 1 "$1")
}

case $part in
all | lint | unit | e2e | asan | tsan | valgrind) ;;
*) usage ;;
esac
packages_need build test || { count 0 1; finish; }
python=$(packages_python) || { echo "Python 3 with pytest is not here."; count 0 1; finish; }
packages_docs

case $part in
all)
    lint
    build dev
    unit dev
    e2e dev
    ;;
lint) lint ;;
unit) build dev; unit dev ;;
e2e) build dev webkeep; e2e dev "$@" ;;
asan)
    build asan
    export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:exitcode=99}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1:exitcode=99}"
    export WEBKEEP_SLOW=4
    unit asan
    E2E_SECONDS=3000 e2e asan "$@"
    ;;
tsan)
    build tsan
    export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=0:exitcode=99:second_deadlock_stack=1}" WEBKEEP_SLOW=6
    unit tsan
    E2E_SECONDS=3000 e2e tsan "$@"
    ;;
valgrind)
    command -v valgrind >/dev/null 2>&1 || { packages_apt valgrind || { count 0 1; finish; }; }
    build dev webkeep
    WEBKEEP_VALGRIND=1 WEBKEEP_SLOW=20 e2e dev -k valgrind "$@"
    ;;
esac
finish
