"""Sphinx extension: the book as a PDF.

`paper` opens and moves what the site folds. Here the tree gets the order of a printed book (about this book, parts,
numbered chapters, back matter, index), and statements get their LaTeX. How it looks is set in ``book/_paper/*.tex``.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import paper
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.latex.nodes import thebibliography
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.latex import LaTeXTranslator

FOLDER = Path(__file__).resolve().parents[1] / "_paper"
NUMBERED, UNNUMBERED = r"\setcounter{secnumdepth}{2}", r"\setcounter{secnumdepth}{-1}"


def preamble(app: Sphinx) -> str:
    """Return the preamble with what is written down elsewhere: the version and the year."""
    project = tomllib.loads(Path(app.confdir, "pyproject.toml").read_text(encoding="utf-8"))["project"]
    values = {"version": project["version"], "year": app.config.copyright}
    commands = [rf"\newcommand{{\book{name}}}{{{value}}}" for name, value in values.items()]
    return "\n".join([*commands, r"\input{preamble.tex}"])


def configure(app: Sphinx, config: Config) -> None:
    """Set what the LaTeX builder reads; `_config.yml` stays about the site."""
    config["latex_engine"] = "xelatex"
    config["latex_use_xindy"] = False
    config["latex_theme"] = "manual"
    config["latex_show_urls"] = "no"
    config["latex_domain_indices"] = False
    config["latex_additional_files"] = [str(path.relative_to(app.confdir)) for path in sorted(FOLDER.glob("*.tex"))]
    config["latex_elements"] = {
        "papersize": "a4paper",
        "pointsize": "10pt",
        "extraclassoptions": "openany,oneside",
        "fncychap": "",
        "babel": "",
        "polyglossia": r"\usepackage{polyglossia}",
        "fontenc": r"\usepackage{fontspec}",
        "fontpkg": r"\input{fonts.tex}",
        "geometry": r"\usepackage[a4paper,hmargin=30mm,top=28mm,bottom=30mm,headsep=8mm,footskip=14mm]{geometry}",
        "fvset": r"\fvset{fontsize=\footnotesize}",
        "sphinxsetup": "verbatimwithframe=false,VerbatimColor={RGB}{246,244,238},verbatimwrapslines=true,"
        "verbatimforcewraps=true,verbatimmaxunderfull=2,InnerLinkColor={RGB}{36,82,140},OuterLinkColor={RGB}{36,82,140}",
        "preamble": preamble(app),
        "maketitle": r"\input{cover.tex}",
        "tableofcontents": r"\bookcontents",
        "printindex": r"\bookindex",
    }


# --- the order of the book -------------------------------------------------------------------------


def tex(text: str) -> nodes.raw:
    """Return LaTeX that is written as it stands."""
    return nodes.raw("", text, format="latex")


class Order(SphinxPostTransform):
    """Put parts, numbered and other chapters into the order and the form of a printed book."""

    default_priority = 160  # after `paper`
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Order the tree of the whole book."""
        top = paper.top_section(self.document)
        self.about(top)
        numbered = False
        parts = iter(self.config.external_site_map.root.subtrees)
        answers = [node for node in top.children if "answers" in node.get("classes", ())]
        for node in answers:
            top.remove(node)
        for node in [child for child in top.children if "toctree-wrapper" in child.get("classes", ())]:
            part = next(parts)
            before = [tex(rf"\bookpart{{{part.caption}}}"), tex(NUMBERED if part.numbered else UNNUMBERED)]
            place = node.parent.index(node)
            if not part.numbered and numbered:  # the back matter begins
                before += answers
                answers = []
            numbered = numbered or bool(part.numbered)
            top[place:place] = before
        for chapter in list(self.document.findall(addnodes.start_of_file)):
            if chapter["docname"] == "genindex":
                chapter.parent.remove(chapter)
            elif chapter["docname"].endswith("/api"):  # long, and looked up rather than read
                chapter.parent.insert(chapter.parent.index(chapter), tex(r"\clearpage\begingroup\small"))
                chapter.parent.insert(chapter.parent.index(chapter) + 1, tex(r"\par\endgroup"))

    def about(self, top: nodes.section) -> None:
        """Make the first page of the site a chapter without a number, which LaTeX would leave without a title."""
        front = [
            child
            for child in top.children[1:]
            if "toctree-wrapper" not in child.get("classes", ()) and "answers" not in child.get("classes", ())
        ]
        for child in front:
            top.remove(child)
        chapter = nodes.section("", nodes.title("", "About this book"), *front, ids=["about-this-book"])
        top.insert(1, [tex(UNNUMBERED), addnodes.start_of_file("", chapter, docname=self.config.root_doc)])


