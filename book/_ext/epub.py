"""Sphinx extension: the book as an EPUB 3, for e-readers.

`paper` opens and moves what the site folds, and `mathml` writes the formulas. Here the files that only the site needs
stay out: an e-reader runs no script and has its own fonts, pages and search.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import descriptions
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder
from sphinx.config import Config

FOLDER = Path(__file__).resolve().parents[1] / "_paper" / "epub"


def configure(app: Sphinx, config: Config) -> None:
    """Set what the EPUB builder reads; `_config.yml` stays about the site."""
    project = tomllib.loads(Path(app.confdir, "pyproject.toml").read_text(encoding="utf-8"))["project"]
    author = project["authors"][0]["name"]
    values = {
        "basename": "book",
        "title": config["html_title"] or config["project"],
        "author": author,
        "publisher": author,
        "copyright": f"{config['copyright']} {author}. Text and figures: CC BY 4.0. Code: BSD-3-Clause.",
        "theme_options": {},
        "description": descriptions.WRITTEN["index"],
        "contributor": author,
        "identifier": f"urn:uuid:{uuid5(NAMESPACE_URL, config['project'] + project['version'])}",
        "scheme": "UUID",
        "uid": "book-id",
        "language": "en",
        "css_files": ["epub.css"],
        "cover": ("_static/cover.png", "epub-cover.html"),
        "show_urls": "no",
        "tocdepth": 2,
        "tocdup": False,
        "tocscope": "includehidden",
        "exclude_files": [".buildinfo"],
    }
    for name, value in values.items():
        config[f"epub_{name}"] = value


def complete(app: Sphinx) -> None:
    """Give the EPUB the version of the package, which on the site stands in the text, and sections in its contents."""
    if app.builder.name == "epub":
        for part in app.config.external_site_map.root.subtrees:
            part.titlesonly = False
        project = tomllib.loads(Path(app.confdir, "pyproject.toml").read_text(encoding="utf-8"))["project"]
        app.config["version"] = project["version"]


def use_own_files(app: Sphinx) -> None:
    """Leave the scripts, fonts and styles of the site out of the EPUB."""
    if app.builder.name != "epub":
        return
    folder = Path(app.doctreedir).parent / "epub-static"
    folder.mkdir(parents=True, exist_ok=True)
    cover(folder / "cover.png", app.config.epub_title, app.config.epub_author)
    app.config.html_static_path = [str(folder), str(FOLDER)]


def cover(path: Path, title: str, author: str) -> None:
    """Draw the cover: the title, and the logo of the book."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle, Rectangle

    with mpl.rc_context({"font.family": "DejaVu Sans"}):
        figure = Figure(figsize=(6, 8), dpi=200, facecolor="#f6f4ee")
        FigureCanvasAgg(figure)
        page = figure.add_axes((0, 0, 1, 1), xlim=(0, 60), ylim=(0, 80))
        page.set_axis_off()
        page.add_patch(Rectangle((0, 0), 2.4, 80, color="#2c5f9f"))
        name, _, subtitle = title.partition(": ")
        page.text(8, 68, name, fontsize=33, fontweight="bold", color="#22252a", va="bottom")
        page.text(8, 62, subtitle, fontsize=20, color="#2c5f9f", va="bottom")
        left, middle, right = [(12, 41), (12, 21)], [(27, 46), (27, 31), (27, 16)], (44, 31)
        for x, y in middle:
            for start in (*left, right):
                page.plot([start[0], x], [start[1], y], color="#2c5f9f", alpha=0.65, linewidth=2.4, zorder=1)
        for at in (*left, *middle):
            page.add_patch(Circle(at, 3.9, color="#2c5f9f", zorder=2))
        page.add_patch(Rectangle((right[0] - 4.5, right[1] - 4.5), 9, 9, color="#8a4413", zorder=2))
        figure.savefig(path, metadata={"Software": None})


class EpubBuilder(Epub3Builder):
    """Sphinx's builder, with a list of contents that is right for MathML and for a page named `genindex`."""

    def get_refnodes(self, doctree: nodes.Node, result: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """List chapters and sections with the numbers that they have on the site."""
        before = len(result)
        super().get_refnodes(doctree, result)
        if isinstance(doctree, nodes.reference) and doctree.get("secnumber") and len(result) > before:
            result[-1]["text"] = f"{'.'.join(map(str, doctree['secnumber']))} {result[-1]['text']}"
        return result

    def build_content(self) -> None:
        """Declare which pages have formulas; don't name a page that isn't there."""
        super().build_content()
        path = Path(self.outdir, "content.opf")
        text = path.read_text(encoding="utf-8")
        for item in re.findall(r"<item [^>]*\.xhtml[^>]*/>", text):
            page = Path(self.outdir, re.search(r'href="([^"]*)"', item)[1])  # type: ignore[index]
            if page.exists() and "<math" in page.read_text(encoding="utf-8"):
                text = text.replace(item, item.replace("/>", 'properties="mathml" />'))
        there = set(re.findall(r'<item id="([^"]*)"', text))
        for reference in re.findall(r'\s*<itemref idref="[^"]*" />', text):
            if reference.split('"')[1] not in there:
                text = text.replace(reference, "")
        text = text.replace('<meta property="ibooks:version"></meta>', "")
        path.write_text(text, encoding="utf-8")

    def build_toc(self) -> None:
        """Name the book in the old list of contents as in the new one."""
        super().build_toc()
        path = Path(self.outdir, "toc.ncx")
        text = path.read_text(encoding="utf-8")
        text = text.replace(f'content="{self.config.epub_uid}"', f'content="{self.config.epub_identifier}"')
        path.write_text(text, encoding="utf-8")


def clean_page(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Keep one style sheet and no script; XHTML that the checker of EPUBs accepts."""
    if app.builder.name != "epub":
        return
    context["script_files"] = []
    context["css_files"] = [file for file in context["css_files"] if str(file.filename).endswith("epub.css")]
    context["metatags"] = ""
    if "body" in context:
        body = re.sub(r'<a class="headerlink".*?</a>|<script.*?</script>', "", context["body"], flags=re.S)
        # A long signature is a list of definitions without a term, inside a term.
        context["body"] = re.sub(r"<dl>\s*((?:<dd>.*?</dd>\s*)+)</dl>", _signature, body, flags=re.S)


def _signature(found: re.Match[str]) -> str:
    lines = found[1].replace("<dd>", '<span class="sig-line">').replace("</dd>", "</span>")
    return lines if 'class="sig-param"' in lines else found[0]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the builder and the settings."""
    app.add_builder(EpubBuilder, override=True)
    app.connect("config-inited", configure, priority=100)
    app.connect("builder-inited", complete, priority=100)  # before Sphinx complains that there is none
    app.connect("builder-inited", use_own_files, priority=900)  # after the extensions have added their files
    app.connect("html-page-context", clean_page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
