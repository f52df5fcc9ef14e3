"""The judges of the proofs are judged: each must go red for what it is there to find."""
