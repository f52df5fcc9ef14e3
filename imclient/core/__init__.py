"""The client itself: plain Python on Twisted, without Qt and without a terminal.

A front end holds one `client.Client` and sees, through it, the roster, the conversations, the outbox,
the link and the wire.  Reactor, clock, randomness and the thread for the disk are handed in.
"""
