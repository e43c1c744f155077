"""Operations of functional graphs in the form in which Keras writes them, and back.

In Keras each operation is a class: its constructor takes the settings (`axis`), its call takes the tensors. heron's are
functions that take both, the tensors first. The tables say which is which.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

# For each module of keras.src.ops its functions; "/2" says that the first two arguments are tensors, without it one is.
# Functions that take functions are not here: no file may name them.
_TABLE = {
    "numpy": (
        "absolute abs fabs all angle any amax amin arccos arccosh arcsin arcsinh arctan arctanh argmax argmin argsort "
        "argpartition array array_split bincount bitwise_invert bitwise_not broadcast_to cbrt ceil clip concatenate "
        "conj conjugate copy corrcoef cos cosh count_nonzero cumprod cumsum deg2rad rad2deg diag diagflat diagonal "
        "diff dsplit dstack empty_like exp exp2 expand_dims expm1 flip fliplr flipud floor full histogram hsplit "
        "hstack i0 imag isfinite isinf isnan isneginf isposinf isreal log log10 log1p log2 logical_not max mean "
        "median meshgrid min moveaxis nan_to_num nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian "
        "nanmin nanprod nanstd nansum nanvar ndim negative nonzero ones_like prod ptp ravel real reciprocal repeat "
        "reshape roll rot90 round sign signbit sin sinc sinh size slogdet sort split sqrt square squeeze stack std "
        "sum swapaxes tan tanh tile trace transpose trapezoid tril triu trunc unique unravel_index vander var view "
        "vsplit vstack zeros_like add/2 allclose/2 append/2 arctan2/2 average/2 bitwise_and/2 bitwise_left_shift/2 "
        "bitwise_or/2 bitwise_right_shift/2 bitwise_xor/2 correlate/2 cross/2 digitize/2 divide/2 divide_no_nan/2 "
        "dot/2 einsum/0 equal/2 floor_divide/2 fmax/2 fmin/2 fmod/2 full_like/2 gcd/2 geomspace/2 get_item/2 "
        "greater/2 greater_equal/2 heaviside/2 hypot/2 inner/2 isclose/4 isin/2 kron/2 lcm/2 ldexp/2 left_shift/2 "
        "less/2 less_equal/2 linspace/2 logaddexp/2 logaddexp2/2 logical_and/2 logical_or/2 logical_xor/2 logspace/2 "
        "matmul/2 maximum/2 minimum/2 mod/2 multiply/2 nanpercentile/2 nanquantile/2 nextafter/2 not_equal/2 outer/2 "
        "pad/2 percentile/2 power/2 quantile/2 right_shift/2 searchsorted/2 select/3 subtract/2 take/2 "
        "take_along_axis/2 tensordot/2 true_divide/2 vdot/2 where/3"
    ),
    "nn": (
        "relu relu6 sigmoid sparse_sigmoid softplus softsign soft_shrink sparse_plus silu squareplus log_sigmoid "
        "leaky_relu hard_sigmoid hard_silu elu selu gelu celu glu tanh_shrink hard_tanh hard_shrink threshold softmax "
        "log_softmax sparsemax max_pool adaptive_max_pool average_pool adaptive_average_pool one_hot multi_hot "
        "moments normalize unfold fold depth_to_space space_to_depth conv/2 depthwise_conv/2 conv_transpose/2 "
        "separable_conv/3 binary_crossentropy/2 categorical_crossentropy/2 sparse_categorical_crossentropy/2 psnr/2 "
        "rms_normalization/2 layer_normalization/3 batch_normalization/5 ctc_loss/4 ctc_decode/2 polar/2 "
        "dot_product_attention/6"
    ),
    "core": (
        "stop_gradient unstack cast saturate_cast convert_to_tensor scatter/2 slice/2 scatter_update/3 slice_update/3"
    ),
    "math": (
        "segment_sum/2 segment_max/2 segment_min/2 segment_prod/2 in_top_k/2 cdist/2 top_k logsumexp "
        "extract_sequences fft fft2 ifft2 rfft irfft stft istft rsqrt erf erfc erfinv logdet view_as_complex "
        "view_as_real"
    ),
    "linalg": (
        "cholesky cholesky_inverse det eig eigh inv lu_factor norm qr svd matrix_rank pinv solve/2 solve_triangular/2 "
        "lstsq/2"
    ),
    "einops": "rearrange",
}
_CLASSES = {
    **{name: name.upper() for name in "psnr fft fft2 ifft2 rfft irfft stft istft svd".split()},
    "allclose": "AllClose",
    "isin": "IsIn",
    "searchsorted": "SearchSorted",
    "cdist": "CDist",
    "ctc_loss": "CTCLoss",
    "ctc_decode": "CTCDecode",
    "batch_normalization": "BatchNorm",
    "layer_normalization": "LayerNorm",
    "rms_normalization": "RMSNorm",
}
# Functions whose tensors are not their first arguments.
_TENSORS = {
    "average": ("x", "weights"),
    "full": ("fill_value",),
    "pad": ("x", "constant_values"),
    "batch_normalization": ("x", "mean", "variance", "offset", "scale"),
}
_HOME = "keras.src.ops."


class Form(NamedTuple):
    """How Keras writes an operation: the module and class, and how many of the first arguments are tensors."""

    module: str
    class_name: str
    tensors: int


FORMS: dict[str, Form] = {}
"""Each operation that Keras has a class for, by the function's name."""
for _module, _names in _TABLE.items():
    for _name, _, _count in (name.partition("/") for name in _names.split()):
        _class = _CLASSES.get(_name) or "".join(word.capitalize() for word in _name.split("_"))
        FORMS[_name] = Form(_HOME + _module, _class, int(_count or 1))
