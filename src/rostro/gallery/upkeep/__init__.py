"""What galleries need over the years: copies, checks, moves."""
