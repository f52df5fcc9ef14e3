"""Whole lives of servers and their clients, each from one seed."""
