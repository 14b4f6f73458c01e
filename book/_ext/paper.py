"""Sphinx extension: the book on paper and on e-readers, where nothing can be unfolded, run or slid.

On the site proofs, hints, solutions and long checks are folded. The PDF and the EPUB show

- proofs open, below their statement;
- hints and solutions at the end, each with a link from its exercise and back (the PDF has a chapter of hints and one of
  solutions, the EPUB has them at the end of each chapter, as an e-reader loads one chapter at a time);
- of a folded check one line with its length and what it checks. The folded code is nine thousand lines. It is there to
  be run, which paper can't do, and anybody who wants to read it wants to run it too. Figures and printed results stay;
- of a figure that readers move the picture that a browser without JavaScript shows, and a line that says so.

Numbers are Sphinx's own, the same as on the site. The extensions `pdf` and `epub` make two books of the changed tree.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import notebooks
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import exercise_enumerable_node, solution_node
from sphinx_proof.nodes import NODE_TYPES

BUILDERS = frozenset({"latex", "epub"})


class statement(nodes.General, nodes.Element):  # noqa: N801 - docutils finds the visitor by the name of the class
    """A numbered box, for the PDF: `kind`, `name` and `number`; its first child is a `box_title`."""


class box_title(nodes.General, nodes.TextElement):  # noqa: N801
    """The title of a box."""


class opened(nodes.General, nodes.Element):  # noqa: N801
    """What was folded: `kind` is proof, hint, solution or aside; its first child is a `box_title`."""


class check_note(nodes.General, nodes.TextElement):  # noqa: N801
    """One line that stands for a folded check."""


class page_link(nodes.Inline, nodes.TextElement):  # noqa: N801
    """A link, in the PDF followed by the page to which it leads: `docname` and `refid`."""


# --- where a node is, and its number ---------------------------------------------------------------


def home(node: nodes.Node, env: BuildEnvironment) -> str:
    """Return the page from which a node comes; in the PDF all pages are one tree."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, addnodes.start_of_file):
            return str(node["docname"])
    return str(node["docname"]) if "docname" in node else str(env.docname)  # type: ignore[index]


def number(env: BuildEnvironment, docname: str, counter: str, label: str) -> str:
    """Return the number that Sphinx gave to a statement or an exercise."""
    return ".".join(map(str, env.toc_fignumbers[docname][counter][label]))


def top_section(document: nodes.document) -> nodes.section:
    """Return the section that a page is; metadata may stand before it."""
    return next(child for child in document.children if isinstance(child, nodes.section))


# --- folds -----------------------------------------------------------------------------------------


def folds(document: nodes.document) -> Iterator[nodes.container]:
    """Find the dropdowns."""
    for container in list(document.findall(nodes.container)):
        if container.get("design_component") == "dropdown":
            yield container


def open_fold(fold: nodes.container) -> opened:
    """Put what was folded in place of the fold."""
    title, *body = fold.children
    said = title.astext()
    kind = next((kind for kind in ("proof", "hint") if said.lower().startswith(kind)), "aside")
    result = opened(kind=kind, ids=[*fold["ids"], *title["ids"]], classes=["opened", f"opened-{kind}"])
    words = [child for child in title.children if not isinstance(child, nodes.target)]
    result += box_title(said, "", *words)
    result += body
    fold.replace_self(result)
    return result


# --- checks ----------------------------------------------------------------------------------------


def _has(node: nodes.Node, name: str) -> bool:
    return isinstance(node, nodes.container) and name in node["classes"]


def shorten_cell(env: BuildEnvironment, cell: nodes.container) -> None:
    """Leave the folded code of a cell out, and say so if it is a check."""
    inputs = [node for node in cell.children if _has(node, "cell_input")]
    code = "\n".join(node.astext() for node in inputs).strip("\n")
    for node in inputs:
        cell.remove(node)
    labels = notebooks.Cell(0, "code", code).verifies
    if labels:
        cell.parent.insert(cell.parent.index(cell), note_of(env, labels, code.count("\n") + 1))
    if not cell.children:
        cell.parent.remove(cell)