class Mend(SphinxPostTransform):
    """Mend what Sphinx and its extensions do to the tree for LaTeX."""

    default_priority = 760  # after Sphinx has moved the bibliography to the end of the book
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Bring the bibliography back to its chapter; number only formulas that have a label; size the pictures."""
        for entries in list(self.document.findall(thebibliography)):
            for chapter in self.document.findall(addnodes.start_of_file):
                if chapter["docname"].endswith("bibliography"):
                    entries.parent.remove(entries)
                    next(chapter.findall(nodes.section)).append(entries)
                    break
        for formula in self.document.findall(nodes.math_block):
            if r"\tag{" in formula.astext() and not formula.get("nowrap"):
                formula["nowrap"] = True  # Sphinx would wrap it in `split`, where there is no \tag
                formula.children = [nodes.Text(rf"\begin{{equation*}}{formula.astext().strip()}\end{{equation*}}")]
            elif formula.get("nowrap") and not formula.get("label"):
                text = re.sub(r"\\(begin|end)\{(align|equation|gather|multline)\}", r"\\\1{\2*}", formula.astext())
                formula.children = [nodes.Text(text)]
        for image in self.document.findall(nodes.image):
            if image.get("picture"):
                self.convert(image)
        for table in self.document.findall(nodes.table):
            set_widths(table)
        self.name_once()

    def name_once(self) -> None:
        """Sphinx names each page once a `start_of_file`; the appendices and the first page have further ones."""
        for page in self.document.findall(addnodes.start_of_file):
            section = next(page.findall(nodes.section))
            if (page.get("answers") or page["docname"] == self.config.root_doc) and ":doc" in section["ids"]:
                section["ids"].remove(":doc")

    def convert(self, image: nodes.image) -> None:
        """LaTeX can't read SVG: make it a PDF."""
        folder = Path(self.app.outdir)
        target = Path(image["uri"]).with_suffix(".pdf").name
        subprocess.run(["rsvg-convert", "--format=pdf", f"--output={target}", image["uri"]], cwd=folder, check=True)
        image["uri"], image["candidates"] = target, {"*": target}


WIDE = 78  # letters of a table that fit into a line


def set_widths(table: nodes.table) -> None:
    """Give a wide table columns whose lines can break, and a long one pages on which it can."""
    group = next(table.findall(nodes.tgroup))
    rows = [list(row.findall(nodes.entry)) for row in group.findall(nodes.row)]
    columns = [[_length(entry) for entry in column] for column in zip(*rows, strict=True)]
    longest = [max(column) for column in columns]
    if len(rows) > 12:
        table["classes"].append("longtable")
    if len(rows) <= 12 and sum(longest) <= WIDE:
        return
    words = [max(_word(row[at]) for row in rows) for at in range(len(columns))]
    if sum(longest) <= WIDE:
        widths = [float(length) for length in longest]
        if sum(widths) < WIDE:
            widths.append(WIDE - sum(widths))  # room to the right
    else:
        wanted = [(length * sum(column) / len(rows)) ** 0.5 for length, column in zip(longest, columns, strict=True)]
        room = max(WIDE - sum(words), 0)
        widths = [word + room * want / sum(wanted) for word, want in zip(words, wanted, strict=True)]
    total = round(100 * sum(widths))
    table["colspec"] = "".join(rf"\X{{{round(100 * width)}}}{{{total}}}" for width in widths[: len(columns)])


