"""Telling people of changes: what, whom, when, and that it is told once."""
