"""Numbers from arrays: error rates and their intervals."""
