"""Tools: programs for those who change Sosei; nothing here runs in a municipality."""
