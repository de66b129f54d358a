"""The migrations of a history, run by `specproof.history.schema` and by nobody else."""
