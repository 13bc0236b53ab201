"""A detector, an embedder and a gallery for rostro."""
