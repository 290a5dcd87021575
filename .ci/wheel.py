"""Builds the wheel from a copy of the checkout, installs it in an empty environment, and uses it from another folder.

It must hold all files of the rooms that the repository holds, and no others.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("corpus", "indexer", "models", "service")
SAMPLE = ROOT / "corpus" / "sample"
DOCUMENTS = ("saltmere-2007-inspection.txt", "carrowdale-2018.html", "saltmere-2014-domestic-abuse.pdf")


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints; its complaints go where ours go."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def tracked() -> list[str]:
    """The files of the repository, from its root."""
    names = run("git", "ls-files", "-z", cwd=ROOT).split("\0")
    return [name for name in names if name and (ROOT / name).exists()]


def copied(folder: Path) -> Path:
    """A copy of the repository's files, in which no former build lies about."""
    for name in tracked():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


def check_contents(wheel: Path) -> None:
    """Fails unless the wheel holds the rooms, whole, and besides only what says what it is."""
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {name for name in tracked() if name.split("/")[0] in ROOMS}
    assert held == wanted, f"missing: {sorted(wanted - held)}; too much: {sorted(held - wanted)}"
    print(f"{wheel.name} holds all {len(held)} files of {', '.join(ROOMS)}, and no tests")


def check_use(programs: Path, home: Path) -> None:
    """Fails unless what is installed says its version, indexes documents and finds a passage of them."""
    (home / "papers").mkdir()
    for name in DOCUMENTS:
        shutil.copy(SAMPLE / name, home / "papers")
    version = run(programs / "precedent", "--version", cwd=home).strip()
    where = run(programs / "python", "-c", "import service; print(service.__file__)", cwd=home).strip()
    assert where.startswith(str(programs.parent)), where
    print(f"{version}, from {Path(where).parents[1].name}")
    built = json.loads(run(programs / "precedent", "build", "papers", "--json", cwd=home))
    assert len(built["added"]) == len(DOCUMENTS), built
    query = ("abstraction of a neighbourhood officer", "--json", "--page-size", "3")
    found = json.loads(run(programs / "precedent", "search", *query, cwd=home))
    texts = [hit["text"] for hit in found["results"]]
    assert found["match"] == "good", found["match"]
    assert any("abstraction" in text for text in texts), texts
    print(f"found, of {found['total']}: {texts[0][:90]}…")


def main() -> None:
    """Build, look inside, install, use."""
    requirements = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    torch = next(line for line in requirements if line.startswith("torch=="))
    for name in ("PYTHONPATH", *(name for name in os.environ if name.startswith("PRECEDENT_"))):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="wheel-") as temporary:
        home = Path(temporary)
        programs = home / "environment" / "bin"
        run(sys.executable, "-m", "venv", home / "environment", cwd=home)
        pip = (programs / "pip", "--disable-pip-version-check", "--quiet")
        run(*pip, "wheel", "--no-deps", "--wheel-dir", home, copied(home / "checkout"), cwd=home)
        (wheel,) = home.glob("precedent-*.whl")
        check_contents(wheel)
        shutil.rmtree(home / "checkout")
        run(*pip, "install", torch, cwd=home)
        run(*pip, "install", "--constraint", ROOT / "requirements.txt", wheel, cwd=home)
        check_use(programs, home)


if __name__ == "__main__":
    main()
