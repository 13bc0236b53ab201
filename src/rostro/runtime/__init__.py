"""Engines: what runs a model file."""
