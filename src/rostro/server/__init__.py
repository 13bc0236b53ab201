"""The server: the pipeline over HTTP, and the web page."""
