"""The recipes: what turns folders of photos into a checkpoint and its card."""
