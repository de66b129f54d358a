"""Work that runs by itself: alerts, issues, and runs spread over the workers of a cluster."""
