"""Classifiers on vectors, and what they stand on."""
