"""Somebody who is there does what they are asked to: turns their head, closes their eyes, in an order drawn by chance."""
