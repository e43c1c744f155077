#!/bin/sh
# Make a virtual environment, or bring it up to date, and compile what was installed:
#     tools/venv.sh DIRECTORY PYTHON INSTALL-ARGUMENT...
# Uses uv where it is installed; NO_UV=1 goes without (pip honours settings that uv ignores). Needs Python 3.11 or newer.
set -eu

directory=$1
python=$2
shift 2

# Importing jax takes 0.3 s with compiled bytecode and 2.4 s without: an environment that forbids writing it is overruled.
unset PYTHONDONTWRITEBYTECODE

say() { echo "heron set-up: $*" >&2; }

if [ -z "${NO_UV:-}" ] && command -v uv >/dev/null 2>&1; then uv=yes; else uv=no; fi

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

explain_and_stop() {
    say "no virtual environment could be made in $directory."
    say "Expected: Python 3.11 or newer with venv and pip. Found: $("$python" --version 2>&1 || true) as '$python'."
    say "Mend it in one of these ways, then run make again:"
    say "    Debian, Ubuntu:      apt-get install python3-venv"
    say "    another interpreter: make PYTHON=python3.12 ..."
    say "    or install uv, which brings its own Python."
    exit 1
}

create_with_pip() {
    recent "$python" || explain_and_stop
    if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        "$python" -m venv "$directory"
    elif "$python" -c 'import pip, venv' >/dev/null 2>&1; then
        # Debian without python3-venv: venv is there, its copy of pip is not, so the system's pip puts one in.
        "$python" -m venv --without-pip "$directory"
        "$python" -m pip --python "$directory/bin/python" install --quiet pip
    else
        explain_and_stop
    fi
}

usable() { recent "$directory/bin/python" && { [ $uv = yes ] || "$directory/bin/python" -m pip --version >/dev/null 2>&1; }; }

if ! usable; then
    rm -rf "$directory"
    if [ $uv = no ]; then
        create_with_pip
    elif recent "$python"; then
        uv venv --quiet --python "$python" "$directory"
    else
        uv venv --quiet --python '>=3.11' "$directory"
    fi
fi

say "installing into $directory (the first time takes a minute or two)"
if [ $uv = yes ]; then
    uv pip install --quiet --compile-bytecode --python "$directory/bin/python" "$@"
else
    "$directory/bin/python" -m pip install --quiet "$@"
fi
"$directory/bin/python" -m compileall -q src/heron
say "done"
