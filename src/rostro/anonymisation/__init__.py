"""Faces covered, so that photos and films can be given away: found eagerly, covered, and told what was done."""
