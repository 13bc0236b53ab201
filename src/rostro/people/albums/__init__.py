"""Albums that stay: groups of faces in a gallery, and what somebody said of them."""
