"""Spaces: listings, availability, booking, cancellation, keys, and ICT equipment proposals."""
