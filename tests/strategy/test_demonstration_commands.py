"""The commands of the demonstration where what they build on is not there."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command


def test_without_what_they_build_on_the_commands_say_what_to_run_first(db: None) -> None:
    with pytest.raises(CommandError, match="load_demonstration_people"):
        call_command("load_demonstration_strategy", verbosity=0)
    with pytest.raises(CommandError, match="load_demonstration_strategy"):
        call_command("load_demonstration_outcomes", verbosity=0)
