"""Photos as training data."""
