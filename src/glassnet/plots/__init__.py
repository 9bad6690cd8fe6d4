"""Pictures of plain results, by matplotlib."""
