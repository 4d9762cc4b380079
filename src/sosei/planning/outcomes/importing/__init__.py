"""Tables of other systems, read into facts."""
