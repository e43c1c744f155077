"""Sentences to the numbers of their words: TextVectorization."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Self

import jax.numpy as jnp
import numpy as np

from heron.errors import ArgumentError, ArgumentTypeError, ShapeError, shape_text, value_text
from heron.layers.layer import Layer
from heron.layers.preprocessing.batches import batches, is_symbolic_text, text_array
from heron.layers.preprocessing.encoding import DENSE, MODES, SPELLINGS
from heron.layers.preprocessing.index_lookup import TOKENS, VOCABULARY, WEIGHTS
from heron.layers.preprocessing.lookup import StringLookup
from heron.symbolic import KerasTensor
from heron.validate import BOOL, POSITIVE_INT, TEXT, Rule, is_int, one_of

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)  # letters of ASCII only, as in Keras
_STRIPPED = str.maketrans("", "", string.punctuation)
_STANDARDIZE: dict[str | None, Callable[[str], str]] = {
    "lower_and_strip_punctuation": lambda text: text.translate(_LOWER).translate(_STRIPPED),
    "lower": lambda text: text.translate(_LOWER),
    "strip_punctuation": lambda text: text.translate(_STRIPPED),
    None: lambda text: text,
}
_WORD = re.compile(r"[^ \t-\r]+")
_SPLIT: dict[str, Callable[[str], list[str]]] = {"whitespace": _WORD.findall, "character": list}


def _named_or_function(*names: str) -> Rule:
    listed = ", ".join(map(repr, names))
    return Rule(
        f"one of {listed}, a function, or None",
        lambda v: v is None or callable(v) or v in names,
        (*names, None),
        ("no such choice", 3),
        one_of(*names).mend,
    )


_WIDTHS = Rule(
    "a positive integer, or a tuple of them",
    lambda v: all(is_int(n) and n > 0 for n in (v if isinstance(v, list | tuple) and v else [v])),
    (2, (2, 3)),
    (0, 1.5, "2", (0,)),
)


class TextVectorization(Layer):
    """Cuts sentences into words and gives each word of a vocabulary its number.

    It works on the host: before a model, `model.fit(vectorize(sentences), y)`, or as the first layer of one that begins
    with `Input((1,), dtype="string")`. Text cannot be in a compiled program.

    Args:
        max_tokens: the most numbers there may be; None for no limit.
        standardize: what is done to each sentence first: `"lower_and_strip_punctuation"`, `"lower"` (letters of ASCII),
            `"strip_punctuation"`, None for nothing, or a function from an array of strings to one.
        split: how sentences are cut: `"whitespace"`, `"character"`, None for not at all, or a function from an array
            of strings to a list of lists of strings.
        ngrams: also number groups of up to so many neighbouring words, or groups of exactly the sizes in a tuple.
        output_mode: `"int"`: the numbers of the words in order, filled up with 0; for `"multi_hot"`, `"count"` and
            `"tf_idf"` see `StringLookup`.
        output_sequence_length: how many numbers each sentence gives, for `"int"`; by default as the longest.
        pad_to_max_tokens: whether vectors have `max_tokens` places however many words there are.
        vocabulary: the words in the order of their numbers, or the name of a text file with one a line; else call
            `adapt`.
        idf_weights: the weight of each word, for `output_mode="tf_idf"`.
        sparse: for Keras's signature; heron's arrays are dense.
        ragged: likewise.
        encoding: how bytes are decoded.

    Input shape:
        `(batch,)` or `(batch, 1)`: sentences, as a list or an array. With `split=None` words, of any shape.

    Output shape:
        `(batch, longest)` int32, number 0 for filling up and 1 for unknown words; `(batch, words)` for other modes.

    Raises:
        NotBuiltError: without a vocabulary.
        ArgumentTypeError: for numbers.

    Example:
    >>> layer = TextVectorization()
    >>> layer.adapt(["The cat sat.", "The dog sat."])
    >>> layer.get_vocabulary()
    ['', '[UNK]', 'the', 'sat', 'dog', 'cat']
    >>> layer(["the cat", "a DOG, sat!"]).tolist()
    [[2, 5, 0], [1, 4, 3]]
    """

    rules = {
        "max_tokens": TOKENS.or_none(),
        "standardize": _named_or_function("lower_and_strip_punctuation", "lower", "strip_punctuation"),
        "split": _named_or_function("whitespace", "character"),
        "ngrams": _WIDTHS.or_none(),
        "output_mode": one_of(*MODES, "tf_idf", *SPELLINGS),
        "output_sequence_length": POSITIVE_INT.or_none(),
        "pad_to_max_tokens": BOOL,
        "vocabulary": VOCABULARY.or_none(),
        "idf_weights": WEIGHTS.or_none(),
        "sparse": DENSE,
        "ragged": Rule(
            "False, as heron's arrays are dense",
            lambda v: v is False,
            (False,),
            (True, None),
            lambda v: "Leave it out: rows are filled up with 0.",
        ),
        "encoding": TEXT,
    }
    writes_itself = True

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.standardize = standardize
        self.split = split
        self.ngrams = tuple(range(1, ngrams + 1)) if is_int(ngrams) else None if ngrams is None else tuple(ngrams)
        self.output_mode = SPELLINGS.get(output_mode, output_mode)
        self.output_sequence_length = output_sequence_length
        if output_sequence_length is not None and self.output_mode != "int":
            raise ArgumentError(
                f"{self._who()}: output_sequence_length is for output_mode='int'; received it with "
                f"{self.output_mode!r}.\nLeave it out: vectors have a place for each word."
            )
        self.encoding = encoding
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            mask_token="",
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            encoding=encoding,
            name=self.name,
        )

    # ---- words ------------------------------------------------------------------------------------------------------

    def _words(self, inputs: Any) -> list[list[str]] | np.ndarray:
        """The words of each sentence; with `split=None` an array of the inputs' shape."""
        text = text_array(self, inputs, self.encoding)
        if callable(self.standardize):
            text = text_array(self, self.standardize(text.astype(str)), self.encoding)
        else:
            change = _STANDARDIZE[self.standardize]
            text = np.array([change(t) for t in text.flat], object).reshape(text.shape)
        if self.split is None:
            return text if self.ngrams is None else self._groups(np.atleast_2d(text).tolist())
        if text.ndim > 1:
            if text.shape[-1] != 1:
                raise ShapeError(
                    f"{self._who()} takes one sentence a row: (batch,) or (batch, 1); received shape "
                    f"{shape_text(text.shape)}.\nJoin the texts of a row, or give words with split=None."
                )
            text = text[..., 0]
        sentences = text.reshape(-1)
        if callable(self.split):
            rows = self._as_rows(self.split(sentences.astype(str)), len(sentences))
        else:
            rows = [_SPLIT[self.split](sentence) for sentence in sentences]
        return self._groups(rows)

    def _as_rows(self, rows: Any, count: int) -> list[list[str]]:
        made = [list(map(str, row)) for row in rows if isinstance(row, list | tuple | np.ndarray)]
        if len(made) != count:
            raise ArgumentTypeError(
                f"{self._who()}: the function given as 'split' must return a list of words for each of {count} "
                f"sentences; received {value_text(rows)}.\nWrite split=lambda texts: [t.split(',') for t in texts]."
            )
        return made

    def _groups(self, rows: list[list[str]]) -> list[list[str]]:
        if self.ngrams is None:
            return rows
        return [
            [" ".join(row[i : i + width]) for width in self.ngrams for i in range(len(row) - width + 1)] for row in rows
        ]

    # ---- the vocabulary ---------------------------------------------------------------------------------------------

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Takes the vocabulary from `data`, the most frequent words first; what an earlier call took is forgotten.

        Args:
            data: a list or array of sentences, or an iterable of batches.
            batch_size: for Keras's signature.
            steps: how many batches to take from an iterable; None for all.

        Raises:
            ArgumentError: for a layer that was made with a vocabulary.
            DataError: for no data.
        """
        self._lookup_layer._check_free()
        self.reset_state()
        for batch, _ in batches(self, data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Counts the words of a batch of sentences."""
        words = self._words(data)
        rows = words if isinstance(words, list) else words.reshape(len(words), -1).tolist() if words.ndim else [[words]]
        self._lookup_layer._count(rows)

    def finalize_state(self) -> None:
        """Makes the vocabulary from what was counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forgets what was counted."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The words by number; see `StringLookup.get_vocabulary`."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """How many numbers there are, those of filling up and of unknown words among them."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the words; see `StringLookup.set_vocabulary`."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    # ---- using it ---------------------------------------------------------------------------------------------------

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Turns sentences into numbers, on the host."""
        return super().__call__(text_array(self, inputs, self.encoding), **kwargs)

    def compute_output_spec(self, inputs: Any) -> Any:
        """The symbolic output; how many words a sentence has is known where `output_sequence_length` says it."""
        if not is_symbolic_text(inputs):
            return super().compute_output_spec(inputs)
        as_they_are = self.split is None and self.ngrams is None
        words = KerasTensor(inputs.shape if as_they_are else (inputs.shape[0], None), "string")
        made = self._lookup_layer.compute_output_spec(words)
        length = self.output_sequence_length
        return made if length is None or made.ndim < 2 else KerasTensor((*made.shape[:-1], length), made.dtype)

    def call(self, inputs: Any) -> Any:
        """Cuts and looks up."""
        self._lookup_layer._check_known(inputs, self._who())
        words, lookup = self._words(inputs), self._lookup_layer
        if isinstance(words, np.ndarray):
            found = lookup(words)
            return found if self.output_mode != "int" or found.ndim < 2 else self._fitted(found)
        # Filled up with the word that stands for nothing.
        longest = max(map(len, words), default=0)
        table = np.full((len(words), longest), "", object)
        for row, of_row in zip(table, words, strict=True):
            row[: len(of_row)] = of_row
        found = lookup(table)
        if self.output_mode == "int":
            found = self._fitted(found)
            return found[0] if inputs.ndim == 0 else found
        return found[0] if inputs.ndim == 0 and found.ndim > 1 else found

    def _fitted(self, numbers: Any) -> Any:
        length = self.output_sequence_length
        if length is None:
            return numbers
        numbers = np.asarray(numbers)[..., :length]
        widths = [(0, 0)] * (numbers.ndim - 1) + [(0, length - numbers.shape[-1])]
        return jnp.asarray(np.pad(numbers, widths))

    # ---- configs and files ------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments, and the vocabulary, given or learned."""
        inner = self._lookup_layer.get_config()
        kept = ("vocabulary", "idf_weights", "has_input_vocabulary")
        return super().get_config() | {k: inner[k] for k in kept if k in inner}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a layer from what `get_config` returned; a vocabulary that was learned may be learned again."""
        layer = super().from_config(
            {k: v for k, v in config.items() if k not in ("vocabulary_size", "has_input_vocabulary")}
        )
        lookup = layer._lookup_layer
        lookup._given = lookup._given and config.get("has_input_vocabulary", True)
        return layer

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Puts the weights of words, if there are any, into `store`."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Takes the weights of words from `store`."""
        self._lookup_layer.load_own_variables(store)

    def save_own_assets(self, store: MutableMapping[str, bytes]) -> None:
        """Puts the vocabulary, one word a line, into `store` under `"vocabulary.txt"`."""
        self._lookup_layer.save_own_assets(store)

    def load_own_assets(self, store: Mapping[str, bytes]) -> None:
        """Takes the vocabulary from what `save_own_assets` filled, unless it is known."""
        self._lookup_layer.load_own_assets(store)

    def save_assets(self, dir_path: Any) -> None:
        """Writes the vocabulary, one word a line, to the file `vocabulary.txt` in a folder."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: Any) -> None:
        """Takes the vocabulary from the file `vocabulary.txt` in a folder, unless it is known."""
        self._lookup_layer.load_assets(dir_path)
