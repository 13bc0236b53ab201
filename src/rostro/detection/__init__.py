"""Detectors: images in, faces out. One file each."""
