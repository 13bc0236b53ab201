"""The tests here are the example package's own: tests/contract/test_other_packages.py installs it and runs them."""

collect_ignore = ["tests"]
