"""The command line. One verb per file, thin."""
