"""twisted.cred's door: the lock (checkers), the house (realm), and how passwords are kept."""
