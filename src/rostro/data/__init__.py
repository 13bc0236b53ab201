"""Data sets and folders of people. One file each."""
