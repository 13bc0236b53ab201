"""The pipeline: detect, verify, enrol, identify."""
