# SPDX-License-Identifier: Apache-2.0
# packages.sh: what Webkeep needs from the system: the only place where packages are named, but for the libraries
# in the Dockerfile's second stage. Sourced by run.sh, test.sh and the Dockerfile; not a program of its own.
# Everything is printed to stderr, since stdout belongs to webkeep.
#
#   packages_need GROUP...   returns 0 when all that the groups need is there; else installs it (apt) or says
#                            what to install (dnf, brew, apk) and returns 1
#   packages_docs            unpacks the documentation that tests read (group docs) into build/docs, where there
#                            is apt-get and it is not installed
#
# A line of the table: group, how to see whether it is there (command, pkg-config module, Python module, folder with
# HTML, file), then its name for apt, dnf, brew and apk ("-": comes with the system or with another line).

packages_table() {
    cat <<'TABLE'
build  cmd:cc              gcc                   gcc                   -             gcc
build  file:/usr/include/* libc6-dev             glibc-devel           -             musl-dev
build  cmd:cmake           cmake                 cmake                 cmake         cmake
build  cmd:ninja           ninja-build           ninja-build           ninja         samurai
build  cmd:pkg-config      pkg-config            pkgconf-pkg-config    pkgconf       pkgconf
build  pc:libcurl          libcurl4-openssl-dev  libcurl-devel         curl          curl-dev
build  pc:gumbo            libgumbo-dev          gumbo-parser-devel    gumbo-parser  gumbo-parser-dev
build  pc:lmdb             liblmdb-dev           lmdb-devel            lmdb          lmdb-dev
build  pc:zlib             zlib1g-dev            zlib-devel            zlib          zlib-dev
build  pc:libdeflate       libdeflate-dev        libdeflate-devel      libdeflate    libdeflate-dev
build  pc:minizip          libminizip-dev        minizip-compat-devel  minizip       minizip-dev
build  pc:libcjson         libcjson-dev          cjson-devel           cjson         cjson-dev
build  pc:libidn2          libidn2-dev           libidn2-devel         libidn2       libidn2-dev
build  pc:libpsl           libpsl-dev            libpsl-devel          libpsl        libpsl-dev
build  pc:expat           libexpat1-dev         expat-devel           expat         expat-dev
build  pc:libmicrohttpd    libmicrohttpd-dev     libmicrohttpd-devel   libmicrohttpd libmicrohttpd-dev
build  pc:libcrypto        libssl-dev            openssl-devel         openssl@3     openssl-dev
build  file:/etc/ssl/*     ca-certificates       ca-certificates       -             ca-certificates
demo   cmd:python3         python3               python3               python3       python3
test   cmd:python3         python3               python3               python3       python3
test   py:pytest           python3-pytest        python3-pytest        pytest        py3-pytest
test   py:requests         python3-requests      python3-requests      -             py3-requests
test   cmd:nginx           nginx-light           nginx                 nginx         nginx
test   cmd:unzip           unzip                 unzip                 -             unzip
fuzz   cmd:clang-14        clang-14              clang                 llvm          clang
fuzz   file:/usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-*  libclang-rt-14-dev  compiler-rt  -  compiler-rt
fuzz   cmd:llvm-cov-14     llvm-14               llvm                  -             llvm
docs   doc:/usr/share/doc/python3.*-doc/html     python3-doc               - - -
docs   doc:/usr/share/doc/postgresql-doc-*/html  postgresql-doc            - - -
docs   doc:/usr/share/cppreference/doc/html      cppreference-doc-en-html  - - -
docs   doc:/usr/share/doc/git-doc                git-doc                   - - -
docs   doc:/usr/share/doc/sqlite3                sqlite3-doc               - - -
docs   doc:/usr/share/doc/libxml2/html           libxml2-doc               - - -
TABLE
}

# The Python that has pytest: Debian's own where another one comes first in PATH.
packages_python() {
    for packages_py in python3 /usr/bin/python3; do
        if "$packages_py" -c 'import pytest' 2>/dev/null; then
            echo "$packages_py"
            return 0
        fi
    done
    return 1
}

