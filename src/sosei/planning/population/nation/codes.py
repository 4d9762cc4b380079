"""Municipalities whose code changed between a census and a boundary file or projection."""

from __future__ import annotations

EARLIER_CODES = {"04216": "04423", "40231": "40305"}
"""Municipalities that became cities since the census of 2015 (富谷市 2016, 那珂川市 2018): new code → old one.

Source: 総務省「市区町村コードの改正」. A boundary file of a later day stands for figures of the earlier one.
"""
