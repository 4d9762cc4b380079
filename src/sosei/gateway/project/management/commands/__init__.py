"""Commands: one module for each `sosei` command of the frame."""
