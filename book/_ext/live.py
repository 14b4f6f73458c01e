"""Sphinx extension: readers run the code cells in their browser, see `book/_static/live`.

It gives every code cell an empty bar for the controls, and writes what is asked for only when a reader runs a cell:
`live.json`, which says where Python is, `mathnn.zip`, and the two modules that run a cell there. Python is Pyodide's
public distribution, or the site's own copy, which `own_python.py` puts there.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
VERSION = "0.27.7"  # of Pyodide: Python 3.12, NumPy 2.0; the cells of all chapters were run with it
PUBLIC = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
# What a first import loads, with all that it needs; measured, and said to the reader before.
MEGABYTES = {"python": 17, "sympy": 7, "matplotlib": 10, "scipy": 20, "sklearn": 7}
SITES = ("html", "dirhtml")  # the builders of a site; nothing runs on paper or in an e-reader
BAR = '<div class="live-bar"></div>'
MODULES = ["live_runner.py", "live_figures.py"]


def add_bars(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the bar below the code of every cell. It has its height before it is filled: the page does not jump."""
    for container in doctree.findall(nodes.container) if app.builder.name in SITES else ():
        if "cell_input" in container["classes"]:
            container += nodes.raw("", BAR, format="html")


def add_script(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load the script and the style on the pages that have cells."""
    if BAR in context.get("body", ""):
        app.add_js_file("live/page.js", loading_method="defer")
        app.add_css_file("live/live.css")


def write_files(app: Sphinx, exception: Exception | None) -> None:
    """Write the settings, the package and the modules into the site."""
    if not exception and app.builder.name in SITES:
        folder = Path(app.outdir, "_static", "live")
        write_settings(folder, app.config.live_python)
        write_package(folder / "mathnn.zip")
        for name in MODULES:
            shutil.copy(Path(__file__).with_name(name), folder)


def write_settings(folder: Path, address: str) -> None:
    """Say where Python is: an absolute address, or one relative to the folder."""
    settings = {"address": address, "files": ["mathnn.zip", *MODULES], "megabytes": MEGABYTES}
    (folder / "live.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def write_package(target: Path) -> None:
    """Pack mathnn, the same bytes every time."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted((ROOT / "mathnn").rglob("*")):
            if path.suffix in {".py", ".mplstyle"}:
                info = zipfile.ZipInfo(path.relative_to(ROOT).as_posix())
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, path.read_bytes())


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the setting `live_python` and the steps."""
    app.add_config_value("live_python", PUBLIC, "html", str)
    app.connect("doctree-resolved", add_bars)
    app.connect("html-page-context", add_script, priority=400)  # before bookfix looks through the scripts
    app.connect("build-finished", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
