"""Faces in XMP: the regions that photo libraries keep of people, read and written."""
