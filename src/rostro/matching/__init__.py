"""Scores, their fusion, and operating points."""
