"""Pictures of posed hands: a field of heights made of capsules, with light, shadow, skin and a background.

All lengths are in pixels of the picture that is drawn. Nothing here comes from a photograph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heron.datasets.decoders import Array
from heron.datasets.hand_backgrounds import background, waves
from heron.datasets.hand_poses import ARM, FINGER, PALM, SLEEVE, TIP, Bone, bones

_DEEP = -1e4
_TONES = np.array(
    [
        *([240, 208, 190], [236, 198, 172], [228, 186, 154], [214, 170, 136], [198, 150, 114]),
        *([176, 127, 90], [146, 100, 70], [112, 75, 53], [82, 55, 42], [58, 41, 34]),
    ]
)
"""Skin from light to dark, sRGB."""


@dataclass
class Relief:
    """The hand as the camera sees it, pixel by pixel.

    Args:
        height: towards the camera; only where `cover` is above 0.
        distance: to the outline, negative inside.
        owner: the number of the bone that is seen, -1 for none.
        along: where on that bone, 0 to 1.
    """

    height: Array
    distance: Array
    owner: Array
    along: Array

    @property
    def cover(self) -> Array:
        """How much of a pixel is hand, 0 to 1."""
        return np.clip(0.5 - self.distance, 0, 1)


def picture(name: str, height: int, width: int, random: np.random.Generator) -> Array:
    """Draws a hand that shows `name`.

    Args:
        name: `"rock"`, `"paper"` or `"scissors"`.
        height: rows of pixels.
        width: columns of pixels.
        random: decides on everything else.

    Returns:
        uint8 `(height, width, 3)`.
    """
    finer = 2 if min(height, width) < 100 else 1  # small pictures are drawn at twice the size
    rows, columns = height * finer, width * finer
    frame, scale, posed = _posed(name, rows, columns, random)
    relief = _relief(posed, rows, columns)
    normals = _normals(relief.height)
    light = _light(random)
    skin = _skin(posed, relief, normals, frame, scale, random)
    shaded = skin * _shade(relief, normals, light, scale, random)[..., None]
    shaded += (_gloss(normals, light) * random.uniform(0, 0.1))[..., None]
    behind = background(rows, columns, random) * (1 - _shadow(relief.cover, light, scale, random))[..., None]
    cover = relief.cover[..., None]
    return _developed(behind * (1 - cover) + shaded * cover, finer, random)


def _posed(name: str, rows: int, columns: int, random: np.random.Generator) -> tuple[Array, float, list[Bone]]:
    """The turn of the hand's frame `(3, 3)`, pixels for one unit, and the bones in pixels."""
    palm_up = random.random() < 0.4
    sway = {"rock": 42, "paper": 24, "scissors": 22}[name]
    yaw = np.deg2rad(random.uniform(-sway, sway) + (180 if palm_up else 0))
    pitch = np.deg2rad(random.uniform(-20, 20))
    roll = np.deg2rad(random.uniform(-80, 80))  # the arm comes from below or from a side
    frame = _turn(2, roll) @ _turn(0, pitch) @ _turn(1, yaw)
    frame[:, 0] *= random.choice([-1.0, 1.0])  # a left or a right hand
    frame[1] *= -1  # rows of a picture count downwards
    made = bones(name, random)
    seen = np.array([frame @ point for b in made if b.kind not in (ARM, SLEEVE) for point in (b.start, b.end)])
    low, high = seen[:, :2].min(0) - 0.1, seen[:, :2].max(0) + 0.1
    extent = float((high - low).max())
    fill = random.uniform(0.64, 0.9) if name != "rock" else random.uniform(0.46, 0.74)
    scale = fill * min(rows, columns) / extent
    free = np.maximum(np.array([columns, rows]) - (high - low) * scale, 0) / 2
    middle = np.array([columns, rows]) / 2 + random.uniform(-0.7, 0.7, 2) * free
    shift = np.append(middle - scale * (low + high) / 2, 0.0)
    posed = [
        Bone(
            scale * (frame @ b.start) + shift,
            scale * (frame @ b.end) + shift,
            (b.thickness[0] * scale, b.thickness[1] * scale),
            b.kind,
            frame @ b.back,
            b.blend * scale,
        )
        for b in made
    ]
    return frame, scale, posed


