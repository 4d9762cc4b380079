"""Design: components of the Digital Agency design system as templates, CSS and a chart theme; no tables."""
