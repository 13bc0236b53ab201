"""How far a gallery can be trusted: what looks wrong in it, and how well its people would be found. Changes nothing."""