def _turn(axis: int, angle: float) -> Array:
    """The rotation around an axis."""
    first, second = [i for i in range(3) if i != axis]
    turn = np.eye(3)
    turn[first, first] = turn[second, second] = np.cos(angle)
    turn[first, second], turn[second, first] = -np.sin(angle), np.sin(angle)
    return turn


def _relief(posed: list[Bone], rows: int, columns: int) -> Relief:
    relief = Relief(
        np.full((rows, columns), _DEEP, np.float32),
        np.full((rows, columns), 1e3, np.float32),
        np.full((rows, columns), -1, np.int8),
        np.zeros((rows, columns), np.float32),
    )
    for number, bone in enumerate(posed):
        _add(relief, bone, number)
    return relief


def _add(relief: Relief, bone: Bone, number: int) -> None:
    """Puts a tapered capsule into the relief, smoothly where it touches what is there."""
    rows, columns = relief.height.shape
    reach = max(bone.thickness) + 3
    low = np.floor(np.minimum(bone.start, bone.end)[:2] - reach).astype(int)
    high = np.ceil(np.maximum(bone.start, bone.end)[:2] + reach).astype(int)
    part = np.s_[max(low[1], 0) : max(min(high[1], rows), 0), max(low[0], 0) : max(min(high[0], columns), 0)]
    if not relief.height[part].size:
        return
    y, x = np.ogrid[part]
    px, py = (x + 0.5 - bone.start[0]).astype(np.float32), (y + 0.5 - bone.start[1]).astype(np.float32)
    dx, dy, dz = (float(v) for v in bone.end - bone.start)
    thick, thinning = bone.thickness[0], bone.thickness[1] - bone.thickness[0]
    flat = max(np.hypot(dx, dy), 1e-3)
    ahead = (px * dx + py * dy) / flat  # the way along the axis, as seen
    aside = (py * dx - px * dy) / flat
    t = np.clip(ahead / flat, 0, 1)
    radius = thick + thinning * t
    distance = np.hypot(px - t * dx, py - t * dy) - radius
    bulge = np.sqrt(np.maximum(radius**2 - aside**2, 0))
    t = np.clip((ahead + bulge * (dz / np.sqrt(flat**2 + dz**2))) / flat, 0, 1)  # the point nearest to the camera
    radius = thick + thinning * t
    rise = radius**2 - (px - t * dx) ** 2 - (py - t * dy) ** 2
    height = bone.start[2] + dz * t + np.sqrt(np.maximum(rise, 0)) - 3 * np.maximum(distance, 0)
    before = relief.height[part]
    near = np.maximum(bone.blend - np.abs(before - height), 0)
    on_top = height > before + 0.2 * bone.blend  # where two bones meet they are level: the first keeps it
    relief.height[part] = np.maximum(before, height) + near * near / (4 * bone.blend)
    relief.owner[part][on_top & (distance < 0.5)] = number
    relief.along[part] = np.where(on_top, t, relief.along[part])
    relief.distance[part] = np.minimum(relief.distance[part], distance)


def _normals(height: Array) -> tuple[Array, Array, Array]:
    """The unit normal of the relief at each pixel, x, y and z."""
    slope = np.clip(np.gradient(height), -4, 4)
    length = np.sqrt(slope[0] ** 2 + slope[1] ** 2 + 1)
    return -slope[1] / length, -slope[0] / length, 1 / length


def _light(random: np.random.Generator) -> Array:
    """The direction to the lamp."""
    around, up = random.uniform(0, 2 * np.pi), np.deg2rad(random.uniform(35, 75))
    return np.array([np.cos(around) * np.cos(up), np.sin(around) * np.cos(up), np.sin(up)])


