"""Model files: where they come from, under which licence, and whether they are what they should be."""
