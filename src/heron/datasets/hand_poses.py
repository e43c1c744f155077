"""A hand in three dimensions that shows rock, paper or scissors: bones as capsules, posed by the angles of its joints.

The hand's frame: x to the side of the thumb, y from the wrist to the fingers, z out of the back of the hand. One unit
is the length of the palm. Fingers bend towards -z.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heron.datasets.decoders import Array

PALM, FINGER, TIP, ARM, SLEEVE = range(5)
"""What a bone is covered by."""


class Bone(NamedTuple):
    """A tapered capsule.

    Args:
        start, end: its two ends `(3,)`.
        thickness: the radii at the ends.
        kind: what covers it.
        back: the unit vector out of its back `(3,)`, where a nail would be.
        blend: the width over which it runs into what it touches.
    """

    start: Array
    end: Array
    thickness: tuple[float, float]
    kind: int
    back: Array
    blend: float


class _Finger(NamedTuple):
    knuckle: tuple[float, float, float]
    lengths: tuple[float, float, float]
    width: float
    spread: float  # degrees to the side when the hand is open


_FINGERS = (
    _Finger((0.30, 0.98, 0.0), (0.46, 0.28, 0.21), 0.97, 9.0),
    _Finger((0.10, 1.03, 0.03), (0.52, 0.32, 0.22), 1.0, 2.0),
    _Finger((-0.10, 1.0, 0.01), (0.47, 0.30, 0.22), 0.95, -6.0),
    _Finger((-0.29, 0.90, -0.04), (0.36, 0.22, 0.19), 0.83, -15.0),
)
_OUT = np.array([0.0, 0.0, 1.0])
_RADII = (0.108, 0.1, 0.09, 0.074)
_WRIST = 0.2


def bones(name: str, random: np.random.Generator) -> list[Bone]:
    """Returns the bones of a right hand that shows `name`, each time a little different.

    Args:
        name: `"rock"`, `"paper"` or `"scissors"`.
        random: decides on the angles and the proportions.
    """
    girth = random.uniform(0.9, 1.12)
    reach = random.uniform(0.9, 1.1)
    openness = random.uniform(0.15, 1.6)
    made: list[Bone] = []
    for i, finger in enumerate(_FINGERS):
        stretched = name == "paper" or (name == "scissors" and i < 2)
        bend = _stretched(random) if stretched else _folded(random)
        spread = finger.spread * openness if name == "paper" else finger.spread * 0.3
        if name == "scissors" and i < 2:
            spread = (1, -1)[i] * random.uniform(5, 17) + (3, 0)[i]
        made += _finger(finger, np.deg2rad(spread + random.normal(0, 1.0)), np.deg2rad(bend), girth, reach)
    made += _thumb(_thumb_joints(name, random), girth)
    return _palm(girth) + _arm(girth, random) + made


def _stretched(random: np.random.Generator) -> Array:
    return np.array([random.normal(3, 7), abs(random.normal(6, 6)), abs(random.normal(4, 4))])


def _folded(random: np.random.Generator) -> Array:
    return np.array([random.normal(84, 5), random.normal(100, 5), random.normal(62, 6)])


def _finger(finger: _Finger, spread: float, bend: Array, girth: float, reach: float) -> list[Bone]:
    ahead = np.array([np.sin(spread), np.cos(spread), 0.0])
    start, angle, made = np.array(finger.knuckle), 0.0, []
    for joint in range(3):
        angle += bend[joint]
        way = np.cos(angle) * ahead - np.sin(angle) * _OUT
        back = np.sin(angle) * ahead + np.cos(angle) * _OUT
        end = start + way * finger.lengths[joint] * reach
        radii = (_RADII[joint] * finger.width * girth, _RADII[joint + 1] * finger.width * girth)
        made.append(Bone(start, end, radii, TIP if joint == 2 else FINGER, back, 0.05))
        start = end
    return made


def _thumb_joints(name: str, random: np.random.Generator) -> Array:
    """The four joints of the thumb: beside the open hand, or over the folded fingers."""
    base = np.array([0.24, 0.14, -0.06])
    if name == "paper" or (name == "scissors" and random.random() < 0.12):
        out = random.uniform(0.0, 1.0)  # 0: along the palm, 1: at a right angle to it
        angles = np.deg2rad(np.array([24 + 26 * out, 8 + 34 * out, 4 + 38 * out]) + random.normal(0, 4, 3))
        low = -random.uniform(0.0, 0.16)
        steps = np.stack([np.sin(angles), np.cos(angles), np.array([low - 0.1, low, low])], axis=1)
        steps /= np.linalg.norm(steps, axis=1, keepdims=True)
        return base + np.concatenate([np.zeros((1, 3)), np.cumsum(steps * [[0.46], [0.34], [0.27]], axis=0)])
    across = np.array([base, [0.43, 0.50, -0.30], [0.34, 0.76, -0.58], [0.08, 0.80, -0.67]])
    if name == "scissors":
        across = np.array([base, [0.40, 0.48, -0.32], [0.22, 0.70, -0.58], [-0.04, 0.76, -0.67]])
    beside = np.array([base, [0.46, 0.50, -0.20], [0.46, 0.80, -0.30], [0.40, 1.02, -0.36]])
    share = random.uniform(0.0, 0.25) if name == "scissors" or random.random() < 0.6 else random.uniform(0.6, 1.0)
    return (1 - share) * across + share * beside + random.normal(0, 0.012, (4, 3)) * [[0], [1], [1], [1]]


def _thumb(joints: Array, girth: float) -> list[Bone]:
    radii = np.array([0.15, 0.128, 0.112, 0.088]) * girth
    made = []
    for i in range(3):
        way = joints[i + 1] - joints[i]
        side = np.cross(way, [0.0, 1.0, 0.2])
        back = np.cross(side, way)
        back = back if back[0] + back[2] > 0 else -back
        back /= max(float(np.linalg.norm(back)), 1e-6)
        kind = (PALM, FINGER, TIP)[i]
        made.append(Bone(joints[i], joints[i + 1], (radii[i], radii[i + 1]), kind, back, 0.14 if i == 0 else 0.05))
    return made


def _palm(girth: float) -> list[Bone]:
    wrists = [(0.13, 0.05), (0.04, 0.02), (-0.05, 0.03), (-0.14, 0.06)]
    made = []
    for (x, y), finger in zip(wrists, _FINGERS, strict=True):
        knuckle = np.array(finger.knuckle)
        radii = (0.165 * girth, 0.122 * girth * finger.width)
        made.append(Bone(np.array([x, y, -0.02]), knuckle, radii, PALM, _OUT, 0.16))
    heel = np.array([-0.2, 0.22, -0.08])
    made.append(Bone(heel, np.array([-0.25, 0.7, -0.06]), (0.16 * girth, 0.12 * girth), PALM, _OUT, 0.2))
    web = np.array([0.2, 0.3, -0.05])
    made.append(Bone(web, np.array([0.26, 0.72, -0.05]), (0.14 * girth, 0.11 * girth), PALM, _OUT, 0.2))
    return made


def _arm(girth: float, random: np.random.Generator) -> list[Bone]:
    turn, tilt = np.deg2rad(random.normal(0, 10)), np.deg2rad(random.normal(0, 9))
    way = -np.array([np.sin(turn) * np.cos(tilt), np.cos(turn) * np.cos(tilt), np.sin(tilt)])
    side = np.array([way[1], -way[0], 0.0])
    side /= np.linalg.norm(side)
    made, origin = [], np.array([0.0, 0.04, -0.02])
    for offset in (-1.0, 1.0):
        start, end = origin + side * 0.06 * offset, origin + way * 3.2 + side * 0.16 * offset
        made.append(Bone(start, end, (_WRIST * 0.86 * girth, 0.31 * girth), ARM, _OUT, 0.2))
    if random.random() < 0.4:
        begin = random.uniform(0.45, 1.3)
        for offset in (-1.0, 1.0):
            start, end = origin + way * begin + side * 0.1 * offset, origin + way * 3.4 + side * 0.18 * offset
            made.append(Bone(start, end, (0.29 * girth, 0.38 * girth), SLEEVE, _OUT, 0.1))
    return made
