"""Five points of a face, found on the face alone."""
