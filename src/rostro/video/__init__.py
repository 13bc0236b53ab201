"""Moving pictures: sources of frames, faces followed from frame to frame, who they are, and what happened."""