def note_of(env: BuildEnvironment, labels: tuple[str, ...], lines: int) -> check_note:
    """Write the line that stands for a check."""
    note = check_note("", "", nodes.Text("Check of "), classes=["check-note"])
    for at, label in enumerate(labels):
        if at:
            note += nodes.Text(", " if at < len(labels) - 1 else " and ")
        found = env.proof_list.get(label)
        if found is None:
            note += nodes.literal(text=label)
            continue
        count = number(env, found["docname"], found["countertype"], label)
        text = f"{found['realtype'].title()} {count}"
        note += page_link(text, text, docname=found["docname"], refid=label, plain=True)
    note += nodes.Text(f": {lines} lines, in the notebook")
    return note


# --- pictures --------------------------------------------------------------------------------------

# Colours that an SVG takes from the style sheet of the site when it stands in a page.
STYLE = {"chapter-graph": "path { fill: none; stroke: #2c5f9f; stroke-opacity: .55; }"}
STILL = "One state of a figure that readers move on the website."
_VARIABLE = re.compile(r"var\(\s*--[\w-]+\s*,\s*((?:[^()]|\([^()]*\))*?)\s*\)")


def picture(html: str) -> tuple[str, str] | None:
    """Return the first SVG in a piece of HTML as a file that stands alone, and its description."""
    found = re.search(r"<svg\b.*?</svg>", html, re.S)
    if not found:
        return None
    svg = _VARIABLE.sub(r"\1", found.group())
    opening = svg[: svg.index(">") + 1]
    told = re.search(r'aria-label="([^"]*)"', opening) or re.search(r"<desc[^>]*>(.*?)</desc>", svg, re.S)
    attributes = ["" if "xmlns=" in opening else ' xmlns="http://www.w3.org/2000/svg"']
    box = re.search(r'viewBox="([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+)"', opening)
    if box:
        opening = re.sub(r'\s(?:width|height)="[^"]*"', "", opening)
        attributes.append(f' width="{box[3]}" height="{box[4]}"')
    attributes.append(' color="#22252a"')
    style = "".join(f"<style>{rules}</style>" for name, rules in STYLE.items() if name in opening)
    svg = opening[:-1] + "".join(attributes) + ">" + style + svg[svg.index(">") + 1 :]
    return svg, told[1].strip() if told else ""


