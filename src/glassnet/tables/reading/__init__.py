"""Reading files and folders of many formats."""
