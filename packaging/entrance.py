"""Where a bundle begins: as `imclient` does that was installed."""

import sys

from imclient.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
