"""Prints, for `eval` by a shell, uv's settings that correspond to the package index configured for pip.

uv does not read pip's configuration. Where a person has set only pip up for their network (a mirror, a certificate), uv
should use the same. Values that uv has been given itself are left alone. Runs under any Python from 3.9
that has pip.
"""

import ast
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping

# pip's option -> uv's environment variable, how several values are joined
OPTIONS = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "cert": ("SSL_CERT_FILE", " "),
}
UV_OWN = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_CONFIG_FILE")


def uv_settings(pip_config_list: str, environment: Mapping[str, str]) -> dict[str, str]:
    """uv's variables for the output of `pip config list`; empty when uv is configured already."""
    if any(environment.get(name) for name in UV_OWN):
        return {}
    found: dict[str, list[str]] = {}
    for line in pip_config_list.splitlines():
        name, _, value = line.partition("=")
        scope, _, option = name.partition(".")
        # pip's order: the environment wins over every file. Sections for one command alone are not ours.
        if option in OPTIONS and scope in ("global", "install", ":env:") and (option not in found or scope == ":env:"):
            found[option] = ast.literal_eval(value).split()
    settings = {OPTIONS[option][0]: OPTIONS[option][1].join(values) for option, values in found.items()}
    if "UV_INDEX" in settings:
        # By default uv takes a package from the first index that has it, in whatever version. pip compares all of them;
        # that is safe here because every file's hash is locked.
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in settings.items() if not environment.get(name)}


if __name__ == "__main__":
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], stdout=subprocess.PIPE, check=False)
    for name, value in uv_settings(listed.stdout.decode(), dict(os.environ)).items():
        print(f"export {name}={shlex.quote(value)}")
