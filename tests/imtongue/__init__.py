"""Tests of the languages that people are spoken to in."""
