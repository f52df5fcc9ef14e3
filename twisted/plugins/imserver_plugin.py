"""Tells twistd that there is a server called imserver."""

from twisted.application.service import ServiceMaker

imserver = ServiceMaker(
    "imserver",
    "imserver.service",
    "An instant messenger: OK means it is on disk, and everybody it is for will see it once.",
    "imserver",
)
