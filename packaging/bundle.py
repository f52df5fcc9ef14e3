"""Makes ``build/bundle/imclient``: the program, all it needs, icons, an entry for the desktop's menu.

``python packaging/bundle.py`` needs PyInstaller (the extra ``bundle``); the folder runs where no Python is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "build" / "bundle"
#: Pixels across, as the desktops' icon folders are called.
SIZES = (16, 24, 32, 48, 64, 128, 256)


def paint_icons(folder: Path) -> None:
    """Paint the program's sign in each size, where a desktop looks for it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from imqt.reactor import make_application  # noqa: PLC0415

    make_application()
    from imclient.qt import emblem  # noqa: PLC0415

    for size in SIZES:
        place = folder / "icons" / "hicolor" / f"{size}x{size}" / "apps"
        place.mkdir(parents=True)
        emblem.painted(size).save(str(place / "imclient.png"))


def main() -> int:
    """Make it anew; leaves with PyInstaller's status."""
    shutil.rmtree(BUNDLE, ignore_errors=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN"]
    command += ["--distpath", str(BUNDLE), "--workpath", str(ROOT / "build" / "pyinstaller")]
    made = subprocess.run([*command, str(ROOT / "packaging" / "imclient.spec")], cwd=ROOT, check=False)
    if made.returncode:
        return made.returncode
    share = BUNDLE / "imclient" / "share"
    (share / "applications").mkdir(parents=True)
    shutil.copy(ROOT / "packaging" / "imclient.desktop", share / "applications")
    paint_icons(share)
    size = sum(file.stat().st_size for file in BUNDLE.rglob("*") if file.is_file() and not file.is_symlink())
    print(f"{BUNDLE.relative_to(ROOT)}/imclient/imclient, {size / 1e6:.0f} MB with all that it needs")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
