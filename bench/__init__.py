"""Bench: figures that Sosei must hold, each a ratio measured side by side in one run."""