def _length(entry: nodes.entry) -> int:
    """Count letters as they are printed, roughly: commands of a formula are not."""
    text = " ".join(_printed(part) for part in entry.findall() if isinstance(part, nodes.Text))
    return max(len(text.strip()) + 2, 3)


def _printed(text: nodes.Text) -> str:
    if isinstance(text.parent, nodes.math):
        return re.sub(r"\\[A-Za-z]+|[{}^_\\,;!$]", lambda m: "x" if len(m[0]) > 2 else "", str(text))
    return str(text)


def _word(entry: nodes.entry) -> int:
    """Return the length of what can't be broken."""
    longest = 3
    for part in entry.findall():
        if isinstance(part, nodes.Text):
            pieces = [_printed(part)] if isinstance(part.parent, nodes.math) else re.split(r"[\s/_.-]", str(part))
            longest = max(longest, *(len(piece) + 2 for piece in pieces))
    return min(longest, 30)


def broken_sum(text: str) -> str:
    """Break a long sum that a program printed before its summands."""
    if len(text) < 260 or r"\\" in text or "&" in text:
        return text
    depth, parts, start = 0, [], 0
    for found in re.finditer(r"\\(?:left|right)\b|\\[{}]|[{}]| [+-] ", text):
        token = found.group()
        if token in {"{", r"\left"}:
            depth += 1
        elif token in {"}", r"\right"}:
            depth -= 1
        elif depth == 0 and "\\" not in token and text[start : found.start()].replace(r"\displaystyle", "").strip():
            parts.append(text[start : found.start()])
            start = found.start()
    parts.append(text[start:])
    return text if len(parts) == 1 else "&" + r" \\ &\displaystyle{}".join(parts)


# --- LaTeX -----------------------------------------------------------------------------------------


_SORT_KEY = re.compile(r"(?<=\\index\{)[^{}@]*@|(?<=!)[^{}@!]*@")


def _plain(text: str) -> str:
    """Write a word without accents."""
    letters = unicodedata.normalize("NFKD", text.translate(str.maketrans("ŁłØøĐđı", "LlOoDdi")))
    return "".join(letter for letter in letters if letter.isascii())


SMALL = {"answer-links", "still-note"}