def _shade(
    relief: Relief, normals: tuple[Array, Array, Array], light: Array, scale: float, random: np.random.Generator
) -> Array:
    """How much light each pixel of the hand gives back."""
    facing = np.maximum(sum(n * float(v) for n, v in zip(normals, light, strict=True)), 0)
    cover = relief.cover
    level = np.where(cover > 0, relief.height, 0)
    radius = max(int(0.12 * scale), 1)
    around = smooth(level * cover, radius) / np.maximum(smooth(cover, radius), 1e-3)
    hollow = np.clip((around - level) / (0.22 * scale), 0, 1)  # a crease sees less of the sky
    ambient = random.uniform(0.38, 0.62)
    rim = 0.82 + 0.18 * np.clip(normals[2] * 1.6, 0, 1)
    return (ambient + (1.04 - ambient) * facing) * (1 - 0.62 * hollow) * rim


def _gloss(normals: tuple[Array, Array, Array], light: Array) -> Array:
    half = light + np.array([0.0, 0.0, 1.0])
    half /= np.linalg.norm(half)
    facing = sum(n * float(v) for n, v in zip(normals, half, strict=True))
    return np.maximum(facing, 0) ** 24


def _skin(
    posed: list[Bone],
    relief: Relief,
    normals: tuple[Array, Array, Array],
    frame: Array,
    scale: float,
    random: np.random.Generator,
) -> Array:
    """The colour of the hand's surface `(rows, columns, 3)`, 0 to 1, before any light falls on it."""
    tone = random.uniform(0, len(_TONES) - 1)
    base = np.array([np.interp(tone, np.arange(len(_TONES)), _TONES[:, c]) for c in range(3)]) / 255
    base = np.clip(base * (1 + random.normal(0, 0.03, 3)), 0, 1).astype(np.float32)
    paler = base + (np.array([0.93, 0.72, 0.63], np.float32) - base) * random.uniform(
        0.12, 0.3
    )  # the inside of the hand
    rosy = base * np.array([0.99, 0.82, 0.8], np.float32)
    rows, columns = relief.height.shape
    back = frame @ np.array([0.0, 0.0, 1.0])
    inside = np.clip(0.5 - 1.6 * sum(n * float(v) for n, v in zip(normals, back, strict=True)), 0, 1)
    skin = base + inside[..., None] * (paler - base)
    skin = skin * (1 + 0.05 * waves(rows, columns, 7, random) + 0.04 * waves(rows, columns, 18, random))[..., None]
    creases = np.zeros((rows, columns), np.float32)
    for number, bone in enumerate(posed):
        if bone.kind in (FINGER, TIP):
            _finger_marks(number, bone, relief, normals, skin, creases, rosy, scale)
    creases += _palm_lines(posed, relief, inside, frame, scale)
    skin *= (1 - np.clip(creases, 0, 0.6))[..., None]
    cloth = np.array([bone.kind == SLEEVE for bone in posed])[relief.owner] & (relief.owner >= 0)
    if cloth.any():
        skin[cloth] = random.uniform(0.1, 0.9, 3) * (1 + 0.12 * waves(rows, columns, 40, random)[cloth])[:, None]
    return skin


def _finger_marks(
    number: int,
    bone: Bone,
    relief: Relief,
    normals: tuple[Array, Array, Array],
    skin: Array,
    creases: Array,
    rosy: Array,
    scale: float,
) -> None:
    """Wrinkles at the joint where a bone begins, redness there, and the nail at the end."""
    own = np.nonzero(relief.owner == number)
    if not len(own[0]):
        return
    length = float(np.linalg.norm(bone.end - bone.start))
    along = relief.along[own]
    outward = sum(n[own] * float(v) for n, v in zip(normals, bone.back, strict=True))
    way = along * length / scale
    flat = float(np.hypot(*(bone.end - bone.start)[:2])) / length  # of a finger that points at the camera less is seen
    line = np.exp(-((way / 0.018) ** 2)) + 0.6 * np.exp(-(((way - 0.05) / 0.014) ** 2))
    creases[own] += 0.2 * flat * flat * line
    red = 0.35 * np.exp(-((way / 0.09) ** 2)) * np.clip(outward, 0, 1)
    skin[own] += red[:, None] * (rosy - skin[own])
    if bone.kind == TIP:
        nail = np.clip((outward - 0.62) * 8, 0, 1) * np.clip((along - 0.48) * 9, 0, 1)
        tint = skin[own] * 0.55 + np.array([0.96, 0.78, 0.74], np.float32) * 0.45
        skin[own] += nail[:, None] * (tint - skin[own])
        edge = np.clip((outward - 0.5) * 8, 0, 1) * np.clip((along - 0.4) * 9, 0, 1) - nail
        creases[own] += 0.25 * np.clip(edge, 0, 1)


