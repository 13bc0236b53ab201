"""What every room stands on: errors, types, settings, files, geometry, and how parts are found."""
