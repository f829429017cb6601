#!/bin/sh
# usage: tools/venv.sh FOLDER
#
# Makes FOLDER a virtual environment with pip, on the first Python >= 3.11 among $PYTHON (when set),
# or python3, python3.14, ... python3.11. One that works is left as it is.
set -eu
folder=$1
candidates=${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}

say() { printf 'conselho: %s\n' "$*" >&2; }

# The locked releases have wheels up to Python 3.14; a newer one, which must compile some of them, is
# taken only when there is nothing else.
find_python() {
    for newest in 14 99; do
        for candidate in $candidates; do
            if "$candidate" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $newest))" \
                2>/dev/null; then
                printf '%s\n' "$candidate"
                return
            fi
        done
    done
    say "no Python 3.11 or newer among: $candidates." \
        "Install one (Debian: apt-get install python3, macOS: brew install python@3.13)" \
        "or name it: make run PYTHON=/path/to/python3"
    return 1
}

# Debian keeps pip's bootstrap out of python3, in python3-venv. Its package python3-pip-whl holds pip
# as a wheel, which runs without being installed: so neither root nor a change of the system is needed.
bring_pip_from_debian() {
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    download_from_debian python3-pip-whl || return 1
    dpkg-deb -x "$scratch"/python3-pip-whl_*.deb "$scratch" || return 1
    wheel=$(echo "$scratch"/usr/share/python-wheels/pip-*.whl)
    PYTHONPATH=$wheel "$folder/bin/python" -m pip install --quiet --no-index "$wheel"
}

# An image often comes without apt's package lists: then fetch them beside the download.
download_from_debian() (
    cd "$scratch" || return 1
    mkdir -p lists/partial
    apt-get download -qq "$1" >/dev/null 2>&1 && return
    apt-get -qq -o Dir::State::Lists="$scratch/lists" update >/dev/null 2>&1 &&
        apt-get -qq -o Dir::State::Lists="$scratch/lists" -o Dir::Cache="$scratch" download "$1" \
            >/dev/null 2>&1
)

if "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi
python=$(find_python)
say "making $folder with $("$python" --version)"
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv --clear "$folder"
    exit 0
fi
"$python" -m venv --clear --without-pip "$folder"
if ! bring_pip_from_debian; then
    rm -rf "$folder"
    say "$python has no pip bootstrap (ensurepip), so it cannot make a virtual environment." \
        "On Debian and Ubuntu: apt-get update && apt-get install python3-venv"
    exit 1
fi
