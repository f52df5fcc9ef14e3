"""Makes a fresh checkout ready: Debian's packages, a virtual environment, the libraries.

`make` calls it before everything else, so it leaves what is there, is quick when there is nothing to do (no
network, a tenth of a second), needs nothing but Python's own library, and can be read by a Python that is too
old, which then says so.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "prepared"
LOG = ROOT / "build" / "prepare.log"
EXTRAS = "gui,terminal,postgresql,test"

#: What Qt's wheels load from the system: to be imported at all, to write text, to open windows on X11.
WINDOWS = """
    libgl1 libglib2.0-0 libfontconfig1
    libdbus-1-3 libxkbcommon-x11-0 libx11-xcb1 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
    libxcb-render-util0 libxcb-render0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-xfixes0 libxcb-xinerama0
    libxcb-xkb1 libxss1
    fonts-inter fonts-noto-color-emoji
""".split()
#: A screen without a screen, a hand on its mouse, a look at it; a line to the server; the other database;
#: a terminal to type at; what makes calls to the kernel fail, and clocks wrong.
TESTS = "xvfb xauth openbox xdotool imagemagick netcat-openbsd postgresql tmux strace faketime".split()
CREATE_CLUSTER = "/etc/postgresql-common/createcluster.conf"


class Refused(Exception):
    """It cannot go on; the text says why and what to do, in a sentence."""


def say(sentence: str) -> None:
    """Tell the user, at once also when the output is a file."""
    print(sentence, flush=True)


def run(what: str, *command: str) -> None:
    """Run a long command; a terminal shows how far it is in one line, build/prepare.log keeps all it says."""
    say(f"{what} ...")
    LOG.parent.mkdir(exist_ok=True)
    recent: list[str] = []
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    with child, LOG.open("a") as log:
        assert child.stdout is not None
        for line in child.stdout:
            log.write(line)
            recent = [*recent[-14:], line.rstrip()]
            show(recent[-1])
    show("")
    if child.returncode:
        raise Refused("\n".join([*recent, f"This failed (see build/prepare.log): {shlex.join(command)}"]))


def show(line: str) -> None:
    """Write a line over the one before it; nothing where nobody looks."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 4
        print(f"\r\033[K  {line[:width]}" if line else "\r\033[K", end="", flush=True)


def missing(packages: list[str]) -> list[str]:
    """Ask dpkg, without any network, which of these packages are not installed."""
    asked = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False,
    )  # fmt: skip
    there = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in there]


def root_by() -> list[str] | None:
    """Return what a command must begin with to be root's: nothing, sudo, or None where we may not."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if (
        shutil.which("sudo")
        and subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode == 0
    ):
        return sudo
    return None


def install(packages: list[str], prefix: list[str]) -> None:
    """Install Debian packages; PostgreSQL comes without a database of its own, so nothing is started."""
    quietly = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    apt = [*quietly, "apt-get", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"]
    add = [*apt, "install", "-y", "--no-install-recommends"]
    run("Asking Debian for its list of packages", *apt, "update")
    if "postgresql" in packages:
        run("Installing postgresql-common", *add, "postgresql-common")
        no_cluster = r"s/^#\?\s*create_main_cluster.*/create_main_cluster = false/"
        run("Telling it to make no database", *prefix, "sed", "-i", no_cluster, CREATE_CLUSTER)
    run(f"Installing {len(packages)} Debian packages: {' '.join(packages)}", *add, *packages)


def prepare_system(packages: list[str]) -> None:
    """See to Debian's packages; where we may not install them, say what to type and go on if one can."""
    venv = [] if importlib.util.find_spec("ensurepip") else ["python3-venv"]
    if not shutil.which("dpkg-query"):
        if not STAMP.exists():
            say("This is not a Debian: if no window opens, install your system's Qt 5 libraries for X11.")
        wanted = []
    else:
        wanted = missing(packages)
    if not wanted and not venv:
        return
    prefix = root_by() if shutil.which("apt-get") else None
    if prefix is not None:
        install([*venv, *wanted], prefix)
        return
    line = "sudo apt-get install -y --no-install-recommends " + " ".join([*venv, *wanted])
    if venv:
        raise Refused(
            f"Python's venv is missing here, and I may not install it; type this, then make again:\n  {line}"
        )
    say(f"Missing here, and I may not install it; if something does not work, type:\n  {line}")


def prepare_environment() -> None:
    """Make .venv with all libraries, unless it is there for this pyproject.toml, folder and Python."""
    python = VENV / "bin" / "python"
    place = f"{ROOT} {sys.version}"
    stamp = f"{place} {hashlib.sha256((ROOT / 'pyproject.toml').read_bytes()).hexdigest()}\n"
    before = STAMP.read_text() if STAMP.exists() else place
    if before == stamp and python.exists():
        return
    if not python.exists() or not before.startswith(place):
        run("Making a virtual environment in .venv", sys.executable, "-m", "venv", "--clear", str(VENV))
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
    run("Installing the libraries into .venv (100 MB, once)", *pip, "--editable", f".[{EXTRAS}]")
    STAMP.write_text(stamp)


def main() -> None:
    """Prepare for `run`, or for `test`, as the first argument says."""
    if sys.version_info < (3, 11):
        raise Refused(
            f"imserver needs Python 3.11 or newer and this is {sys.version.split()[0]}: "
            "take Debian 12 or later, or name a newer one, as in make PYTHON=python3.12 run"
        )
    prepare_system(WINDOWS + TESTS if "test" in sys.argv[1:] else WINDOWS)
    prepare_environment()


if __name__ == "__main__":
    try:
        main()
    except Refused as sentence:
        sys.exit(str(sentence))
    except KeyboardInterrupt:
        sys.exit("\nStopped; say it again and it goes on where it was.")
