"""Data sets in their own forms."""
