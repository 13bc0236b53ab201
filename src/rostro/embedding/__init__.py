"""Embedders: crops in, unit vectors out. One file each."""
