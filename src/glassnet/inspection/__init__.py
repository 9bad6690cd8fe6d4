"""Looking inside a network: plain data, nothing drawn."""
