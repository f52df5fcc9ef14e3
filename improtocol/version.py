"""Which version this is: of the language, and of the whole distribution that speaks it."""

__version__ = "0.1.0"

#: Rises only when a client of today would go wrong (language, R10).
PROTOCOL = 1
