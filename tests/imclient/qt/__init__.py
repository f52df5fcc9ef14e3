"""Tests of the windows, with made-up people: run with trial --reactor imqt."""
