"""Charts of the population vision: tables of `vision.py` in, Vega-Lite specs out; nothing is computed twice here."""
