"""The rules that every page of the built site must keep.

Each gate takes the pages of a site, ``{path: HTML}``, and returns its objections. `test_site.py` applies them to the
real site, and shows of each that it catches a planted defect.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

# Parsed pages by their paths in the site.
Site = dict[str, BeautifulSoup]

# Markup that should have become something else.
LEAKED = {
    "a colon fence": re.compile(r":::"),
    "a directive": re.compile(r"\{[a-z][\w:-]*\}\s*`|```|^\s*\{[a-z][\w:-]*\}", re.M),
    "a role": re.compile(r"\{(?:prf:ref|numref|ref|eq|cite[a-z:]*|doc|py:\w+)\}"),
    "mathematics": re.compile(r"\$\$|\\begin\{|\\mathbb|(?<!\\)\$\\"),
    "a reference to nowhere": re.compile(r"\?\?|\[\?\]"),
    "an option of a directive": re.compile(r"^\s*:(?:label|class|name|nonumber):", re.M),
    "a heading": re.compile(r"^#{1,6} \w", re.M),
    "bold print": re.compile(r"(?<![*\w])\*\*\w[^*\n]*\*\*"),
}
UNREAD = ("code", "pre", "script", "style", "template", "noscript")


def parse(pages: dict[str, str]) -> Site:
    return {path: BeautifulSoup(text, "html.parser") for path, text in pages.items()}


def leaks(site: Site) -> list[str]:
    """No markup is visible in the text of a page."""
    found = []
    for path, page in site.items():
        for piece in page.find_all(string=True):
            if type(piece).__name__ != "NavigableString":
                continue  # comments, style sheets, scripts
            parents = list(piece.parents)
            if any(parent.name in UNREAD for parent in parents):
                continue
            found += [
                f"{path}: {what} shows in the text: {hit[0].strip()!r} in {piece.strip()[:60]!r}"
                for what, pattern in LEAKED.items()
                if (hit := pattern.search(piece))
            ]
    return found


def links(site: Site, files: set[str]) -> list[str]:
    """Every link inside the site leads to a file, and every anchor to an element."""
    anchors = {
        path: {tag[key] for key in ("id", "name") for tag in page.find_all(attrs={key: True})}
        for path, page in site.items()
    }
    found = []
    for path, page in site.items():
        for tag in page.find_all(href=True) + page.find_all(src=True):
            url = urlsplit(tag.get("href") or tag.get("src"))
            if url.scheme or url.netloc:
                continue
            target = normpath(join(dirname(path), unquote(url.path))) if url.path else path
            target = target if not url.path.endswith("/") else join(target, "index.html")
            anchor = unquote(url.fragment)
            if target.startswith("..") or target not in files:
                found.append(f"{path}: the link {url.geturl()!r} leads nowhere")
            # The browser itself defines #top.
            elif anchor not in {"", "top"} and anchor not in anchors.get(target, {anchor}):
                found.append(f"{path}: the anchor of {url.geturl()!r} does not exist")
    return found


def names(site: Site) -> list[str]:
    """Every page has a title, and every link in its text says something."""
    found = []
    for path, page in site.items():
        title = page.title.get_text() if page.title else ""
        # A title such as "— Name of the book" is that of a page without one.
        if not re.match(r"\w", title.strip()):
            found.append(f"{path}: the page has no title, only {title!r}")
        found += [
            f"{path}: a link to {tag['href']!r} has no text"
            for tag in (page.find("article") or page).find_all("a", href=True)
            if not (tag.get_text().strip() or tag.get("aria-label") or tag.find("img"))
        ]
    return found


def heads(site: Site, book: str) -> list[str]:
    """Every page says in its head what it is: title, dash, book, and a description that no other page has."""
    found = []
    pages_of: dict[str, list[str]] = {}
    for path, page in site.items():
        title = page.title.get_text() if page.title else ""
        if title != book and not re.fullmatch(rf"\S.* — {re.escape(book)}", title):
            found.append(f"{path}: the title is {title!r}")
        texts = [tag.get("content", "") for tag in page.find_all("meta", attrs={"name": "description"})]
        if len(texts) != 1 or not 50 <= len(texts[0]) <= 160:
            found.append(f"{path}: not one description of 50 to 160 characters, but {texts}")
        for text in set(texts):
            pages_of.setdefault(text, []).append(path)
    return found + [f"{paths}: the same description" for paths in pages_of.values() if len(paths) > 1]


HEADINGS = "h1, h2, h3, h4, h5, h6"


def outline(site: Site) -> list[str]:
    """A screen reader finds its way: one first heading, no level left out, boxes and cells named, no id twice."""
    found = []
    for path, page in site.items():
        part = page.find("article") or page  # the rest of the page has a first heading for paper, which no screen shows
        levels = [int(tag.get("aria-level") or tag.name[1]) for tag in part.select(f"{HEADINGS}, [role=heading]")]
        if levels.count(1) != 1:
            found.append(f"{path}: {levels.count(1)} headings of level 1")
        found += [f"{path}: heading {b} after {a}" for a, b in pairwise(levels) if b > a + 1]
        for box in page.select("div.proof, div.exercise"):
            if not box.select_one(":scope > .admonition-title[role=heading]"):
                found.append(f"{path}: the title of {box.get('id')} is no heading")
        cells = [cell.get("aria-label") for cell in page.select("div.cell")]
        if cells != [f"Code cell {number}" for number in range(1, len(cells) + 1)]:
            found.append(f"{path}: the cells are named {cells}")
        found += [
            f"{path}: {tag.get('aria-label')!r} hides what the fold says" for tag in page.select("summary[aria-label]")
        ]
        ids = Counter(tag["id"] for tag in page.find_all(id=True))
        found += [f"{path}: the id {name} stands {times} times" for name, times in ids.items() if times > 1]
    return found


def alt_texts(site: Site) -> list[str]:
    """Every picture has an alternative text; empty only in a link that says in words where it leads."""
    return [
        f"{path}: the picture {tag.get('src')} has no alternative text"
        for path, page in site.items()
        for tag in page.find_all("img")
        if not (tag.get("alt") or "").strip() and not _is_decoration(tag)
    ]


def _is_decoration(tag: Tag) -> bool:
    link = tag.find_parent("a")
    return "alt" in tag.attrs and link is not None and bool(link.get_text(strip=True))


LOADING = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "input": ("src",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
}
# Links that tell search engines something, and make no browser load anything.
SILENT = {"canonical", "author", "license", "next", "prev", "search", "index", "alternate", "me"}
HOST = r"(?:https?:)?//[^\s\"'()<>]+"
IN_CSS = re.compile(rf"(?:url\(\s*[\"']?|@import\s+[\"'])({HOST})", re.I)
IN_JS = re.compile(
    rf"(?:\bimport\s*\(\s*|\bfrom\s*|\bimport\s+|\bimportScripts\(\s*|\bfetch\(\s*|\.src\s*=\s*)[\"'`]({HOST})"
)


def foreign_in_page(site: Site) -> list[str]:
    """No page loads anything from another host. Mere links to other hosts are fine."""
    found = []
    for path, page in site.items():
        loaded = [
            value
            for name, attributes in LOADING.items()
            for tag in page.find_all(name)
            for attribute in attributes
            for value in str(tag.get(attribute, "")).split(",")
        ]
        loaded += [tag.get("href", "") for tag in page.find_all("link") if not SILENT & set(tag.get("rel", ()))]
        found += [
            f"{path}: loads {value.strip()!r} from another host" for value in loaded if re.match(HOST, value.strip())
        ]
        for tag in page.find_all("style"):
            found += [f"{path}: {o}" for o in foreign_in_text(tag.get_text(), IN_CSS)]
        for tag in page.find_all(style=True):
            found += [f"{path}: {o}" for o in foreign_in_text(tag["style"], IN_CSS)]
        for tag in page.find_all("script"):
            found += [f"{path}: {o}" for o in foreign_in_text(tag.get_text(), IN_JS)]
    return found


def foreign_in_text(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield what a style sheet or a script loads from another host."""
    for hit in pattern.finditer(text):
        yield f"loads {hit[1]!r} from another host"


