"""Pack the site, the notebooks and the package into one zip: `make download`. Offer what is built: `make site`.

The same files give the same bytes, whenever and wherever they are packed.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import notebooks

ROOT = notebooks.ROOT
NAME = "neural-networks"
PLACE = '<div class="downloads"></div>'
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


def offer(site: Path, folder: Path) -> None:
    """Copy what is in the folder into the site, and put links to it where the first page has a place for them."""
    kinds = {
        f"{NAME}.pdf": "PDF, for paper and for reading",
        f"{NAME}.epub": "EPUB, for e-readers",
        f"{NAME}.zip": "Zip with this site, the notebooks and the package: all works without a network",
        "mathnn-*.whl": "The package <code>mathnn</code> alone, for <code>pip install</code>",
    }
    items = []
    (site / "downloads").mkdir(exist_ok=True)
    for pattern, text in kinds.items():
        for path in sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime)[-1:]:
            shutil.copy(path, site / "downloads")
            size = f"{max(path.stat().st_size / 1e6, 0.1):.1f} MB"
            items.append(f'<li><a href="../downloads/{path.name}" download>{text}</a> ({size})</li>')
    page = site / "book" / "index.html"
    before = page.read_text(encoding="utf-8")
    if PLACE not in before:
        sys.exit(f"{page} has no place for the links, or they stand there already: build the site anew")
    page.write_text(before.replace(PLACE, f'<ul class="downloads">{"".join(items)}</ul>'), encoding="utf-8")
    (site / ".nojekyll").touch()  # else GitHub Pages leaves out the folders whose names begin with an underscore


def main(arguments: list[str]) -> None:
    """Pack what `make download` has built; with --offer, put all downloads into the site."""
    folder = ROOT / "_build" / "download"
    site = ROOT / "_build" / "html"
    if arguments == ["--offer"]:
        offer(site, folder)
        return
    wheels = sorted(folder.glob("mathnn-*.whl"), key=lambda path: path.stat().st_mtime)
    if not wheels or not (site / "index.html").exists():
        sys.exit("There is no site or no wheel to pack. Run: make download")
    target = folder / f"{NAME}.zip"
    pack(target, site, wheels[-1])
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
