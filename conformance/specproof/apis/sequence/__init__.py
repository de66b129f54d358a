"""Sequence: customers and their aliases."""
