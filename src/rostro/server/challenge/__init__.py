"""Somebody who is there does what they are asked: turns their head, closes their eyes, in an order drawn by chance."""
