"""Scores and what they are worth: similarities, operating points, error rates and their intervals."""
