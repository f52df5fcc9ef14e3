"""The language: every rule of it, tried with whatever Hypothesis can think of."""
