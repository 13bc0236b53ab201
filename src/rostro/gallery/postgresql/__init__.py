"""A gallery in PostgreSQL."""
