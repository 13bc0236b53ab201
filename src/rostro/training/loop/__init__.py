"""The training loop, its networks, losses and checkpoints."""
