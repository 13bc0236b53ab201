"""Is it a living person in front of the camera, or a picture of one? A sign, not security."""
