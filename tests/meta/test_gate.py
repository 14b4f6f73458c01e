"""The gate, `.ci/run`, fails when a test fails or none ran, and says what it leaves out: tried with another `make`."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

GATE = Path(__file__).parents[2] / ".ci" / "run"
TOOLS = ["bash", "dirname", "grep", "id", "mktemp", "sh", "tee", "timeout"]
MAKE = """#!/bin/sh
echo "make $1" >> {calls}
case $1 in
{cases}
esac
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the gate is a script for bash")


def gate(folder: Path, chromium: bool = True, **targets: str) -> tuple[bool, list[str], str]:
    """Run the gate where a target of make does what is said, and nothing but TOOLS is installed."""
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    said = {"test": "echo 9 passed", "test-site": "echo 9 passed", "book": "true"}
    said |= {name.replace("_", "-"): does for name, does in targets.items()}
    cases = "\n".join(f"{name}) {does} ;;" for name, does in said.items())
    programs = {"make": MAKE.format(calls=folder / "calls", cases=cases)}
    if chromium:
        programs["chromium"] = "#!/bin/sh\n"
    for name, text in programs.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    done = subprocess.run(
        [folder / "bash", GATE],
        env={"PATH": str(folder), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    calls = [line.removeprefix("make ") for line in (folder / "calls").read_text(encoding="utf-8").splitlines()]
    return done.returncode == 0, calls, done.stderr


def test_with_a_browser_the_site_is_opened_in_it(tmp_path: Path):
    assert gate(tmp_path) == (True, ["test", "test-site"], "")


def test_without_one_the_site_is_built_and_what_is_left_out_is_said(tmp_path: Path):
    passed, calls, said = gate(tmp_path, chromium=False)
    assert passed
    assert calls == ["test", "book"]
    assert said.startswith("SKIPPED: THE TESTS IN A BROWSER.")


@pytest.mark.parametrize(
    ("target", "does", "chromium"),
    [
        ("test", "echo 8 passed, 1 failed; exit 2", True),
        ("test", "echo 0 passed", True),
        ("test_site", "echo 8 passed, 1 failed; exit 2", True),
        ("test_site", "echo 9 skipped", True),
        ("book", "exit 2", False),
    ],
)
def test_what_fails_fails_the_gate(tmp_path: Path, target: str, does: str, chromium: bool):
    assert not gate(tmp_path, chromium, **{target: does})[0]
