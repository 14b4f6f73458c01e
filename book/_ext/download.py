"""Pack the site, the notebooks and the package into one zip: `make download`.

The same files give the same bytes, whenever and wherever they are packed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import notebooks

ROOT = notebooks.ROOT
NAME = "neural-networks"
START = """\
NEURAL NETWORKS: PROOFS AND PROGRAMS

Read.   Open site/index.html in a browser. It needs no network and no server.

Run.    The chapters are notebooks, in the folder notebooks. Python 3.11 or later:

            python -m venv env
            env/bin/python -m pip install -c constraints.txt "./{wheel}[book]"
            env/bin/python -m pip install jupyterlab
            env/bin/jupyter lab notebooks

        On Windows it is env\\Scripts\\python, and so on. Only the installation needs a network.

Reuse.  env/bin/python -m pip install ./{wheel}
        installs the package mathnn and NumPy, and nothing else.

Text and figures are under CC BY 4.0 (LICENSE-TEXT), code is under the BSD-3-Clause licence (LICENSE).
"""


def members(site: Path, wheel: Path, root: Path = ROOT) -> Iterator[tuple[str, bytes]]:
    """Yield the names and the contents of the files in the zip."""
    yield "START-HERE.txt", START.format(wheel=wheel.name).encode()
    for name in ("LICENSE", "LICENSE-TEXT", "CITATION.cff", "constraints.txt"):
        yield name, (root / name).read_bytes()
    yield wheel.name, wheel.read_bytes()
    for path in sorted(notebooks.paths(root)):
        yield f"notebooks/{path.name}", path.read_bytes()
    for path in sorted(site.rglob("*")):
        if path.is_file() and path.name != ".buildinfo":
            yield f"site/{path.relative_to(site).as_posix()}", path.read_bytes()


def pack(target: Path, site: Path, wheel: Path, root: Path = ROOT) -> None:
    """Write the zip; everything in it stands in one folder."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in members(site, wheel, root):
            entry = ZipInfo(f"{NAME}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)


def main() -> None:
    """Pack what `make download` has built."""
    folder = ROOT / "_build" / "download"
    site = ROOT / "_build" / "html"
    wheels = sorted(folder.glob("mathnn-*.whl"), key=lambda path: path.stat().st_mtime)
    if not wheels or not (site / "index.html").exists():
        sys.exit("There is no site or no wheel to pack. Run: make download")
    target = folder / f"{NAME}.zip"
    pack(target, site, wheels[-1])
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
