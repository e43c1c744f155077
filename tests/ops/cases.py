"""Calls of ops by name: each is made on heron's op, on Keras's, and on symbolic tensors.

A call is written as it would be typed after `ops.`, over the arrays in `DATA`.
"""

from __future__ import annotations

import numpy as np

_rng = np.random.default_rng(0)

DATA = {
    "a": _rng.normal(size=(3, 4)).astype("float32"),
    "b": _rng.normal(size=(3, 4)).astype("float32"),
    "row": _rng.normal(size=(4,)).astype("float32"),
    "v": _rng.normal(size=(5,)).astype("float32"),
    "p": _rng.uniform(0.1, 0.9, size=(3, 4)).astype("float32"),
    "big": (1 + _rng.uniform(0.1, 3, size=(3, 4))).astype("float32"),
    "c": _rng.normal(size=(2, 3, 4)).astype("float32"),
    "d": _rng.normal(size=(2, 4, 5)).astype("float32"),
    "sq": (_rng.normal(size=(3, 3)) + 3 * np.eye(3)).astype("float32"),
    "spd": (np.eye(3) * 4 + 0.5).astype("float32"),
    "low": np.tril(_rng.normal(size=(3, 3)) + 3 * np.eye(3)).astype("float32"),
    "i": _rng.integers(-5, 6, size=(3, 4)).astype("int32"),
    "j": _rng.integers(1, 6, size=(3, 4)).astype("int32"),
    "i8": _rng.integers(-5, 6, size=(4, 4)).astype("int8"),
    "labels": np.array([0, 3, 1], "int32"),
    "flags": np.array([[True, False, True, False]] * 3),
    "h": _rng.normal(size=(3, 4)).astype("float16"),
    "nan": np.array([[1.0, np.nan, 3.0], [np.nan, 5.0, -np.inf]], "float32"),
    "z": (_rng.normal(size=(3, 4)) + 1j * _rng.normal(size=(3, 4))).astype("complex64"),
    "one": _rng.normal(size=(3, 1, 4)).astype("float32"),
    "bins": np.array([-1.0, 0.0, 1.0], "float32"),
    "img": _rng.normal(size=(2, 4, 6)).astype("float32"),
    "nchw": _rng.normal(size=(2, 4, 4, 4)).astype("float32"),
    "h4": _rng.normal(size=(2, 4, 4, 4)).astype("float16"),
    "cols": _rng.normal(size=(2, 8, 2)).astype("float32"),
    "keys": _rng.normal(size=(2, 3, 2, 4)).astype("float32"),
    "keep": np.array([[[True, False, True], [True, True, False]]] * 2).reshape(2, 2, 1, 3),
}

_FLOAT_UNARY = (
    "exp exp2 expm1 sin cos tan arctan sinh cosh tanh arcsinh sinc deg2rad rad2deg cbrt floor ceil erf erfc i0 "
    "sigmoid log_sigmoid hard_sigmoid sparse_sigmoid softplus sparse_plus squareplus softsign soft_shrink "
    "hard_shrink tanh_shrink elu selu celu gelu silu swish hard_silu hard_swish leaky_relu log_softmax softmax "
    "mean var std median"
).split()
_FLOATS_ONLY_IN_KERAS = set("erf erfc sigmoid silu swish log_softmax".split())
_ANY_UNARY = (
    "abs absolute fabs negative sign signbit square trunc round logical_not isnan isinf isfinite isposinf "
    "isneginf isreal real imag conj conjugate angle relu relu6 hard_tanh ravel copy sum prod max min amax amin "
    "ptp all any argmax argmin cumsum cumprod nansum nanmax nanmin nancumsum nancumprod nanprod count_nonzero "
    "sort argsort zeros_like ones_like transpose flip fliplr flipud diff"
).split()
_POSITIVE_UNARY = "log log2 log10 log1p sqrt rsqrt reciprocal".split()
_BINARY = (
    "add subtract multiply divide true_divide maximum minimum fmax fmin equal not_equal greater greater_equal "
    "less less_equal logical_and logical_or logical_xor heaviside hypot arctan2 logaddexp logaddexp2"
).split()
_INT_BINARY = "bitwise_and bitwise_or bitwise_xor gcd lcm floor_divide mod".split()
_REDUCTIONS = (
    "sum mean prod max min amax amin all any var std median ptp nansum nanmax nanmin nanmean nanmedian nanvar "
    "nanstd nanprod argmax argmin nanargmax nanargmin logsumexp"
).split()

