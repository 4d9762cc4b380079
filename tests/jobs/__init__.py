"""Tests of seasonal work."""
