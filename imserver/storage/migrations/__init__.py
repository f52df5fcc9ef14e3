"""How a database gets from any earlier version of its tables to this one's: Alembic's steps.

A step says its own statements and never imports ``schema``: it must go on doing what it did
when it was written.
"""

#: The last step.  Said here so that a database that is up to date is opened without loading Alembic.
HEAD = "0005"
