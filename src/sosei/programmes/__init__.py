"""The programmes that carry the strategy out; siblings never import each other."""
