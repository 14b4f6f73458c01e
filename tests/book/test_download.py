"""What the site offers for download. The zip itself is tested in `tests/paper`."""

import re
from pathlib import Path

import download
import pytest


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "html" / "book").mkdir(parents=True)
    (tmp_path / "html" / "book" / "index.html").write_text(
        f"<p>before</p>{download.PLACE}<p>after</p>", encoding="utf-8"
    )
    (tmp_path / "download").mkdir()
    return tmp_path / "html"


def fill(site: Path, *names: str) -> Path:
    for name in names:
        (site.parent / "download" / name).write_bytes(b"0" * 2_340_000)
    return site.parent / "download"


def test_the_first_page_has_a_place_for_the_links():
    assert (download.ROOT / "book" / "index.md").read_text(encoding="utf-8").count(download.PLACE) == 1


def test_what_is_built_is_offered_with_its_size_and_no_more(site: Path):
    folder = fill(site, "neural-networks.epub", "mathnn-0.1.0-py3-none-any.whl", "other.txt")
    download.offer(site, folder)
    text = (site / "book" / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="\.\./([^"]*)"', text)
    assert links == ["downloads/neural-networks.epub", "downloads/mathnn-0.1.0-py3-none-any.whl"]
    assert all((site / link).read_bytes() == b"0" * 2_340_000 for link in links)
    assert text.count("(2.3 MB)") == 2
    assert (site / ".nojekyll").is_file()
    assert text.startswith("<p>before</p><ul")
    assert text.endswith("</ul><p>after</p>")


def test_offering_twice_is_an_error(site: Path):
    folder = fill(site, "neural-networks.pdf")
    download.offer(site, folder)
    with pytest.raises(SystemExit, match="build the site anew"):
        download.offer(site, folder)
