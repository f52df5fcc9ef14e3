"""The tests, laid out as the packages are."""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A run that a shell has put into the background ignores Ctrl-C, and so would every program it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
