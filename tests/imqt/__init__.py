"""Tests of what windows stand on."""
