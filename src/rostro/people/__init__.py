"""A gallery's people: the only door to them."""
