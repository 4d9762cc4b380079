"""A worker's own pages, and the office's queue of licences."""
