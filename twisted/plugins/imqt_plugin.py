"""Tells twistd and trial that there is a reactor called imqt."""

from twisted.application.reactors import Reactor

imqt = Reactor("imqt", "imqt.reactor", "Twisted in the loop of PyQt5: qt5reactor, repaired.")
