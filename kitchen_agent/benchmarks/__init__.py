"""Programs that measure this package and print a table."""
