"""Alignments: an image and its faces in, upright crops out. One file each."""