_FUNCTIONS = {form.class_name: name for name, form in FORMS.items()}


def is_operation(entry: Mapping[str, Any]) -> bool:
    """Whether a graph's entry describes one of Keras's operations, not a layer."""
    return str(entry.get("module") or "").startswith(_HOME)


def function_name(class_name: Any) -> str | None:
    """The function for the name of one of Keras's operations; None for no operation.

    >>> function_name("LogicalAnd"), function_name("ForiLoop")
    ('logical_and', None)
    """
    return _FUNCTIONS.get(class_name) if isinstance(class_name, str) else None


def form_of(class_name: Any) -> Form | None:
    """How Keras writes the operation of a class name; None for no operation."""
    name = function_name(class_name)
    return None if name is None else FORMS[name]


def tensor_names(name: str, function: Callable[..., Any]) -> list[str]:
    """The names of the arguments of `function`, known as `name`, that are given at the call."""
    return list(_TENSORS.get(name, list(inspect.signature(function).parameters)[: FORMS[name].tensors]))


def split_call(
    name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
    """Positional arguments, named arguments, and settings of one call in Keras's form.

    >>> split_call("sum", lambda x, axis=None, keepdims=False: x, ("x", 1), {})
    (['x'], {}, {'axis': 1})
    """
    if name == "einsum":
        return list(args[1:]), {}, {"subscripts": args[0]}
    if name == "rearrange":  # Keras gives its pattern and lengths at the call
        return list(args), dict(kwargs), {}
    signature = inspect.signature(function)
    given = signature.bind(*args, **kwargs).arguments
    given.update(given.pop("kwargs", {}))
    tensors = tensor_names(name, function)
    return [given.pop(tensor, signature.parameters[tensor].default) for tensor in tensors], {}, given


def joined_call(
    name: str, function: Callable[..., Any], args: list[Any], kwargs: Mapping[str, Any], settings: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of `function` for what `split_call` gave."""
    known = inspect.signature(function).parameters
    settings = {key: value for key, value in settings.items() if key != "name" and (key in known or value)}
    if name == "einsum":
        return (settings.pop("subscripts"), *args), settings
    if name == "get_item" and len(args) == 2 and isinstance(args[1], list):
        args = [args[0], tuple(args[1])]
    if name in _TENSORS:
        return (), {**dict(zip(_TENSORS[name], args, strict=False)), **kwargs, **settings}
    return tuple(args), {**kwargs, **settings}
