"""Ops that treat every element alone. Two arrays are broadcast against each other.

Integers and booleans become `floatx` where the result is not whole; Python numbers take the dtype of the array.
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from heron import config
from heron.errors import ArgumentTypeError
from heron.ops.factory import binary, bitwise, unary
from heron.ops.op import array, floating, op, operand

__all__ = [
    "abs",
    "absolute",
    "add",
    "allclose",
    "angle",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "cbrt",
    "ceil",
    "clip",
    "conj",
    "conjugate",
    "cos",
    "cosh",
    "deg2rad",
    "divide",
    "divide_no_nan",
    "equal",
    "exp",
    "exp2",
    "expm1",
    "fabs",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "gcd",
    "greater",
    "greater_equal",
    "heaviside",
    "hypot",
    "i0",
    "imag",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "lcm",
    "ldexp",
    "left_shift",
    "less",
    "less_equal",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "nan_to_num",
    "negative",
    "nextafter",
    "not_equal",
    "power",
    "rad2deg",
    "real",
    "reciprocal",
    "right_shift",
    "round",
    "sign",
    "signbit",
    "sin",
    "sinc",
    "sinh",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "tanh",
    "true_divide",
    "trunc",
]

# ---- arithmetic ---------------------------------------------------------------------------------------------------

add = binary("add", "`x1 + x2`.")
subtract = binary("subtract", "`x1 - x2`.")
multiply = binary("multiply", "`x1 * x2`.")
divide = binary("divide", "`x1 / x2`, floats even of integers.")
true_divide = binary("true_divide", "`x1 / x2`, floats even of integers.")
floor_divide = binary("floor_divide", "`x1 / x2` rounded down.")
mod = binary("mod", "The remainder of `x1 / x2`, with the sign of `x2`.")
fmod = binary("fmod", "The remainder of `x1 / x2`, with the sign of `x1`.")
power = binary("power", "`x1` to the power of `x2`.")
maximum = binary("maximum", "The greater of `x1` and `x2`; NaN where either is.")
minimum = binary("minimum", "The smaller of `x1` and `x2`; NaN where either is.")
fmax = binary("fmax", "The greater of `x1` and `x2`, passing over NaN.")
fmin = binary("fmin", "The smaller of `x1` and `x2`, passing over NaN.")
gcd = binary("gcd", "The greatest common divisor of two integers.")
lcm = binary("lcm", "The least common multiple of two integers.")
negative = unary("negative", "`-x`.")
absolute = unary("absolute", "`|x|`.")
abs = unary("abs", "`|x|`.")
fabs = unary("fabs", "`|x|` as floats.")
sign = unary("sign", "-1, 0 or 1, as `x` is negative, zero or positive.")
signbit = unary("signbit", "Whether `x` carries a minus sign; True for -0.0 too.")
square = unary("square", "`x * x`.")
reciprocal = unary("reciprocal", "`1 / x`.", convert=floating)
sqrt = unary("sqrt", "The square root.", convert=floating)
cbrt = unary("cbrt", "The cube root.", convert=floating)
floor = unary("floor", "The greatest whole number that is not above `x`, as floats.", convert=floating)
ceil = unary("ceil", "The smallest whole number that is not below `x`, as floats.", convert=floating)


@op
def divide_no_nan(x1: Any, x2: Any) -> Any:
    """`x1 / x2`, and 0 where `x2` is 0."""
    x1, x2 = operand(x1), array(x2)
    return jnp.where(x2 == 0, 0, jnp.divide(x1, jnp.where(x2 == 0, 1, x2)))


@op
def trunc(x: Any) -> Any:
    """`x` without what follows the decimal point."""
    x = array(x)
    return jnp.trunc(x) if jnp.issubdtype(x.dtype, jnp.inexact) else x


@op
def round(x: Any, decimals: int = 0) -> Any:
    """`x` rounded to `decimals` places, halves to the even neighbour; -1 rounds to tens, -2 to hundreds, ..."""
    x = array(x)
    if decimals < 0 and jnp.issubdtype(x.dtype, jnp.integer):
        factor = math.pow(10, decimals)
        return (jnp.round(x.astype(config.floatx()) * factor) / factor).astype(x.dtype)
    return jnp.round(x, decimals)


@op
def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """`x` brought between `x_min` and `x_max`."""
    x = array(x)
    x = x.astype("int32") if x.dtype == bool else x
    return jnp.clip(x, operand(x_min), operand(x_max))


@op
def nan_to_num(x: Any, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """`x` with NaN and infinities replaced; by default 0 and the greatest and least numbers of the dtype."""
    return jnp.nan_to_num(operand(x), nan=nan, posinf=posinf, neginf=neginf)


@op
def ldexp(x1: Any, x2: Any) -> Any:
    """`x1 * 2**x2`; `x2` must be integers."""
    x1, x2 = operand(x1), array(x2)
    if not jnp.issubdtype(x2.dtype, jnp.integer):
        raise ArgumentTypeError(
            f"heron.ops.ldexp: argument 'x2' must be integers, the powers of 2; received dtype {x2.dtype}.\n"
            "Cast it: heron.ops.cast(x2, 'int32'), or use x1 * 2.0 ** x2."
        )
    return jnp.ldexp(x1, x2)


# ---- exponentials and logarithms ----------------------------------------------------------------------------------

exp = unary("exp", "e to the power of `x`.", convert=floating)
exp2 = unary("exp2", "2 to the power of `x`.", convert=floating)
expm1 = unary("expm1", "`exp(x) - 1`, exact near 0.", convert=floating)
log = unary("log", "The natural logarithm.", convert=floating)
log2 = unary("log2", "The logarithm to base 2.", convert=floating)
log10 = unary("log10", "The logarithm to base 10.", convert=floating)
log1p = unary("log1p", "`log(1 + x)`, exact near 0.", convert=floating)
logaddexp = binary("logaddexp", "`log(exp(x1) + exp(x2))`, without overflow.", convert=floating)
logaddexp2 = binary("logaddexp2", "`log2(2**x1 + 2**x2)`, without overflow.", convert=floating)
i0 = unary("i0", "The modified Bessel function of the first kind, order 0.", convert=floating)

# ---- angles -------------------------------------------------------------------------------------------------------

sin = unary("sin", "The sine of an angle in radians.", convert=floating)
cos = unary("cos", "The cosine of an angle in radians.", convert=floating)
tan = unary("tan", "The tangent of an angle in radians.", convert=floating)
arcsin = unary("arcsin", "The angle, in radians, whose sine is `x`.", convert=floating)
arccos = unary("arccos", "The angle, in radians, whose cosine is `x`.", convert=floating)
arctan = unary("arctan", "The angle, in radians, whose tangent is `x`.", convert=floating)
arctan2 = binary("arctan2", "The angle, in radians, of the point (`x2`, `x1`), from -π to π.", convert=floating)
sinh = unary("sinh", "The hyperbolic sine.", convert=floating)
cosh = unary("cosh", "The hyperbolic cosine.", convert=floating)
tanh = unary("tanh", "The hyperbolic tangent: between -1 and 1.", convert=floating)
arcsinh = unary("arcsinh", "The inverse of the hyperbolic sine.", convert=floating)
arccosh = unary("arccosh", "The inverse of the hyperbolic cosine.", convert=floating)
arctanh = unary("arctanh", "The inverse of the hyperbolic tangent.", convert=floating)
sinc = unary("sinc", "`sin(π x) / (π x)`, 1 at 0.", convert=floating)
deg2rad = unary("deg2rad", "Degrees as radians.", convert=floating)
rad2deg = unary("rad2deg", "Radians as degrees.", convert=floating)
hypot = binary("hypot", "`sqrt(x1² + x2²)`, without overflow.")
heaviside = binary("heaviside", "0 where `x1` is negative, 1 where it is positive, `x2` where it is 0.")
nextafter = binary("nextafter", "The next number after `x1` in the direction of `x2`.")

# ---- comparison and logic -----------------------------------------------------------------------------------------

equal = binary("equal", "Whether `x1 == x2`.")
not_equal = binary("not_equal", "Whether `x1 != x2`.")
greater = binary("greater", "Whether `x1 > x2`.")
greater_equal = binary("greater_equal", "Whether `x1 >= x2`.")
less = binary("less", "Whether `x1 < x2`.")
less_equal = binary("less_equal", "Whether `x1 <= x2`.")
logical_and = binary("logical_and", "Whether both are true; 0 is false, every other number true.")
logical_or = binary("logical_or", "Whether either is true.")
logical_xor = binary("logical_xor", "Whether exactly one is true.")
logical_not = unary("logical_not", "Whether `x` is false.")
isnan = unary("isnan", "Whether `x` is not a number.")
isinf = unary("isinf", "Whether `x` is infinite.")
isfinite = unary("isfinite", "Whether `x` is neither infinite nor NaN.")
isposinf = unary("isposinf", "Whether `x` is plus infinity.")
isneginf = unary("isneginf", "Whether `x` is minus infinity.")
isreal = unary("isreal", "Whether the imaginary part is 0.")


@op
def isclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    """Whether `|x1 - x2| <= atol + rtol * |x2|`; with `equal_nan` NaN counts as close to NaN."""
    return jnp.isclose(operand(x1), operand(x2), rtol, atol, equal_nan)


@op
def allclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    """Whether all elements are close as in `isclose`; a single boolean."""
    return jnp.allclose(operand(x1), operand(x2), rtol, atol, equal_nan)


# ---- bits ---------------------------------------------------------------------------------------------------------

bitwise_and = bitwise("bitwise_and", "The bits that both integers have.")
bitwise_or = bitwise("bitwise_or", "The bits that either integer has.")
bitwise_xor = bitwise("bitwise_xor", "The bits that exactly one integer has.")
bitwise_left_shift = bitwise("bitwise_left_shift", "`x` with its bits moved left by `y` places.")
left_shift = bitwise("left_shift", "`x` with its bits moved left by `y` places.")
bitwise_right_shift = bitwise("bitwise_right_shift", "`x` with its bits moved right by `y` places.", jnp.right_shift)
right_shift = bitwise("right_shift", "`x` with its bits moved right by `y` places.")
bitwise_not = unary("bitwise_not", "`x` with every bit flipped.")
bitwise_invert = unary("bitwise_invert", "`x` with every bit flipped.")

# ---- complex numbers ----------------------------------------------------------------------------------------------

real = unary("real", "The real part.")
imag = unary("imag", "The imaginary part.")
conj = unary("conj", "The complex conjugate.")
conjugate = unary("conjugate", "The complex conjugate.")
angle = unary("angle", "The angle of a complex number in radians.", convert=floating)