class Paper(SphinxPostTransform):
    """Change the tree of a page, or of the whole book, for a reader who can't click."""

    default_priority = 150  # references are resolved; sphinx-design and MyST-NB have not yet made folds for HTML

    def run(self, **kwargs: Any) -> None:
        """Do all that stands at the head of this file."""
        if self.app.builder.name not in BUILDERS:
            return
        for page in self.document.findall(addnodes.start_of_file):
            for child in page.children:
                child.parent = page  # Sphinx joins the pages, but leaves them their old parents
        self.flatten_cards()
        self.replace_raw()
        for cell in list(self.document.findall(lambda node: _has(node, "tag_hide-input"))):
            shorten_cell(self.env, cell)
        for fold in folds(self.document):
            open_fold(fold)
        self.answers()
        self.tidy()
        if self.app.builder.name == "latex":
            self.boxes()

    def flatten_cards(self) -> None:
        """Print the cards of a grid one below the other."""
        for box in list(self.document.findall(nodes.container)):
            part = str(box.get("design_component", ""))
            if "doors" in box["classes"]:  # they lead to downloads
                box.parent.remove(box)
                continue
            if part == "card-title":
                box.replace_self(nodes.paragraph("", "", nodes.strong("", box.astext())))
            elif part.startswith(("grid", "card")):
                box.replace_self(box.children)

    def replace_raw(self) -> None:
        """Put a picture in place of HTML that holds one."""
        for raw in list(self.document.findall(nodes.raw)):
            if "html" not in raw.get("format", "") or "<svg" not in raw.astext():
                continue
            drawn = picture(raw.astext())
            if drawn is None:
                continue
            svg, alt = drawn
            name = f"picture-{hashlib.sha256(svg.encode()).hexdigest()[:16]}.svg"
            folder = Path(self.app.outdir, *(() if self.app.builder.name == "latex" else ("_images",)))
            folder.mkdir(parents=True, exist_ok=True)
            Path(folder, name).write_text(svg, encoding="utf-8")
            if self.app.builder.name == "epub":
                name = "../" * self.env.docname.count("/") + "_images/" + name
            image = nodes.image(uri=name, alt=alt, candidates={"*": name}, picture=True, align="center", width="66%")
            moves = 'class="interactive"' in raw.astext()
            raw.replace_self([image, *([nodes.paragraph(STILL, STILL, classes=["still-note"])] if moves else [])])

    def tidy(self) -> None:
        """Mend what is wrong in the trees of others: an id that stands in every exercise, lists in paragraphs."""
        for section in self.document.findall(nodes.section):
            section["ids"] = [name for name in section["ids"] if name not in {"exercise-content", "solution-content"}]
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if any(isinstance(child, nodes.bullet_list) for child in paragraph.children):
                paragraph.replace_self(paragraph.children)

    def answers(self) -> None:
        """Move hints and solutions behind the exercises, with links both ways."""
        exercise: exercise_enumerable_node | None = None
        hints: list[tuple[exercise_enumerable_node, opened]] = []
        solutions: list[tuple[exercise_enumerable_node, opened]] = []
        for node in list(self.document.findall()):
            if isinstance(node, exercise_enumerable_node):
                exercise = node
            elif isinstance(node, opened) and node["kind"] == "hint" and exercise is not None:
                hints.append((exercise, node))
            elif isinstance(node, solution_node) and exercise is not None:
                solutions.append((exercise, self.solution(node)))
        for found, kind in ((hints, "hint"), (solutions, "solution")):
            for exercise, answer in found:
                self.link(exercise, answer, kind)
        if self.app.builder.name == "latex":
            self.appendix(hints, "Hints")
            self.appendix(solutions, "Solutions")
        elif solutions:
            last = top_section(self.document)
            for found, title in ((hints, "Hints"), (solutions, "Solutions")):
                name = title.lower()
                heading = nodes.raw("", f"<h2>{title}</h2>", format="html")  # a title would get the chapter's number
                section = nodes.section("", heading, ids=[f"answers-{name}"])
                section += [answer for _, answer in found]
                last += section

    def solution(self, node: solution_node) -> opened:
        """Make a solution what an opened fold is."""
        result = opened(kind="solution", ids=list(node["ids"]), classes=["opened", "opened-solution"])
        result += box_title("", "")
        body = node.children[1:]
        for child in body:
            result += child.children if isinstance(child, nodes.section) else child
        node.replace_self(result)
        result["classes"] = ["opened", "opened-solution"]  # not those of the fold
        return result

    def link(self, exercise: exercise_enumerable_node, answer: opened, kind: str) -> None:
        """Link an exercise and an answer, and take the answer out of the text."""
        docname = home(exercise, self.env)
        label = exercise["ids"][0]
        count = number(self.env, docname, "exercise", label)
        answer.parent.remove(answer)
        answer["ids"] = [f"{kind}-{label}", *(i for i in answer["ids"] if not i.startswith("hint"))]
        answer["docname"] = docname
        title = answer[0]
        title.clear()
        name = f"Exercise {count}"
        title += page_link(name, name, docname=docname, refid=label)
        words = exercise[0].children
        heading = [child.deepcopy() for child in words if child.astext().strip() not in {"(", ")", name}]
        if heading:
            title += [nodes.Text(". "), *heading]
        body = exercise[-1]
        if not body.children or "answer-links" not in body.children[-1].get("classes", ()):
            body += nodes.paragraph("", "", classes=["answer-links"])
        line = body.children[-1]
        if line.children:
            line += nodes.Text(" · ")
        line += page_link(kind.title(), kind.title(), docname=docname, refid=answer["ids"][0])

    def appendix(self, found: list[tuple[exercise_enumerable_node, opened]], title: str) -> None:
        """Make a chapter of answers, one section a chapter of the book, before the back matter."""
        if not found:
            return
        name = title.lower()
        chapter = nodes.section("", nodes.title("", title), ids=[f"answers-{name}"])
        sections: dict[str, nodes.section] = {}
        for _, answer in found:
            docname = answer["docname"]
            if docname not in sections:
                heading = self.env.titles[docname].astext()
                sections[docname] = nodes.section("", nodes.title("", heading), ids=[f"{name}-{docname}"])
                # Links are written with the page from which they come.
                chapter += addnodes.start_of_file("", sections[docname], docname=docname, answers=True)
            sections[docname] += answer
        top_section(self.document).append(
            nodes.compound("", addnodes.start_of_file("", chapter, docname=name), classes=["answers"])
        )

    def boxes(self) -> None:
        """Give statements and exercises a form of their own, which LaTeX can number as the site does."""
        for node in list(self.document.findall(nodes.admonition)):
            if "proof" in node["classes"]:  # a statement that is shown as an example, without a number
                box = statement(kind="theorem", name="", number="", ids=[], docname=home(node, self.env))
                box += box_title("", "", *node[0].children)
                box += node.children[1:]
                node.replace_self(box)
        types = (*set(NODE_TYPES.values()), exercise_enumerable_node)
        for node in list(self.document.findall(lambda node: isinstance(node, types))):
            docname = home(node, self.env)
            label = node["ids"][0]
            if isinstance(node, exercise_enumerable_node):
                kind, count = "exercise", number(self.env, docname, "exercise", label)
                words = [c for c in node[0].children if c.astext().strip() not in {"(", ")", f"Exercise {count}"}]
            else:
                kind, count = node["realtype"], number(self.env, docname, node["countertype"], label)
                words = list(node[0].children)
                if words and isinstance(words[0], nodes.Text):
                    words[0] = nodes.Text(words[0].lstrip())
            box = statement(kind=kind, name=kind.title(), number=count, ids=list(node["ids"]), docname=docname)
            box += box_title("", "", *words)
            for child in node.children[1:]:
                box += child.children if isinstance(child, nodes.section) else child
            node.replace_self(box)