def _palm_lines(posed: list[Bone], relief: Relief, inside: Array, frame: Array, scale: float) -> Array:
    """The lines of the palm, where it is seen: found by where each pixel lies in the hand's own frame."""
    rows, columns = relief.height.shape
    lines = np.zeros((rows, columns), np.float32)
    palm = np.array([bone.kind == PALM for bone in posed])[relief.owner] & (relief.owner >= 0) & (inside > 0.3)
    own = np.nonzero(palm)
    if not len(own[0]):
        return lines
    seen = np.stack([own[1] + 0.5, own[0] + 0.5, relief.height[own]]) - posed[1].start[:, None]
    x, y, _ = frame.T @ (seen / scale) + np.array([[0.04], [0.02], [-0.02]])
    life = np.abs(np.hypot(x - 0.42, y - 0.22) - 0.36)
    head = np.abs(y - 0.56 - 0.35 * x + 0.25 * x * x) + np.where(x > 0.28, 1, 0)
    heart = np.abs(y - 0.78 + 0.5 * (x - 0.12) ** 2) + np.where(x > 0.22, 1, 0)
    for distance in (life, head, heart):
        lines[own] += 0.22 * np.exp(-((distance / 0.016) ** 2)) * inside[own]
    return lines


def _shadow(cover: Array, light: Array, scale: float, random: np.random.Generator) -> Array:
    """The shadow of the hand on what is behind it, 0 to 1."""
    far = scale * random.uniform(0.05, 0.45)
    moved = np.zeros_like(cover)
    right, down = (round(float(-v * far)) for v in light[:2])
    rows, columns = cover.shape
    to = np.s_[max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)]
    of = np.s_[max(-down, 0) : rows + min(-down, 0), max(-right, 0) : columns + min(-right, 0)]
    moved[to] = cover[of]
    shadow: Array = smooth(moved, max(int(far * 0.35), 1)) * random.uniform(0.1, 0.6)
    return shadow


def smooth(field: Array, radius: int) -> Array:
    """The mean over squares around each pixel, twice, the edges repeated."""
    for _ in range(2):
        for axis in (0, 1):
            pads = [(radius + 1, radius) if a == axis else (0, 0) for a in range(field.ndim)]
            total = np.cumsum(np.pad(field, pads, mode="edge"), axis=axis, dtype=np.float32)
            size = field.shape[axis]
            upper = np.take(total, np.arange(2 * radius + 1, 2 * radius + 1 + size), axis=axis)
            field = (upper - np.take(total, np.arange(size), axis=axis)) / (2 * radius + 1)
    return field


def _developed(scene: Array, finer: int, random: np.random.Generator) -> Array:
    """What a camera makes of a scene: sharpness, colours, exposure, noise."""
    if finer > 1:
        rows, columns, _ = scene.shape
        scene = scene.reshape(rows // finer, finer, columns // finer, finer, 3).mean((1, 3))
    blur = random.uniform(0, 0.6) if random.random() < 0.6 else 0.0
    if blur:
        for axis in (0, 1):
            scene = (1 - blur) * scene + blur / 2 * (np.roll(scene, 1, axis) + np.roll(scene, -1, axis))
    scene = np.clip(scene, 0, 1) ** random.uniform(0.8, 1.2)
    cast = (1 + random.normal(0, 0.03, 3)) * random.uniform(0.8, 1.1)
    scene = scene * cast.astype(np.float32) + random.normal(0, 0.015)
    noise = random.standard_normal(scene.shape, dtype=np.float32) * np.float32(random.uniform(0, 0.03))
    return (np.clip(scene + noise, 0, 1) * 255 + 0.5).astype(np.uint8)
