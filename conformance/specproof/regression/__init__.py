"""What changed between two descriptions, whom it hurts and what to do."""