CALLS = [
    *(f"{name}({x})" for name in _FLOAT_UNARY for x in ("a", "i") if x == "a" or name not in _FLOATS_ONLY_IN_KERAS),
    *(f"{name}(h)" for name in "exp log1p sigmoid softmax gelu sum mean var std median floor".split()),
    *(f"{name}({x})" for name in _ANY_UNARY for x in ("a", "i")),
    *(f"{name}({x})" for name in _POSITIVE_UNARY for x in ("big", "j") if (name, x) != ("rsqrt", "j")),
    *(f"{name}({x})" for name in _BINARY for x in ("a, b", "a, i", "i, j")),
    *(
        f"{name}({x})"
        for name in "add divide maximum less".split()
        for x in ("a, row", "a, 2", "i, 2.5", "h, 2.5", "[1, 2], [3, 4]", "z, 2.0", "flags, 1")
        if "z" not in x or name in ("add", "divide")
    ),
    *(f"{name}({x})" for name in _INT_BINARY for x in ("i, j", "j, 3")),
    *(f"{name}(a, {rest})" for name in _REDUCTIONS for rest in ("axis=1", "axis=-1, keepdims=True")),
    *"arcsin(p) arccos(p) arctanh(p) erfinv(p) arccosh(big) nextafter(a,b) polar(a,b) sum(c,axis=(0,2))".split(),
    *"mean(c,axis=(0,2)) max(c,axis=(0,1),keepdims=True) max(a,initial=9.0) sum(flags) mean(flags)".split(),
    *"min(a,axis=0,initial=-9.0) prod(i,dtype='float32') sum(i8) prod(i8) cumsum(a,axis=1)".split(),
    *"cumsum(i,axis=0,dtype='float32') cumprod(a,axis=1) nancumsum(nan,axis=1) nanmean(nan) nanmax(nan,axis=0)".split(),
    *"nansum(nan,axis=1) nanmedian(nan) average(a) average(a,axis=1,weights=row) quantile(a,0.3)".split(),
    *"quantile(a,[0.2,0.7],axis=1) percentile(a,30.0,axis=0,method='nearest') nanquantile(nan,0.5,axis=1)".split(),
    *"nanpercentile(nan,50.0) quantile(a,0.5,axis=1,keepdims=True) count_nonzero(i,axis=1) isclose(a,b)".split(),
    *"allclose(a,a) nan_to_num(nan) nan_to_num(nan,nan=7.0,neginf=-1.0) divide_no_nan(a,i) clip(a,-0.5,0.5)".split(),
    *"clip(i,-2,2) clip(flags,0,1) round(a,2) round(i*13,-1) ldexp(a,j) power(big,b) power(j,2) power(big,0.5)".split(),
    *"fmod(i,j) fmod(big,b) mod(big,b) floor_divide(big,b) left_shift(j,2) right_shift(j,1)".split(),
    *"bitwise_left_shift(j,j) bitwise_right_shift(j,1) bitwise_not(i) bitwise_invert(i) abs(z) real(z) imag(z)".split(),
    *"conj(z) angle(z) isreal(z) view_as_real(z) isnan(nan) isinf(nan) isfinite(nan) isneginf(nan)".split(),
    *"isposinf(nan) view(a,'int32') reshape(a,(2,6)) reshape(a,(-1,2)) reshape(a,-1) expand_dims(a,1)".split(),
    *"expand_dims(a,(0,2)) squeeze(one) squeeze(one,1) squeeze(one,axis=(1,)) broadcast_to(row,(3,4))".split(),
    *"transpose(c,(2,0,1)) moveaxis(c,0,2) moveaxis(c,(0,1),(1,2)) swapaxes(c,0,2) flip(a,axis=1)".split(),
    *"flip(c,axis=(0,2)) rot90(a) rot90(c,k=2,axes=(1,2)) roll(a,1) roll(a,(1,2),axis=(0,1)) roll(a,2,axis=1)".split(),
    *"concatenate([a,b]) concatenate([a,b],axis=1) concatenate([a,i]) stack([a,b]) stack([a,b],axis=-1)".split(),
    *"append(a,b) append(a,b,axis=0) hstack([a,b]) vstack([row,row]) dstack([a,b]) split(a,2,axis=1)".split(),
    *"split(v,[1,3]) array_split(v,2) hsplit(a,2) vsplit(img,2) dsplit(c,2) unstack(a) unstack(a,axis=1)".split(),
    *"unstack(a,num=3) repeat(a,2) repeat(a,2,axis=1) repeat(a,array([1,2,3]),axis=0) tile(a,2) tile(a,(2,1))".split(),
    *"pad(a,1) pad(a,((0,1),(2,0))) pad(a,1,mode='reflect') pad(a,((1,1),(0,0)),constant_values=5.0) diag(row)".split(),
    *"diag(sq,k=1) diagflat(a) diagonal(c) diagonal(c,offset=1,axis1=1,axis2=2) tril(sq) triu(sq,k=1)".split(),
    *"trace(sq) trace(c,axis1=1,axis2=2) ndim(c) size(c) where(flags,a,b) where(flags,a,0) where(flags,1.0,i)".split(),
    *"take(a,[0,2],axis=1) take(a,labels) take(a,1,axis=0) select([flags,logical_not(flags)],[a,b])".split(),
    *"take_along_axis(row,argsort(row)) take_along_axis(a,argsort(a,axis=0),axis=0) get_item(a,1)".split(),
    *"argsort(a,axis=0) sort(a,axis=0) searchsorted(bins,row) searchsorted(bins,bins,side='right')".split(),
    *"digitize(a,bins) isin(i,j) isin(i,[1,2],invert=True) unravel_index(labels,(2,2))".split(),
    *"unravel_index([3,5],(2,3)) dot(a,transpose(b)) dot(row,row) vdot(a,b) inner(a,b) outer(row,v)".split(),
    *"kron(sq,sq) matmul(c,d) matmul(i8,i8) matmul(a,row) tensordot(c,d,axes=([0,2],[0,1]))".split(),
    *"tensordot(sq,sq,axes=1) einsum('bij,bjk->bik',c,d) einsum('ij->j',a) einsum('ij,ij',i8,i8)".split(),
    *"cross(sq,sq+1) correlate(v,row) correlate(v,row,mode='same') correlate(v,row,mode='full') corrcoef(a)".split(),
    *"diff(a,axis=0) diff(a,n=2) trapezoid(a) trapezoid(a,dx=2.0,axis=0) trapezoid(v,x=cumsum(abs(v)))".split(),
    *"zeros((2,3)) ones(3) full((2,2),7) full((2,2),7.0,dtype='int32') eye(3) eye(2,4,k=1) identity(3) tri(3)".split(),
    *"tri(2,4,k=-1) arange(5) arange(1,9,3) arange(0.0,1.0,0.25) arange(3,dtype='float32') linspace(0.0,1.0,5)".split(),
    *"linspace(0,1,4,endpoint=False) logspace(0.0,2.0,3) geomspace(1.0,8.0,4) full_like(a,2)".split(),
    *"full_like(i,2.5,dtype='float32') zeros_like(a,dtype='int32') empty((2,2)) empty_like(a) array([1,2])".split(),
    *"vander(v) vander(v,N=3,increasing=True) meshgrid(row,v) meshgrid(row,v,indexing='ij') bartlett(5)".split(),
    *"blackman(5) hamming(5) hanning(5) kaiser(5,8.0) cholesky(spd) cholesky(spd,upper=True)".split(),
    *"cholesky_inverse(low) det(sq) inv(sq) slogdet(sq) logdet(sq) solve(sq,spd)".split(),
    *"solve_triangular(low,sq,lower=True) lstsq(transpose(a),row) qr(spd) svd(sq,compute_uv=False) eigh(spd)".split(),
    *"lu_factor(sq) matrix_rank(sq) pinv(a) norm(a) norm(a,axis=1) norm(sq,ord='fro',axis=(0,1)) norm(i)".split(),
    *"norm(a,ord=1,axis=1,keepdims=True) logsumexp(a) logsumexp(c,axis=(0,1)) top_k(a,2) in_top_k(labels,a,2)".split(),
    *"segment_sum(a,labels,num_segments=4) segment_max(a,sort(labels),num_segments=4,sorted=True)".split(),
    *"segment_min(a,labels,num_segments=4) segment_prod(a,labels,num_segments=5) cdist(a,b) cdist(c,c)".split(),
    *"extract_sequences(v,3,1) extract_sequences(img,4,2) fft((a,b)) fft2((a,b)) ifft2((a,b)) rfft(a)".split(),
    *"rfft(a,fft_length=6) irfft((a,b)) irfft((a,b),fft_length=5)".split(),
    *"view_as_complex(get_item(c,(0,slice_all,two))) cast(a,'int32') cast(i,'float16') cast(a,'bool')".split(),
    *"saturate_cast(a*200,'uint8') saturate_cast(a*1e12,'int32') saturate_cast(i*100,'int8')".split(),
    *"saturate_cast(a*1e9,'float16') convert_to_tensor([1.0,2.0]) convert_to_tensor(a,dtype='float16')".split(),
    *"shape(c) slice(a,(1,1),(2,2)) slice(a,(0,2),(2,-1)) slice_update(a,(1,1),get_item(b,(two,two)))".split(),
    *"scatter(array([[0,1],[2,0],[0,1]]),array([1.0,2.0,4.0]),(3,3)) scatter_update(a,[[0,1],[2,0]],[7.0,8.0])".split(),
    *(f"scatter_update(a,[[0,1],[2,0]],[7.0,8.0],reduction='{r}')" for r in ("add", "max", "min", "mul")),
    *"stop_gradient(a) elu(a,alpha=0.5) celu(a,alpha=0.5) gelu(a,approximate=False) glu(a) glu(c,axis=0)".split(),
    *"hard_shrink(a,threshold=0.2) soft_shrink(a,threshold=0.2) threshold(a,0.1,-7.0)".split(),
    *"leaky_relu(a,negative_slope=0.3) squareplus(a,b=2) softmax(a,axis=0) softmax(c,axis=(1,2))".split(),
    *"softmax(a,axis=None) log_softmax(a,axis=0) one_hot(labels,4) one_hot([0,-1,9],4,dtype='int32')".split(),
    *"one_hot(i,5,axis=1) one_hot(labels,4,axis=0) multi_hot(j,num_classes=7) multi_hot(labels,num_classes=4)".split(),
    *"binary_crossentropy(flags,p) psnr(a,b,2.0) binary_crossentropy(p,a,from_logits=True)".split(),
    *"categorical_crossentropy(p,p) categorical_crossentropy(p,a,from_logits=True)".split(),
    *"categorical_crossentropy(p,p,axis=0) sparse_categorical_crossentropy(labels,p)".split(),
    *"sparse_categorical_crossentropy(labels,a,from_logits=True)".split(),
    *"sparse_categorical_crossentropy(expand_dims(labels,1),a,from_logits=True) moments(a,0)".split(),
    *"moments(c,(0,1),keepdims=True) moments(h,axes=[0]) batch_normalization(a,row,abs(row),-1)".split(),
    *"batch_normalization(c,get_item(v,three),abs(get_item(v,three)),1,offset=ones(3),scale=ones(3)*2,epsilon=0.1)".split(),
    *"layer_normalization(a) layer_normalization(a,gamma=row,beta=row,epsilon=0.01) layer_normalization(h)".split(),
    *"layer_normalization(c,gamma=a,axis=(1,2)) layer_normalization(c,beta=get_item(v,three),axis=1)".split(),
    *"rms_normalization(a) rms_normalization(c,scale=row,epsilon=0.1) rms_normalization(h) normalize(a)".split(),
    *"normalize(a,axis=0,order=1) normalize(c,axis=2,order=3) normalize(a*0,epsilon=0.1) bincount(labels)".split(),
    *"bincount(labels,weights=get_item(v,three),minlength=6) bincount(j,minlength=8) histogram(v,bins=4)".split(),
    *"histogram(v,bins=4,range=(-1.0,1.0)) unique(j) unique(j,return_counts=True)".split(),
    *"unique(i,return_inverse=True) nonzero(flags) where(flags) argmax(a) argmin(c,axis=1)".split(),
    *"argmax(flags,axis=1) nanargmax(nan,axis=1) einsum('i,j->ij',row,v)".split(),
    *"conv(c,d) conv(img,c,strides=2) conv(c,c,padding='SAME',data_format='channels_first')".split(),
    *"conv(img,c,dilation_rate=(2,)) depthwise_conv(c,d,padding='same') depthwise_conv(c,d,strides=[2])".split(),
    "separable_conv(c,d,reshape(arange(40,dtype='float32'),(1,20,2)),padding='same')",
    *"conv_transpose(c,c) conv_transpose(c,c,strides=2,padding='same',output_padding=1)".split(),
    *"max_pool(c,2,2) max_pool(img,3,strides=2,padding='same') average_pool(c,(2,),strides=1)".split(),
    *"average_pool(img,2,1,padding='same') max_pool(img,2,2,data_format='channels_first') average_pool(h4,2,2)".split(),
    *"adaptive_max_pool(c,2) adaptive_average_pool(img,3) adaptive_average_pool(img,4,'channels_first')".split(),
    *"unfold(nchw,2) unfold(nchw,(2,1),dilation=2,padding=(1,0),stride=2) fold(cols,(2,3),2)".split(),
    *"fold(repeat(cols,4,axis=2),4,2,dilation=2,padding=1,stride=(2,1))".split(),
    *"depth_to_space(nchw,2) depth_to_space(nchw,2,'channels_first') space_to_depth(nchw,2)".split(),
    "space_to_depth(nchw,2,data_format='channels_first')",
    *"dot_product_attention(nchw,nchw,nchw) dot_product_attention(nchw,keys,keys,is_causal=True)".split(),
    "dot_product_attention(nchw,keys,keys,mask=repeat(keep,2,axis=1),scale=0.3)",
    "dot_product_attention(nchw,keys,keys,bias=reshape(c,(2,1,4,3)))",
    *"dot_product_attention(h4,h4,h4) dot_product_attention(h4,keys,keys)".split(),
    "rearrange(c,'b h c -> (b h) c')",
    "rearrange(a,'b (h p) -> h b p',p=2)",
    "rearrange(img,'b (h q) (w p) -> b (h w) (q p)',q=2,p=3)",
]

NAMES = {"slice_all": slice(None), "two": slice(0, 2), "three": slice(0, 3)}

# The shape of the result depends on values, so that there is none to infer.
BY_VALUE = ("bincount", "unique", "nonzero", "where(flags)")
