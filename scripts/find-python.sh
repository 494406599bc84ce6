#!/bin/sh
# find-python.sh VERSION...: print the path of an interpreter of the first VERSION (such as 3.10) that really runs here.
# Exit status 1, and nothing printed, when there is none. A name on the PATH proves nothing: pyenv puts there a command
# for every version it knows, which exits 127 when that version is not the selected one. So each candidate is executed.
set -u

runs() { [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$2" ]; }

for version in "$@"; do
    for candidate in \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python \
        $(which -a "python$version" 2>/dev/null) \
        /usr/bin/"python$version" /usr/local/bin/"python$version" /opt/homebrew/bin/"python$version" \
        "${UV_PYTHON_INSTALL_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/uv/python}"/cpython-"$version".*/bin/python3; do
        if [ -x "$candidate" ] && runs "$candidate" "$version"; then
            printf '%s\n' "$candidate"
            exit 0
        fi
    done
done
exit 1
