"""Photos: finding them, reading them, writing pictures."""
