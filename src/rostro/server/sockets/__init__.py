"""Views that stay open."""
