"""What the numbers were measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Mapping
from pathlib import Path

_PACKAGES = ("heron", "jax", "jaxlib", "numpy", "keras", "tensorflow", "tensorflow-cpu", "torch")


def cpu_name(cpuinfo: str) -> str:
    """The processor's name in the text of Linux's /proc/cpuinfo, or what Python knows of it."""
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()


def vector_sets(cpuinfo: str) -> list[str]:
    """The wide vector instructions named in the text of /proc/cpuinfo; they decide what a matrix product costs."""
    flags = next((line.split() for line in cpuinfo.splitlines() if line.startswith("flags")), [])
    return [shown for flag, shown in (("avx2", "AVX2"), ("avx512f", "AVX-512")) if flag in flags]


def versions() -> Mapping[str, str]:
    """The version of each package that is installed."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def note() -> str:
    """Cores, processor, system, Python, versions and how busy the machine is, in a line each."""
    path = Path("/proc/cpuinfo")
    cpuinfo = path.read_text(encoding="utf-8") if path.exists() else ""
    processor = " with ".join(part for part in (cpu_name(cpuinfo), ", ".join(vector_sets(cpuinfo))) if part)
    lines = [
        f"{os.cpu_count()} cores of {processor}, {platform.system()}, Python {platform.python_version()}",
        ", ".join(f"{name} {version}" for name, version in versions().items()),
    ]
    if hasattr(os, "getloadavg"):
        lines.append(f"load average over the last minute, before the first run: {os.getloadavg()[0]:.2f}")
    return "\n".join(lines)
