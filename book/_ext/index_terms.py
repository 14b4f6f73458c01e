"""Sphinx extension: puts the entries of ``book/index.yml`` into the index.

The notebooks stay free of roles that only Sphinx understands, and the whole index can be read and mended in one file.
The checkers of the exercises are left out: nobody looks them up, and they are a third of all functions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

PATH = Path("book/index.yml")


def read_index(path: Path) -> dict[str, tuple[str, ...]]:
    """Read the index: entry -> places."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {entry: (places,) if isinstance(places, str) else tuple(places) for entry, places in raw.items()}


class IndexTerms(SphinxTransform):
    """Give the statements and headings of a page the entries that lead to them."""

    default_priority = 840  # before Sphinx collects the entries of the page, at 850

    def apply(self, **kwargs: Any) -> None:
        """Insert an index node before each target."""
        path = Path(self.env.srcdir) / PATH
        self.env.note_dependency(str(path))
        page = Path(self.env.docname).name
        for index in self.document.findall(addnodes.index):
            index["entries"] = [entry for entry in index["entries"] if "mathnn.exercises" not in entry[1]]
        targets = {name: node for node in self.document.findall(nodes.Element) for name in node.get("ids", ())}
        for entry, places in read_index(path).items():
            for place in places:
                chapter, _, heading = place.rpartition("#")
                if (not chapter or chapter == page) and heading in targets:
                    node = targets[heading]
                    index = addnodes.index("", entries=[("single", entry, heading, "", None)])
                    if isinstance(node, nodes.section):
                        node.insert(1, index)  # the title must stay the first
                    else:
                        node.parent.insert(node.parent.index(node), index)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_transform(IndexTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
