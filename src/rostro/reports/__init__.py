"""Reports: one page in one file, charts, and the words of both languages."""
