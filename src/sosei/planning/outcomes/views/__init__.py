"""Pages of facts: public sums, the list for staff, entering, importing, feeds."""
