"""What services of ICT equipment refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from sosei.programmes.spaces.errors_listings import HostError


class IctError(HostError):
    """Something about a partner, a catalogue, a need, a proposal or a measurement that cannot be kept so."""
