"""Work on many machines: blocks of photos go to workers of a Ray cluster, answers come back in order."""
