"""PDF, EPUB and download agree with the site, are whole, and can be used.

Run by `make test-paper`, which builds the site first. What needs a tool that the machine lacks is skipped, and pytest
says why.
"""

import doctest
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import paper
import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
DOWNLOAD = ROOT / "_build" / "download"
LATEX = ROOT / "_build" / "paper" / "_build" / "latex"

TEX = ("latexmk", "xelatex", "rsvg-convert")


def make(target: str, *tools: str) -> None:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"make {target} needs {', '.join(missing)}: CONTRIBUTING.md says how to install it")
    done = subprocess.run(["make", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


# --- what has a number ------------------------------------------------------------------------------


def numbers_of_page(page: str, text: str) -> dict[str, str]:
    """Statements, exercises, sections and formulas of a page in HTML: place -> what is printed."""
    soup = BeautifulSoup(text, "html.parser")
    found = {}
    for box in soup.select("div.admonition[id]"):
        number = box.select_one("p.admonition-title > span.caption-number")
        if number:
            found[f"{page}#{box['id']}"] = " ".join(number.get_text().split())
    for section in soup.select("section[id]"):
        number = section.select_one(":scope > :is(h1, h2, h3) > span.section-number")
        if number:
            found[f"{page}#{section['id']}"] = number.get_text().strip(". \N{NO-BREAK SPACE}")
    for number in soup.select("div.math span.eqno"):
        holder = number.find_parent("div")
        places = [holder.get("id"), *(tag.get("id") for tag in holder.find_all(id=True))]
        found |= {
            f"{page}#{place}": number.get_text().strip("#() ") for place in places if place and "equation" in place
        }
    return found


def books_pages(files: dict[str, str]) -> dict[str, str]:
    found = {}
    for name, text in files.items():
        found |= numbers_of_page(name, text)
    return found


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    if not (SITE / "index.html").exists():
        pytest.fail("there is no site: run `make test-paper`, which builds it")
    return books_pages({page.stem: page.read_text(encoding="utf-8") for page in sorted((SITE / "book").glob("*.html"))})


def test_numbers_are_found(site):
    kinds = {value.split()[0] for value in site.values() if " " in value}
    assert {"Definition", "Theorem", "Proposition", "Lemma", "Example", "Algorithm", "Exercise"} <= kinds
    assert len(site) > 400


# --- PDF --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pdf() -> Path:
    make("pdf", *TEX)
    return DOWNLOAD / "neural-networks.pdf"


@pytest.fixture(scope="module")
def log(pdf) -> str:
    # TeX breaks its lines after 79 characters, words or not.
    return (LATEX / "book.log").read_text(encoding="utf-8", errors="replace")


def test_pdf_has_the_numbers_of_the_site(pdf, site):
    aux = (LATEX / "book.aux").read_text(encoding="utf-8")
    labels = dict(re.findall(r"\\newlabel\{book/([^}]*)\}\{\{([^}]*)\}", aux))
    source = (LATEX / "book.tex").read_text(encoding="utf-8")
    boxes = re.findall(
        r"\\begin\{bookstatement\}\{\w+\}\{(\w+)\}\{([\d.]+)\}\{\\label\{\\detokenize\{book/([^}]*)\}\}", source
    )
    printed = labels | {label: f"{name} {number}" for name, number, label in boxes}
    for name, number, label in boxes:
        assert labels[label] == number, f"{name} {number} is referred to as {labels[label]}"
    wanted = {}
    for place, value in site.items():
        page, _, name = place.partition("#")
        top = name.replace("-", "_") == page  # the section of a whole page: Sphinx names it `doc`
        wanted[f"{page}::doc" if top else f"{page}:{name}"] = value
    assert {label: printed.get(label) for label in wanted} == wanted


def test_pdf_prints_the_numbers(pdf, site):
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext: CONTRIBUTING.md says how to install it")
    text = " ".join(run("pdftotext", pdf, "-").split())
    missing = [value for value in site.values() if " " in value and f"{value} " not in text]
    assert not missing


def test_pdf_is_set_well(log):
    found = re.findall(r"^Overfull \\[hv]box \(([\d.]+)pt.*$", log, re.M)
    assert max(map(float, found), default=0) < 4
    assert not re.findall(r"^Missing character.*$", log, re.M)
    assert not re.findall(r"^.*(?:undefined|multiply.defined).*$", log, re.M)


def test_no_formula_is_small_print(log):
    made = re.findall(r"Formula made smaller: ([\d.]+)pt into\s+([\d.]+)pt", log)
    assert min((float(room) / float(width) for width, room in made), default=1) > 0.8


def test_pdf_has_all_parts(pdf):
    contents = (LATEX / "book.toc").read_text(encoding="utf-8")
    chapters = re.findall(r"\\contentsline \{chapter\}\{(?:\\numberline \{\d+\})?([^}]*)\}", contents)
    assert chapters[0] == "About this book"
    assert chapters.index("Hints") + 1 == chapters.index("Solutions")
    assert chapters[-1] == "Index"
    assert "Bibliography" in chapters
    source = (LATEX / "book.tex").read_text(encoding="utf-8")
    exercises = len(re.findall(r"\\begin\{bookstatement\}\{exercise\}", source))
    assert exercises == source.count(r"\begin{bookhint}") == source.count(r"\begin{booksolution}") > 0
    index = (LATEX / "book.ind").read_text(encoding="utf-8")
    assert index.count(r"\item") > 100


def test_proofs_are_open_and_checks_named(pdf):
    source = (LATEX / "book.tex").read_text(encoding="utf-8")
    assert source.count(r"\begin{bookproof}") > 150
    assert source.count(r"\bookcheck{") > 100
    for opening in re.findall(r"\\begin\{sphinxVerbatim\}.*\n(.*)", source):
        assert "tag_hide-input" not in opening


def test_pdf_has_metadata_bookmarks_and_its_fonts(pdf):
    if not shutil.which("pdfinfo"):
        pytest.skip("no pdfinfo: CONTRIBUTING.md says how to install it")
    info = run("pdfinfo", pdf)
    assert re.search(r"^Title: +Neural Networks: Proofs and Programs$", info, re.M)
    assert re.search(r"^Author: +\S", info, re.M)
    assert run("pdftohtml", "-xml", "-i", "-stdout", "-l", "1", pdf).count("<item") > 100
    fonts = run("pdffonts", pdf).splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts), "a font is not embedded"


# --- EPUB -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def epub() -> Path:
    make("epub")
    return DOWNLOAD / "neural-networks.epub"


@pytest.fixture(scope="module")
def pages(epub) -> dict[str, str]:
    with ZipFile(epub) as archive:
        names = [name for name in archive.namelist() if re.fullmatch(r"book/\w+\.xhtml", name)]
        return {Path(name).stem: archive.read(name).decode() for name in names}


def test_epub_has_the_numbers_of_the_site(pages, site):
    assert books_pages(pages) == site


def test_contents_of_epub_have_the_sections_with_the_numbers_of_the_site(epub, site):
    with ZipFile(epub) as archive:
        contents = BeautifulSoup(archive.read("nav.xhtml"), "html.parser")
    listed = {}
    for link in contents.select("nav a[href^='book/']"):
        page, _, place = link["href"].removeprefix("book/").partition("#")
        page = page.removesuffix(".xhtml")
        number = re.match(r"[\d.]+(?= )", link.get_text())
        if number:
            listed[f"{page}#{place or page.replace('_', '-')}"] = number[0]
    numbers = {place: value for place, value in site.items() if "#equation-" not in place}
    headings = {place: value for place, value in numbers.items() if re.fullmatch(r"\d+(\.\d+)?", value)}
    assert listed == headings
    assert len(listed) > 100


def test_epub_is_valid(epub):
    # The package installs the Java archive itself, which runs only where the system starts archives.
    checker = shutil.which("epubcheck")
    if checker is None or shutil.which("java") is None:
        pytest.skip("no epubcheck: CONTRIBUTING.md says how to install it")
    is_archive = Path(checker).read_bytes()[:2] == b"PK"
    command = ["java", "-jar", checker] if is_archive else [checker]
    done = subprocess.run([*command, str(epub)], capture_output=True, text=True, check=False)
    assert "0 fatals / 0 errors / 0 warnings" in done.stdout + done.stderr, (done.stdout + done.stderr)[:4000]


def test_epub_has_mathml_and_nothing_to_run(pages):
    for name, text in pages.items():
        assert "<script" not in text
        assert not re.search(r"\\\(|\\\[|\$\$", BeautifulSoup(text, "html.parser").get_text()), name
    assert sum(text.count("<math") for text in pages.values()) > 5000


def test_epub_folds_nothing(pages, site):
    text = "".join(pages.values())
    assert "<details" not in text
    exercises = sum(value.startswith("Exercise") for value in site.values())
    assert text.count('class="opened opened-hint"') == text.count('class="opened opened-solution"') == exercises > 0


def test_a_figure_that_moves_says_so_where_it_stands_still(pages, pdf):
    built = [page.read_text(encoding="utf-8") for page in (SITE / "book").glob("*.html")]
    moving = sum(text.count('<div class="interactive"') for text in built)
    assert sum(text.count(paper.STILL) for text in pages.values()) == moving > 8
    assert (LATEX / "book.tex").read_text(encoding="utf-8").count(paper.STILL) == moving


def test_links_of_epub(pages):
    places = {
        name: {tag["id"] for tag in BeautifulSoup(text, "html.parser").find_all(id=True)}
        for name, text in pages.items()
    }
    for name, text in pages.items():
        for link in BeautifulSoup(text, "html.parser").select("a[href*='#']"):
            page, _, place = link["href"].partition("#")
            page = Path(page).stem or name
            if "://" not in link["href"] and page in places:
                assert place in places[page], f"{name}: {link['href']}"


# --- download ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    make("download")
    folder = tmp_path_factory.mktemp("download")
    with ZipFile(DOWNLOAD / "neural-networks.zip") as archive:
        archive.extractall(folder)
    return folder / "neural-networks"


def test_download_is_the_site(unpacked):
    packed = {path.relative_to(unpacked / "site") for path in (unpacked / "site").rglob("*") if path.is_file()}
    built = {path.relative_to(SITE) for path in SITE.rglob("*") if path.is_file() and path.name != ".buildinfo"}
    assert packed == built
    chapters = {path.name for path in (ROOT / "book").glob("*.ipynb")}
    assert {path.name for path in (unpacked / "notebooks").iterdir()} <= chapters
    assert len(list((unpacked / "notebooks").iterdir())) >= 11


def test_download_names_nothing_of_this_machine(unpacked):
    for path in unpacked.rglob("*"):
        if path.suffix in {".html", ".txt", ".ipynb", ".js", ".css", ".inv"}:
            assert str(ROOT) not in path.read_text(encoding="utf-8", errors="ignore"), path


def test_wheel_runs_the_readme_in_an_empty_environment(unpacked, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    (wheel,) = unpacked.glob("*.whl")
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    examples = doctest.DocTestParser().get_examples((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(examples) > 10
    shutil.copy(ROOT / "README.md", tmp_path / "README.md")
    code = "import doctest, sys; sys.exit(doctest.testfile('README.md', module_relative=False).failed)"
    run(python, "-c", code, cwd=tmp_path)
    here = run(python, "-c", "import mathnn; print(mathnn.__file__)", cwd=tmp_path)
    assert str(tmp_path) in here