# --- visitors for the EPUB; those for the PDF stand in pdf.py ---------------------------------------


def visit_opened(self: Any, node: opened) -> None:
    """Open a proof, a hint or a solution."""
    self.body.append(self.starttag(node, "div"))


def depart_opened(self: Any, node: opened) -> None:
    """Close it."""
    self.body.append("</div>\n")


def visit_box_title(self: Any, node: box_title) -> None:
    """Open the title of a box."""
    self.body.append('<p class="opened-title">')


def depart_box_title(self: Any, node: box_title) -> None:
    """Close it."""
    self.body.append("</p>\n")


def visit_check_note(self: Any, node: check_note) -> None:
    """Open the line that stands for a check."""
    self.body.append('<p class="check-note">')


def depart_check_note(self: Any, node: check_note) -> None:
    """Close it."""
    self.body.append(".</p>\n")


def visit_page_link(self: Any, node: page_link) -> None:
    """Open a link."""
    here = self.builder.current_docname
    page = "" if node["docname"] == here else self.builder.get_relative_uri(here, node["docname"])
    self.body.append(f'<a class="reference internal" href="{page}#{node["refid"]}">')


def depart_page_link(self: Any, node: page_link) -> None:
    """Close it."""
    self.body.append("</a>")


def nothing(self: Any, node: nodes.Node) -> None:
    """Write nothing: the boxes of the PDF don't occur in HTML."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform, the nodes, and the two kinds of book."""
    app.add_node(opened, html=(visit_opened, depart_opened))
    app.add_node(box_title, html=(visit_box_title, depart_box_title))
    app.add_node(check_note, html=(visit_check_note, depart_check_note))
    app.add_node(page_link, html=(visit_page_link, depart_page_link))
    app.add_node(statement, html=(nothing, nothing))
    app.add_post_transform(Paper)
    app.setup_extension("pdf")
    app.setup_extension("epub")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
