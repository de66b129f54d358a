"""Comparisons of runs for people and machines: text, Markdown, JSON."""
