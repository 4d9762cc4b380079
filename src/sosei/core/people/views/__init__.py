"""Views of people: one's own pages, the office, the operator's pages."""
