"""What IntegerLookup and StringLookup share: a vocabulary, given or learned, and the numbers of its terms."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, ClassVar, Self

import jax.numpy as jnp
import numpy as np

from heron import config
from heron.errors import ArgumentError, DataError, NotBuiltError, missing_method, value_text
from heron.layers.layer import Layer
from heron.layers.preprocessing.batches import batches, in_program, whole_numbers
from heron.layers.preprocessing.encoding import DENSE, MODES, SPELLINGS, encode
from heron.layers.preprocessing.hashing import SALT, key_of
from heron.validate import BOOL, NON_NEGATIVE_INT, Rule, is_int, one_of

UNKNOWN, DROPPED = -1, -2
"""What `_numbers_of` gives for terms that are not in the vocabulary, and for those that leave no trace."""
FILE, WEIGHTS_FILE = "vocabulary.txt", "idf_weights.txt"

TOKENS = Rule("an integer of 2 or more", lambda v: is_int(v) and v > 1, (2, 100), (1, 0, 2.5, "9"))
VOCABULARY = Rule(
    "a list or array of terms, or the name of a text file with one a line",
    lambda v: (isinstance(v, list | tuple | str | Path) and len(str(v)) > 0) or getattr(v, "ndim", None) == 1,
    (),
    (3, 1.5),
)
WEIGHTS = Rule(
    "a list or array of numbers", lambda v: isinstance(v, list | tuple) or getattr(v, "ndim", None) == 1, (), (3, "x")
)


class IndexLookup(Layer):
    """Terms to numbers, and back; `StringLookup` and `IntegerLookup` say which terms."""

    rules = {
        "max_tokens": TOKENS.or_none(),
        "num_oov_indices": NON_NEGATIVE_INT,
        "vocabulary": VOCABULARY.or_none(),
        "idf_weights": WEIGHTS.or_none(),
        "invert": BOOL,
        "output_mode": one_of(*MODES, "tf_idf", *SPELLINGS),
        "pad_to_max_tokens": BOOL,
        "sparse": DENSE,
        "salt": SALT.or_none(),
    }
    _unscanned = Layer._unscanned | {"_tokens", "_counts", "_documents", "_table", "idf_weights"}
    writes_itself = True  # the weights of terms are in files, and no weights of the model
    example: ClassVar[str] = ""

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any,
        idf_weights: Any,
        invert: bool,
        output_mode: str,
        pad_to_max_tokens: bool,
        salt: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.invert = invert
        self.output_mode = SPELLINGS.get(output_mode, output_mode)
        self.pad_to_max_tokens = pad_to_max_tokens
        self.salt = key_of(salt)
        self.idf_weights: np.ndarray | None = None
        self._tokens: list[Any] | None = None
        self._table: Any = None  # made of the terms when they are first looked up
        self._announced: int | None = None  # the size of a vocabulary that a file is about to give
        self._check_arguments(vocabulary, idf_weights)
        self._given = vocabulary is not None
        self.reset_state()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    def _check_arguments(self, vocabulary: Any, idf_weights: Any) -> None:
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise ArgumentError(
                f"{self._who()}: pad_to_max_tokens=True needs max_tokens; received none.\nGive max_tokens=1000, say."
            )
        if self.invert and self.output_mode != "int":
            raise ArgumentError(
                f"{self._who()}: invert=True gives terms back, and output_mode must be 'int'; received "
                f"{self.output_mode!r}.\nLeave output_mode out."
            )
        if self.output_mode == "tf_idf" and vocabulary is not None and idf_weights is None:
            raise ArgumentError(
                f"{self._who()}: with output_mode='tf_idf' a vocabulary comes with its weights; received no "
                "idf_weights.\nGive idf_weights too, or neither and call adapt(data)."
            )
        self._check_weights(idf_weights)

    def _check_weights(self, idf_weights: Any) -> None:
        if idf_weights is not None and self.output_mode != "tf_idf":
            raise ArgumentError(
                f"{self._who()}: idf_weights are for output_mode='tf_idf'; received them with output_mode="
                f"{self.output_mode!r}.\nLeave them out, or choose 'tf_idf'."
            )

    # ---- what terms are, for subclasses -----------------------------------------------------------------------------

    def _terms(self, x: Any) -> np.ndarray | Any:
        """Inputs as checked terms."""
        raise missing_method(self, "_terms(self, x)", "the inputs as checked terms")

    def _plain(self, tokens: Any) -> list[Any]:
        """A vocabulary as a list of Python strings or integers."""
        raise missing_method(self, "_plain(self, tokens)", "a vocabulary as a list of strings or integers")

    def _numbers_of(self, terms: Any) -> Any:
        """The number of each term, `UNKNOWN` or `DROPPED`."""
        raise missing_method(self, "_numbers_of(self, terms)", "the number of each term")

    def _unknown_bins(self, terms: Any) -> Any:
        """For terms that are not in the vocabulary, which of `num_oov_indices` numbers they share."""
        raise missing_method(self, "_unknown_bins(self, terms)", "the shared numbers of unknown terms")

    # ---- the vocabulary ---------------------------------------------------------------------------------------------

    def _oov_start(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    def _token_start(self) -> int:
        return self._oov_start() + self.num_oov_indices

    def _special(self) -> list[Any]:
        return [self.mask_token] * self._oov_start() + [self.oov_token] * self.num_oov_indices

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The terms by number.

        Args:
            include_special_tokens: whether those of the mask and of unknown terms stand in front, as they are numbered.
        """
        return [*(self._special() if include_special_tokens else []), *(self._tokens or [])]

    def vocabulary_size(self) -> int:
        """How many numbers there are, those of the mask and of unknown terms among them."""
        return self._token_start() + len(self._tokens or [])

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the terms, in the order of their numbers; what an earlier call set is forgotten.

        Args:
            vocabulary: a list or array of terms, with or without those of the mask and of unknown terms in front; or
                the name of a text file with one a line.
            idf_weights: for `output_mode="tf_idf"`: the weight of each.

        Raises:
            DataError: for no terms, repeated ones, the mask's among them, or more than `max_tokens`.
        """
        self._check_weights(idf_weights)
        if self.output_mode == "tf_idf" and idf_weights is None:
            raise ArgumentError(
                f"{self._who()}: set_vocabulary() needs idf_weights, as output_mode is 'tf_idf'.\n"
                "Give the weight of each term, or call adapt(data)."
            )
        special = self._special()
        if isinstance(vocabulary, str | Path):
            listed, found = self._plain(self._lines(vocabulary)), False
        else:
            plain = [v.item() if isinstance(v, np.generic) else v for v in _listed(vocabulary)]
            found = bool(special) and plain[: len(special)] == special
            listed = self._plain(plain[len(special) :] if found else plain)
        self._check_tokens(listed)
        if idf_weights is not None:
            weights = np.asarray(idf_weights, config.floatx())
            wanted = len(listed) + (len(special) if found else 0)
            if weights.shape != (wanted,):
                raise DataError(
                    f"{self._who()}: idf_weights must have a weight for each of {wanted} terms; received "
                    f"{weights.size}.\nGive them in the order of the vocabulary."
                )
            self.idf_weights = weights if found else np.pad(weights, (len(special), 0), constant_values=weights.mean())
        self._set(listed)

    def _set(self, tokens: list[Any]) -> None:
        self._tokens, self._announced = tokens, None
        self._table = None

    def _lines(self, path: str | Path) -> list[str]:
        if self.output_mode == "tf_idf":
            raise ArgumentError(
                f"{self._who()}: a vocabulary for output_mode='tf_idf' is a list, with idf_weights; received the file "
                f"name {str(path)!r}.\nRead the file first: open(path).read().splitlines()."
            )
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            raise DataError(
                f"{self._who()}: the vocabulary file {str(path)!r} cannot be read ({error.strerror}).\n"
                "Give the path of a text file with one term a line, or the terms as a list."
            ) from None
        return _lines_of(text)

    def _check_tokens(self, tokens: list[Any]) -> None:
        who = self._who()
        if not tokens:
            raise DataError(f"{who}: the vocabulary is empty.\nGive at least one term, or call adapt(data).")
        repeated = [term for term, count in collections.Counter(tokens).items() if count > 1]
        if repeated:
            raise DataError(
                f"{who}: the vocabulary must have each term once; {', '.join(map(repr, repeated[:5]))} "
                f"{'are' if len(repeated) > 1 else 'is'} repeated.\nWrite list(dict.fromkeys(vocabulary))."
            )
        for what, token in (("mask_token", self.mask_token), ("oov_token", self.oov_token if self.invert else None)):
            if token is not None and token in tokens:
                raise DataError(
                    f"{who}: {what}={token!r} stands at place {tokens.index(token)} of the vocabulary; it may only "
                    f"stand in front, as in {value_text(self._special())}.\nLeave it out of the vocabulary."
                )
        size = self._token_start() + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise DataError(
                f"{who}: the vocabulary has {size} terms, those of the mask and of unknown ones among them; "
                f"max_tokens={self.max_tokens}.\nMake max_tokens larger, or leave rare terms out."
            )

    # ---- learning it ----------------------------------------------------------------------------------------------

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Takes the vocabulary from `data`, the most frequent terms first; what an earlier call took is forgotten.

        Args:
            data: an array, a list, or an iterable of batches.
            steps: how many batches to take from an iterable; None for all.

        Raises:
            ArgumentError: for a layer that was made with a vocabulary.
            DataError: for no data.
        """
        self._check_free()
        self.reset_state()
        for batch, whole in batches(self, data, steps):
            terms = self._terms(batch)
            self.update_state(terms.reshape(-1, 1) if whole and terms.ndim == 1 else terms)
        self.finalize_state()

    def _check_free(self) -> None:
        if self._given:
            raise ArgumentError(
                f"{self._who()} was made with a vocabulary; adapt() would have nothing to do.\n"
                "Make it without, to learn the vocabulary from data."
            )

    def update_state(self, data: Any) -> None:
        """Counts the terms of a batch, each row of which is a document."""
        terms = self._terms(data)
        self._count(
            (
                terms.reshape(1, -1) if terms.ndim < 2 else terms.reshape(len(terms), int(np.prod(terms.shape[1:])))
            ).tolist()
        )

    def _count(self, rows: Iterable[list[Any]]) -> None:
        self._check_free()
        for row in rows:
            self._counts.update(row)
            self._seen += 1
            if self.output_mode == "tf_idf":
                self._documents.update(set(row))

    def finalize_state(self) -> None:
        """Makes the vocabulary from what was counted."""
        if self._given:
            return
        for token in (self.mask_token, self.oov_token):
            self._counts.pop(token, None)
        ranked = sorted(self._counts.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
        if not ranked:
            raise DataError(f"{self._who()}: adapt() was given no data.")
        room = None if self.max_tokens is None else max(self.max_tokens - self._token_start(), 0)
        tokens = [token for token, _ in ranked[:room]]
        if self.output_mode == "tf_idf":
            seen = np.array([self._documents[token] for token in tokens], np.float64)
            weights = np.log(1 + self._seen / (1 + seen)).astype(config.floatx())
            self.idf_weights = np.pad(weights, (self._token_start(), 0), constant_values=weights.mean())
        self._set(tokens)
        self.reset_state()

    def reset_state(self) -> None:
        """Forgets what was counted."""
        self._counts: collections.Counter[Any] = collections.Counter()
        self._documents: collections.Counter[Any] = collections.Counter()
        self._seen = 0

    # ---- using it ---------------------------------------------------------------------------------------------------

    def _cast(self, x: Any) -> Any:
        return x

    def call(self, inputs: Any) -> Any:
        """Looks the terms up, or, with `invert=True`, the numbers."""
        self._check_known(inputs, self._who())
        if self.invert:
            return self._inverted(whole_numbers(self, inputs))
        return self._encoded(self._indices(self._terms(inputs)))

    def _check_known(self, inputs: Any, who: str) -> None:
        if self._tokens is None and (self._announced is None or not in_program(inputs)):
            raise NotBuiltError(
                f"{who} has no vocabulary yet.\nCall adapt(data) on the training data first, or give it: "
                f"vocabulary={self.example}."
            )

    def _inverted(self, numbers: Any) -> Any:
        """The terms of numbers."""
        raise missing_method(self, "_inverted(self, numbers)", "the terms of numbers")

    def _indices(self, terms: Any) -> Any:
        """The number of each term; unknown ones have theirs, or are an error."""
        numbers = self._numbers_of(terms)
        where, unknown = (jnp if in_program(numbers) else np).where, numbers == UNKNOWN
        if self.num_oov_indices == 1:
            return where(unknown, self._oov_start(), numbers)
        if self.num_oov_indices == 0:
            if not in_program(numbers) and unknown.any():
                found = list(dict.fromkeys(np.asarray(terms, object)[unknown].tolist()))
                raise DataError(
                    f"{self._who()}: {', '.join(map(repr, found[:5]))} "
                    f"{'are' if len(found) > 1 else 'is'} not in the vocabulary, and num_oov_indices=0 leaves unknown "
                    "terms no number.\nAdd them to the vocabulary, or give num_oov_indices=1."
                )
            return numbers
        if in_program(numbers):
            return where(unknown, self._unknown_bins(terms) + self._oov_start(), numbers)
        numbers[unknown] = self._unknown_bins(terms[unknown]) + self._oov_start()
        return numbers

    def _depth(self) -> int:
        if self.pad_to_max_tokens and self.max_tokens is not None:
            return self.max_tokens
        return self._announced or self.vocabulary_size()

    def _encoded(self, indices: Any) -> Any:
        if self.output_mode != "tf_idf":
            return encode(indices, self.output_mode, self._depth(), "int32")
        counts = encode(indices, "count", self._depth(), config.floatx())
        weights = np.zeros(self._depth()) if self.idf_weights is None else self.idf_weights
        return counts * jnp.asarray(np.pad(weights, (0, self._depth() - len(weights))), counts.dtype)

    # ---- configs and files ------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments, and the vocabulary, given or learned."""
        made: dict[str, Any] = {"vocabulary": None, "idf_weights": None, "salt": self.salt}
        if self._tokens is not None:
            made["vocabulary"] = self.get_vocabulary(include_special_tokens=self.oov_token is not None)
            if self.idf_weights is not None:
                start = 0 if self.oov_token is not None else self._token_start()
                made["idf_weights"] = self.idf_weights[start:].tolist()
            if not self._given:
                made["has_input_vocabulary"] = False
        return super().get_config() | made

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a layer from what `get_config` returned; a vocabulary that was learned may be learned again."""
        own = {k: v for k, v in config.items() if k not in ("vocabulary_size", "has_input_vocabulary")}
        layer = super().from_config(own)
        layer._given = layer._given and config.get("has_input_vocabulary", True)
        size = config.get("vocabulary_size")
        layer._announced = size if is_int(size) and layer._tokens is None else None
        return layer

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Puts the weights of terms, if there are any, into `store`."""
        if self.idf_weights is not None:
            store["idf_weights"] = self.idf_weights

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Takes the weights of terms from `store`."""
        if self.output_mode == "tf_idf" and "idf_weights" in store and self._tokens is None:
            self.idf_weights = np.asarray(store["idf_weights"])

    def save_own_assets(self, store: MutableMapping[str, bytes]) -> None:
        """Puts the vocabulary, one term a line, into `store` under `"vocabulary.txt"`, and weights beside it."""
        if self._tokens is not None:
            store[FILE] = "\n".join(map(str, self.get_vocabulary())).encode()
            if self.idf_weights is not None:
                store[WEIGHTS_FILE] = "\n".join(map(str, self.idf_weights.tolist())).encode()

    def load_own_assets(self, store: Mapping[str, bytes]) -> None:
        """Takes the vocabulary from what `save_own_assets` filled, unless it is known."""
        if self._tokens is None and FILE in store:
            terms, size = self._plain(_split(store[FILE].decode())), len(self._special())
            same = [str(t) for t in terms[:size]] == [str(t) for t in self._special()]
            tokens = terms[size:] if same else terms
            self._check_tokens(tokens)
            if WEIGHTS_FILE in store:
                self.idf_weights = np.array(store[WEIGHTS_FILE].decode().split(), config.floatx())
            if self.idf_weights is not None:
                self.idf_weights = self.idf_weights[: self._token_start() + len(tokens)]
            self._set(tokens)

    def save_assets(self, dir_path: Any) -> None:
        """Writes the vocabulary, one term a line, to the file `vocabulary.txt` in a folder."""
        store: dict[str, bytes] = {}
        self.save_own_assets(store)
        for name, data in store.items():
            (Path(dir_path) / name).write_bytes(data)

    def load_assets(self, dir_path: Any) -> None:
        """Takes the vocabulary from the file `vocabulary.txt` in a folder, unless it is known."""
        files = [Path(dir_path) / name for name in (FILE, WEIGHTS_FILE)]
        self.load_own_assets({file.name: file.read_bytes() for file in files if file.exists()})


def _listed(vocabulary: Any) -> list[Any]:
    return list(vocabulary) if isinstance(vocabulary, list | tuple) else np.asarray(vocabulary).tolist()


def _lines_of(text: str) -> list[str]:
    """The terms in a file that somebody wrote: it may end with empty lines."""
    lines = _split(text)
    while lines and lines[-1] == "":
        lines.pop()
    return lines


def _split(text: str) -> list[str]:
    """The terms in a file of a layer: the last may be the empty one."""
    return [line.removesuffix("\r") for line in text.split("\n")]
