"""Run -> text, JSON, JUnit, Markdown: each a pure function of a run and of nothing else."""
