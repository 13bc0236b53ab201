"""What requests bring."""
