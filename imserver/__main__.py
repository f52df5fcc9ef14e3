"""``python -m imserver``: the operator's commands."""

from __future__ import annotations

from .operator.program import main

if __name__ == "__main__":
    main()