packages_have() {
    case $1 in
    cmd:*) PATH="$PATH:/usr/sbin:/sbin" command -v "${1#cmd:}" >/dev/null 2>&1 ;;
    pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
    py:*) packages_py=$(packages_python) && "$packages_py" -c "import ${1#py:}" 2>/dev/null ;;
    doc:*)
        for packages_file in ${1#doc:} build/docs${1#doc:}; do
            [ -z "$(find -L "$packages_file" -name '*.html' 2>/dev/null | head -n 1)" ] || return 0
        done
        return 1
        ;;
    file:*) for packages_file in ${1#file:}; do [ -e "$packages_file" ] && return 0; done; return 1 ;;
    esac
}

# packages_missing COLUMN GROUP...: names of what is not there, in one line. Column 3: apt, 4: dnf, 5: brew, 6: apk.
packages_missing() {
    packages_column=$1
    shift
    packages_table | while read -r group check apt dnf brew apk; do
        case " $* " in *" $group "*) ;; *) continue ;; esac
        packages_have "$check" && continue
        case $packages_column in 3) echo "$apt" ;; 4) echo "$dnf" ;; 5) echo "$brew" ;; 6) echo "$apk" ;; esac
    done | grep -vx -e - | sort -u | tr '\n' ' '
}

packages_apt() {
    packages_list=$1
    packages_root=
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            echo "Webkeep needs these packages; please install them as root: apt-get install $packages_list" >&2
            return 1
        fi
        packages_root=sudo
    fi
    echo "Installing $packages_list..." >&2
    packages_get="$packages_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3"
    packages_log=$(mktemp)
    # A list that can't be renewed may still be good enough; the installation says so if it is not.
    $packages_get update >"$packages_log" 2>&1 || true
    # shellcheck disable=SC2086
    if ! $packages_get install -y --no-install-recommends $packages_list >>"$packages_log" 2>&1; then
        tail -n 20 "$packages_log" >&2
        rm -f "$packages_log"
        echo "The packages could not be installed; the last lines above say why." >&2
        return 1
    fi
    rm -f "$packages_log"
    # Debian starts a web server with its package; the tests only want the program.
    case " $packages_list " in
    *" nginx"*) [ ! -d /run/systemd/system ] || $packages_root systemctl disable --now nginx >/dev/null 2>&1 || true ;;
    esac
}

# Downloads one package and unpacks it. One without a version (python3-doc) leads to the one that has the pages.
packages_unpack() {
    for packages_name in "$1" $(apt-cache depends "$1" 2>/dev/null | sed -n 's/^ *Depends: \(.*-doc.*\)/\1/p'); do
        (cd build/docs && apt-get -q download "$packages_name" && dpkg -x ./"$packages_name"_*.deb .) >/dev/null 2>&1 ||
            return 1
        rm -f build/docs/*.deb
    done
}

# Nothing but the pages is wanted of these packages, and slim images install packages without them.
packages_docs() {
    command -v apt-get >/dev/null 2>&1 || return 0
    packages_list=$(packages_missing 3 docs)
    [ -n "$packages_list" ] || return 0
    echo "Fetching $packages_list..." >&2
    mkdir -p build/docs
    packages_root=
    [ "$(id -u)" = 0 ] || packages_root=sudo
    for packages_doc in $packages_list; do
        packages_unpack "$packages_doc" ||
            { $packages_root apt-get -q update >/dev/null 2>&1; packages_unpack "$packages_doc"; } ||
            echo "$packages_doc could not be fetched; tests that read it fail." >&2
    done
}

packages_need() {
    packages_list=$(packages_missing 3 "$@")
    [ -n "$packages_list" ] || return 0
    if command -v apt-get >/dev/null 2>&1; then
        packages_apt "$packages_list"
        return
    fi
    {
        echo "Webkeep needs some packages that are not here. Install them, then start again:"
        echo "  Fedora:  sudo dnf install $(packages_missing 4 "$@")"
        echo "  macOS:   brew install $(packages_missing 5 "$@")"
        echo "  Alpine:  sudo apk add $(packages_missing 6 "$@")"
    } >&2
    return 1
}
