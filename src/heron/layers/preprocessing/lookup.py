"""Text and whole numbers to the numbers of a vocabulary, and back: StringLookup and IntegerLookup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import jax.numpy as jnp
import numpy as np

from heron import symbolic
from heron.errors import ArgumentError, DataError, value_text
from heron.layers.preprocessing.batches import as_numbers, in_program, is_symbolic_text, text_array, whole_numbers
from heron.layers.preprocessing.fingerprint import buckets_of_integers, hash_texts
from heron.layers.preprocessing.index_lookup import DROPPED, UNKNOWN, IndexLookup
from heron.symbolic import KerasTensor
from heron.validate import INT, TEXT, is_int, one_of


class StringLookup(IndexLookup):
    """Gives each word of a vocabulary a number, and words that are not in it a number for unknown ones.

    It works on the host: before a model, `model.fit(lookup(words), y)`, or as the first layer of one that begins with
    `Input(shape, dtype="string")`. Words cannot be in a compiled program.

    Args:
        max_tokens: the most numbers there may be; None for no limit.
        num_oov_indices: how many numbers unknown words share, by a hash; with 0 they are an error.
        mask_token: a word that stands for nothing: number 0 for `"int"`, no trace in other modes. None for none.
        oov_token: what `invert=True` gives for the numbers of unknown words.
        vocabulary: the words in the order of their numbers, or the name of a text file with one a line; else call
            `adapt`.
        idf_weights: the weight of each word, for `output_mode="tf_idf"`.
        invert: whether to go from numbers to words.
        output_mode: `"int"`: the numbers; `"one_hot"`: a vector for each; `"multi_hot"`: for each sample, 1 at the
            words that occur in it; `"count"`: how often each occurs; `"tf_idf"`: that times its weight.
        pad_to_max_tokens: whether vectors have `max_tokens` places however many words there are.
        sparse: for Keras's signature; heron's arrays are dense.
        encoding: how bytes are decoded.
        salt: an integer, or two, for another hash of unknown words.

    Input shape:
        Any: text, as a list or an array.

    Output shape:
        That of the input, int32; for the other modes see `CategoryEncoding`. With `invert=True` an array of strings.

    Raises:
        NotBuiltError: without a vocabulary.
        DataError: for unknown words with `num_oov_indices=0`, and for missing values.
        ArgumentTypeError: for numbers.

    Example:
    >>> layer = StringLookup(vocabulary=["a", "b", "c"])
    >>> layer([["a", "c", "z"]]).tolist()
    [[1, 3, 0]]
    """

    rules = {"oov_token": TEXT.or_none(), "mask_token": TEXT.or_none(), "encoding": TEXT}
    example = '["cat", "dog"]'

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str | None = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        self.encoding = encoding
        self.sparse = sparse
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            salt=salt,
            name=name,
            **kwargs,
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a layer from what `get_config` returned."""
        return super().from_config({k: v for k, v in config.items() if k != "oov_method"})

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Looks words up, on the host; with `invert=True` numbers."""
        if self.invert and in_program(inputs):
            text_array(self, inputs)  # which says that text cannot be in a program
        return super().__call__(whole_numbers(self, inputs) if self.invert else self._terms(inputs), **kwargs)

    def compute_output_spec(self, inputs: Any) -> Any:
        """The symbolic output; where the vocabulary is not known, nor is its size."""
        if not is_symbolic_text(inputs):
            return super().compute_output_spec(inputs)
        made = symbolic.infer(self._encoded, (as_numbers(inputs),), {})
        padded = self.pad_to_max_tokens and self.max_tokens is not None
        if self.output_mode == "int" or padded or self._tokens is not None or self._announced is not None:
            return made
        return KerasTensor((*made.shape[:-1], None), made.dtype)

    def _terms(self, x: Any) -> Any:
        return text_array(self, x, self.encoding)

    def _plain(self, tokens: Any) -> list[str]:
        return list(text_array(self, list(tokens), self.encoding).tolist())

    def _numbers_of(self, terms: np.ndarray) -> np.ndarray:
        if self._table is None:
            self._table = {term: i for i, term in enumerate(self._tokens or [], self._token_start())}
            if self.mask_token is not None:
                self._table[self.mask_token] = 0 if self.output_mode == "int" else DROPPED
        get = self._table.get
        return np.fromiter((get(term, UNKNOWN) for term in terms.flat), np.int64, terms.size).reshape(terms.shape)

    def _unknown_bins(self, terms: np.ndarray) -> np.ndarray:
        return (hash_texts(list(terms.flat), self.salt) % np.uint64(self.num_oov_indices)).astype(np.int64)

    def _inverted(self, numbers: np.ndarray) -> np.ndarray:
        words = np.array([*self.get_vocabulary(), self.oov_token], object)
        size = len(words) - 1
        return words[np.where((numbers >= 0) & (numbers < size), numbers, size)].astype(str)


class IntegerLookup(IndexLookup):
    """Gives each whole number of a vocabulary a place, and numbers that are not in it a place for unknown ones.

    Args:
        max_tokens: the most places there may be; None for no limit.
        num_oov_indices: how many places unknown numbers share; with 0 they are an error, and inside a compiled program
            -1.
        mask_token: a number that stands for nothing: place 0 for `"int"`, no trace in other modes. None for none.
        oov_token: what `invert=True` gives for the places of unknown numbers.
        vocabulary: the numbers in the order of their places, or the name of a text file with one a line; else call
            `adapt`.
        vocabulary_dtype: `"int64"`, for Keras's signature.
        idf_weights: the weight of each number, for `output_mode="tf_idf"`.
        invert: whether to go from places to numbers.
        output_mode: `"int"`: the places; `"one_hot"`: a vector for each; `"multi_hot"`: for each sample, 1 at the
            numbers that occur in it; `"count"`: how often each occurs; `"tf_idf"`: that times its weight.
        sparse: for Keras's signature; heron's arrays are dense.
        pad_to_max_tokens: whether vectors have `max_tokens` places however many numbers there are.
        oov_method: how unknown numbers share places: `"floormod"` by the remainder, `"farmhash"` by a hash.
        salt: an integer, or two, for another hash.

    Input shape:
        Any: whole numbers. It also works inside a model.

    Output shape:
        That of the input, int32; for the other modes see `CategoryEncoding`.

    Raises:
        NotBuiltError: without a vocabulary.
        DataError: for unknown numbers with `num_oov_indices=0`, and for fractions.
        ArgumentTypeError: for text.

    Example:
    >>> layer = IntegerLookup(vocabulary=[12, 36, 1138])
    >>> layer([[12, 1138, 7]]).tolist()
    [[1, 3, 0]]
    """

    rules = {
        "mask_token": INT.or_none(),
        "oov_token": INT.or_none(),
        "vocabulary_dtype": one_of("int64"),
        "oov_method": one_of("floormod", "farmhash"),
    }
    example = "[12, 36]"

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int | None = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.vocabulary_dtype = vocabulary_dtype
        self.oov_method = oov_method
        self.sparse = sparse
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            salt=salt,
            name=name,
            **kwargs,
        )
        if salt is not None and oov_method != "farmhash":
            raise ArgumentError(
                f"{self._who()}: a salt is for oov_method='farmhash'; received oov_method={oov_method!r}.\n"
                "Leave the salt out, or choose 'farmhash'."
            )

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Looks numbers up; with `invert=True` places."""
        return super().__call__(self._terms(inputs), **kwargs)

    def _terms(self, x: Any) -> Any:
        return whole_numbers(self, x)

    def _plain(self, tokens: Any) -> list[int]:
        try:
            listed = [int(token) for token in tokens]
        except (TypeError, ValueError):
            listed = []
        if len(listed) != len(tokens) or any(not isinstance(t, str) and not is_int(t) for t in tokens):
            raise DataError(
                f"{self._who()}: the vocabulary must be whole numbers; received {value_text(tokens)}.\n"
                "For words use heron.layers.StringLookup."
            )
        return listed

    def _numbers_of(self, terms: Any) -> Any:
        if self._table is None:
            terms_by_place = list(self._tokens or [])
            numbers = list(range(self._token_start(), self.vocabulary_size()))
            if self.mask_token is not None:
                terms_by_place.append(self.mask_token)
                numbers.append(0 if self.output_mode == "int" else DROPPED)
            order = np.argsort(np.array(terms_by_place, np.int64))
            self._table = np.array(terms_by_place, np.int64)[order], np.array(numbers, np.int64)[order]
        keys, places = self._table
        xp: Any = np  # jnp inside a program
        if in_program(terms):
            xp, fits = jnp, np.abs(keys) < 2**31
            keys, places = jnp.asarray(keys[fits], "int32"), jnp.asarray(places[fits], "int32")
        if keys.size == 0:
            return xp.full(terms.shape, UNKNOWN)
        at = xp.clip(xp.searchsorted(keys, terms), 0, keys.size - 1)
        return xp.where(keys[at] == terms, places[at], UNKNOWN)

    def _unknown_bins(self, terms: Any) -> Any:
        if self.oov_method == "floormod":
            return terms % self.num_oov_indices
        if in_program(terms):
            return buckets_of_integers(terms, self.num_oov_indices, self.salt)
        texts = [str(term) for term in terms.reshape(-1).tolist()]
        hashed = hash_texts(texts, self.salt) % np.uint64(self.num_oov_indices)
        return hashed.astype(np.int64).reshape(terms.shape)

    def _inverted(self, numbers: Any) -> Any:
        terms = np.array([-1 if t is None else t for t in (*self.get_vocabulary(), self.oov_token)], np.int64)
        size, xp = len(terms) - 1, jnp if in_program(numbers) else np
        return jnp.asarray(jnp.asarray(terms, "int32")[xp.where((numbers >= 0) & (numbers < size), numbers, size)])