class Translator(LaTeXTranslator):
    """Write the boxes of the book; all else is Sphinx's."""

    def page_id(self, label: str, docname: str | None = None) -> str:
        """Return the name of a place as Sphinx writes it."""
        return rf"\detokenize{{{docname or self.curfilestack[-1]}:{label}}}"

    def visit_index(self, node: addnodes.index, pattern: re.Pattern[str] = _SORT_KEY) -> None:
        """Sort accented letters where readers look for them: the program that sorts the index knows ASCII only."""
        start = len(self.body)
        try:
            super().visit_index(node)
        finally:
            self.body[start:] = [pattern.sub(lambda found: _plain(found.group()), part) for part in self.body[start:]]

    def visit_table(self, node: nodes.table) -> None:
        """Set the columns that `set_widths` computed."""
        super().visit_table(node)
        if node.get("colspec"):
            self.table.colspec = f"{{{node['colspec']}}}\n"  # type: ignore[union-attr]

    def visit_math_block(self, node: nodes.math_block) -> None:
        """Write a formula so that it is made smaller if it doesn't fit into the line."""
        if node.get("nowrap"):
            super().visit_math_block(node)
        text = node.astext().strip()
        label = f"\\label{{equation:{node['docname']}:{node['label']}}}" if node.get("label") else ""
        kind = "equation" if label else "equation*"
        text = broken_sum(re.sub(r"\n\s*\n", r"\\\\\n", text))
        self.body.append(f"\n\\begin{{{kind}}}{label}\\bookfit{{%\n{text}%\n}}\\end{{{kind}}}")
        raise nodes.SkipNode

    def visit_statement(self, node: paper.statement) -> None:
        """Open a box; its number is Sphinx's, and a reference in LaTeX prints it."""
        names = [self.page_id(name, node["docname"]) for name in node["ids"]]
        if node["kind"] == "exercise":
            names.append(f"exercise:{node['ids'][0]}")
        labels = "".join(rf"\label{{{name}}}" for name in names)
        self.body.append(
            f"\n\\begin{{bookstatement}}{{{node['kind']}}}{{{node['name']}}}{{{node['number']}}}{{{labels}}}"
        )

    def depart_statement(self, node: paper.statement) -> None:
        """Close it."""
        self.body.append("\n\\end{bookstatement}\n")

    def visit_opened(self, node: paper.opened) -> None:
        """Open a proof, a hint or a solution."""
        labels = "".join(rf"\label{{{self.page_id(name)}}}" for name in node["ids"])
        self.body.append(f"\n\\begin{{book{node['kind']}}}{{\\phantomsection{labels}}}")

    def depart_opened(self, node: paper.opened) -> None:
        """Close it; the sign at the end of a proof goes into its last line, be it text or a formula."""
        if node["kind"] == "proof":
            while not self.body[-1].strip():
                self.body.pop()
            last = self.body[-1].rstrip()
            if last.endswith(r"\end{equation*}") and r"\bookfit" in last:
                self.body[-1] = last.removesuffix(r"\end{equation*}") + r"\tag*{\bookbox}\end{equation*}"
            else:
                # After a list or a listing it needs a line of its own.
                line = r"\par\noindent\null" if re.search(r"\\end\{[^{}]*\}$", last) else ""
                self.body[-1] = last + line + r"\bookqed"
        self.body.append(f"\n\\end{{book{node['kind']}}}\n")

    def visit_box_title(self, node: paper.box_title) -> None:
        """Write a title as an argument of the box."""
        self.body.append("{")

    def depart_box_title(self, node: paper.box_title) -> None:
        """Close it."""
        self.body.append("}\n")

    def visit_check_note(self, node: paper.check_note) -> None:
        """Open the line that stands for a check."""
        self.body.append("\n\\bookcheck{")

    def depart_check_note(self, node: paper.check_note) -> None:
        """Close it."""
        self.body.append("}\n")

    def visit_page_link(self, node: paper.page_link) -> None:
        """Open a link."""
        self.body.append(rf"\hyperref[{self.page_id(node['refid'], node['docname'])}]{{")

    def depart_page_link(self, node: paper.page_link) -> None:
        """Close it, and add the page."""
        self.body.append("}")
        if not node.get("plain"):
            self.body.append(rf" (page~\pageref*{{{self.page_id(node['refid'], node['docname'])}}})")

    def visit_paragraph(self, node: nodes.paragraph) -> None:
        """Set small the line with the pages of hint and solution, and that below a figure that moves elsewhere."""
        super().visit_paragraph(node)
        if SMALL & set(node["classes"]):
            self.body.append(r"\booksmall{")

    def depart_paragraph(self, node: nodes.paragraph) -> None:
        """Close it."""
        if SMALL & set(node["classes"]):
            self.body.append("}")
        super().depart_paragraph(node)


def use_translator(app: Sphinx) -> None:
    """Write LaTeX our way. Only here: if there is any translator, the theme of the site does without its own."""
    if app.builder.name == "latex":
        app.set_translator("latex", Translator)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transforms and the translator."""
    app.connect("config-inited", configure, priority=100)  # before Sphinx checks the values, at 800, and derives others
    app.connect("builder-inited", use_translator)
    app.add_post_transform(Order)
    app.add_post_transform(Mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
