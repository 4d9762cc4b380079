"""The two files the browser needs that come out of installed packages: the charts' script, the charts' font."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

BUNDLE = "vega-bundle.js"
FONT = "ipaexg.ttf"
FONT_LICENCE = "IPA_Font_License_Agreement_v1.0.txt"
GLOBALS = ("vegaEmbed", "vega", "vegaLite")


class AssetError(RuntimeError):
    """An installed package does not hold what it must; the text says which, in two languages."""


def build_assets(folder: Path) -> list[Path]:
    """Writes script and font into `folder` unless the right versions are there; returns the files written.

    Raises:
        AssetError: a package lacks the font, or its script lacks a global the pages use.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [*_build_bundle(folder / BUNDLE), *_copy_font(folder)]


def _build_bundle(target: Path) -> list[Path]:
    import vl_convert

    stamp = (
        f"/*! Vega {vl_convert.get_vega_version()}, Vega-Lite {vl_convert.get_vegalite_versions()[-1]}, "
        f"Vega-Embed {vl_convert.get_vega_embed_version()}, "
        f"bundled by vl-convert {vl_convert.__version__} (BSD-3-Clause) */\n"
    ).encode()
    if target.exists():
        with target.open("rb") as kept:
            if kept.readline() == stamp:
                return []
    script = _bundled_apart()
    missing = [name for name in GLOBALS if f"window.{name}=" not in script]
    # Without the interpreter the charts would need 'unsafe-eval' in the content security policy.
    missing += [] if "expressionInterpreter" in script else ["expressionInterpreter"]
    if missing:
        raise AssetError(
            f"vl-convert-python のスクリプトに {', '.join(missing)} がありません。"
            "対処: requirements/run.txt の版を入れ直してください。\n"
            f"The script of vl-convert-python lacks {', '.join(missing)}. "
            "Remedy: install the version named in requirements/run.txt."
        )
    # In a function of its own the bundle's short names cannot collide with those of another script.
    _write_whole(target, stamp + b"(()=>{" + script.encode() + b"\n})();\n")
    return [target]


def _bundled_apart() -> str:
    """The script, made by a process of its own: a server that forks its workers after the library's engine has run
    in it would leave every worker waiting for that engine's threads, which a fork does not copy."""
    making = "import sys, vl_convert; sys.stdout.buffer.write(vl_convert.javascript_bundle().encode())"
    made = subprocess.run([sys.executable, "-c", making], stdout=subprocess.PIPE, check=True)  # noqa: S603
    return made.stdout.decode()


def _copy_font(folder: Path) -> list[Path]:
    # Only the files are wanted: importing the package would import the whole of matplotlib.
    found = find_spec("matplotlib_fontja")
    fonts = Path(found.origin).parent / "fonts" if found and found.origin else Path()
    written = []
    for name in (FONT, FONT_LICENCE):
        source, target = fonts / name, folder / name
        if not source.is_file():
            raise AssetError(
                f"matplotlib-fontja に {name} がありません。"
                "対処: requirements/run.txt の版を入れ直してください。\n"
                f"matplotlib-fontja lacks {name}. Remedy: install the version named in requirements/run.txt."
            )
        if not target.exists() or target.stat().st_size != source.stat().st_size:
            fresh = target.with_name(f".{target.name}.{os.getpid()}")
            shutil.copyfile(source, fresh)
            fresh.replace(target)
            written.append(target)
    return written


def _write_whole(target: Path, content: bytes) -> None:
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(target)
