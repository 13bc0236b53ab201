"""The compressed scan beside a SQLite gallery, and the exact scores after it."""
