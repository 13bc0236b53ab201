"""Whether a face can be judged: scorers, the gate that they feed, and reasons that a person understands."""
