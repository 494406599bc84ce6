# uv, and Pythons that run. Sourced, after lib.sh, from the project's root; POSIX sh.

# provide_uv: sets UV to a uv of the locked version or a newer one, installing the locked one when there is none.
provide_uv() {
    [ -z "${UV:-}" ] || return 0
    locked=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements/tools.txt)
    for UV in uv .venvs/tools/bin/uv; do
        version=$("$UV" --version 2>/dev/null | awk '{ print $2 }') || version=
        [ -n "$version" ] && [ "$(printf '%s\n%s\n' "$locked" "$version" | sort -V | head -n 1)" = "$locked" ] && break
        UV=
    done
    find_any_python
    # pip's index settings become uv's, unless uv has its own.
    eval "$("$ANY_PYTHON" scripts/pip_settings.py)"
    [ -z "$UV" ] || return 0
    rm -rf .venvs/tools
    if ! "$ANY_PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
        say "Python's venv module is missing: installing the system package python3-venv"
        scripts/system_package.sh python3-venv || exit 1
        find_any_python
    fi
    say "Installing uv $locked in .venvs/tools"
    "$ANY_PYTHON" -m venv .venvs/tools || fail "$ANY_PYTHON could not make a virtual environment: see the lines above."
    .venvs/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt ||
        fail "uv could not be installed. Check the network, HTTPS_PROXY or the package index set for pip, or install uv\
 $locked or newer yourself and put it on the PATH; then run the same command again."
    UV=.venvs/tools/bin/uv
}

# find_any_python: sets ANY_PYTHON to some Python 3 that runs, for what comes before the environments.
find_any_python() {
    ANY_PYTHON=$(scripts/find-python.sh 3.13 3.12 3.11 3.14 3.10 3.9) || fail "No Python 3 was found that runs.\
 Install one (Debian, Ubuntu: apt-get install python3 python3-venv), then run the same command again."
}

# provide_python VERSION...: sets PYTHON to an interpreter of the first VERSION to be had; uv downloads one if it must.
provide_python() {
    PYTHON=$(scripts/find-python.sh "$@") && return
    say "No Python $1 was found that runs: uv downloads one"
    "$UV" python install "$1" && PYTHON=$(scripts/find-python.sh "$1") && return
    fail "No Python $1 can be had here: none that runs is installed and uv could not download one. Install Python $1\
 (for example “pyenv install $1”), or check the network, then run the same command again."
}