def foreign_in_files(root: Path) -> list[str]:
    """Apply the same to all style sheets and scripts of a site."""
    found = []
    for path in sorted(root.rglob("*")):
        pattern = {".css": IN_CSS, ".js": IN_JS, ".mjs": IN_JS}.get(path.suffix)
        if pattern:
            text = path.read_text(encoding="utf-8", errors="replace")
            name = path.relative_to(root).as_posix()
            found += [f"{name}: {objection}" for objection in foreign_in_text(text, pattern)]
    return found


def asked_by_live_code(root: Path, address: str) -> list[str]:
    """Scripts that run cells name no host. Their settings name one, which a reader is told before it is asked."""
    found = []
    for path in sorted((root / "_static" / "live").iterdir()):
        if path.suffix != ".zip":
            text = path.read_text(encoding="utf-8")
            named = re.findall(r"https?://(?!localhost[:/])[^\s\"'`<>]+|(?<=[\"'`])//[\w.-]+", text)
            allowed = [address] if path.name == "live.json" else []
            found += [f"{path.name}: names {url!r}" for url in named if url not in allowed]
    return found


def downloads(site: Site, files: set[str], notebooks: tuple[str, ...]) -> list[str]:
    """Every notebook can be downloaded from its page. `notebooks` are paths without ending."""
    found = []
    for name in notebooks:
        source = f"_sources/{name}.ipynb"
        page = site.get(f"{name}.html")
        if page is None:
            found.append(f"{name}.html: the page is missing")
            continue
        targets = {
            normpath(join(dirname(name), unquote(urlsplit(tag["href"]).path))) for tag in page.find_all("a", href=True)
        }
        if source not in files:
            found.append(f"{source}: the file is missing")
        if source not in targets:
            found.append(f"{name}.html: no link to {source}")
    return found
