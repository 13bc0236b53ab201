"""Pixels: reading photos, resizing, warping, drawing."""
