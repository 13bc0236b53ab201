"""Protocols: what is compared with what. One file each."""
