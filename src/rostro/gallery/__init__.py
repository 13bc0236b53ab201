"""Galleries: who is enrolled, and the search for them. One file per backend."""
