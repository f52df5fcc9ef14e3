"""The version of the whole distribution: language, server and clients carry one number."""

__version__ = "0.1.0"
