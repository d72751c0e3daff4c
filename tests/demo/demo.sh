#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# demo.sh: the main job on a documentation site that comes with the project, on loopback, with no network:
# crawl it, export demo.zip into the current folder, stop the site, and take new data from the cache.
# ./run.sh demo calls it. WEBKEEP_BIN names the program.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
webkeep=${WEBKEEP_BIN:-$here/../../build/release/webkeep}
work=$(mktemp -d "${TMPDIR:-/tmp}/webkeep-demo.XXXXXX")
site=

# The site ends when its input closes; only our own child is ever signalled.
stop_site() {
    exec 8>&-
    if [ -n "$site" ]; then
        wait "$site" 2>/dev/null || true
        site=
    fi
}
trap 'stop_site; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# A demo.zip of somebody else's is left alone.
if [ -e demo.zip ] && ! python3 - <<'CHECK'
import sys, zipfile
try:
    with zipfile.ZipFile("demo.zip") as bundle:
        sys.exit(not ({"manifest.json", "index.md"} <= set(bundle.namelist()) and b"127.0.0.1" in bundle.read("manifest.json")))
except (OSError, zipfile.BadZipFile):
    sys.exit(1)
CHECK
then
    echo "demo.zip is here already, and no demo made it. Move it away, or start the demo in another folder." >&2
    exit 2
fi

mkfifo "$work/hold" "$work/said"
python3 -B "$here/make_site.py" --serve <"$work/hold" >"$work/said" &
site=$!
exec 8>"$work/hold"
read -r url pages <"$work/said" || { echo "The demo site did not start." >&2; exit 1; }

instruction="Follow all documentation pages. Skip changelog, blog and login pages."
echo "1. A documentation site of $pages pages is served at $url (made from this project's own documents)."
echo "2. webkeep crawl $url/ --instruction \"$instruction\" --out demo.zip"
echo
"$webkeep" crawl "$url/" --instruction "$instruction" --out demo.zip --force --data "$work/data"
echo
stop_site
echo "3. The site is stopped. What comes now comes from the cache alone:"
echo "   webkeep extract last --transform \"titles and headings\""
echo
"$webkeep" extract last --transform "titles and headings" --data "$work/data" >"$work/rows.jsonl" 2>"$work/extract.err" || {
    code=$?
    cat "$work/extract.err" >&2
    exit $code
}
head -n 3 "$work/rows.jsonl" | cut -c 1-160
echo "   ... $(wc -l <"$work/rows.jsonl" | tr -d ' ') pages answered, without one request."
echo
echo "demo.zip is in $(pwd): HTML and Markdown of every page, index.md and manifest.json. Next, a site of your own:"
echo "   ./run.sh crawl https://docs.example.com/ --out docs.zip"
