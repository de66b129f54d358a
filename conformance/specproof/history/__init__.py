"""Runs, changes and specs, remembered in a database, and what a new run means beside them."""
