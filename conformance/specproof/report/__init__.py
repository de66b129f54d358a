"""A run as text, JSON, JUnit, Markdown, SARIF and badge; a history as a static site."""
