"""Diff of two documents -> something for people or machines; one form, one file."""
