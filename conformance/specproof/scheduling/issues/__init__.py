"""One issue in a tracker for each finding: opened, kept up to date, closed, opened again."""
