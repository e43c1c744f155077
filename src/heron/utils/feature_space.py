"""Columns of a table to one vector, or a dict of them: FeatureSpace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from heron import ops
from heron.config import auto_name
from heron.data.tables import table_of
from heron.errors import ArgumentError, ArgumentTypeError, DataError, NotBuiltError, suggestion, value_text
from heron.layers import (
    CategoryEncoding,
    Concatenate,
    Discretization,
    HashedCrossing,
    Hashing,
    Input,
    IntegerLookup,
    Layer,
    Normalization,
    Rescaling,
    StringLookup,
    TextVectorization,
)
from heron.registry import Configurable, deserialize, publish, serialize
from heron.saving import save_model
from heron.symbolic import has_symbolic
from heron.validate import POSITIVE_INT, Rule, one_of

_NAMES = Rule(
    "two names of features or more",
    lambda v: isinstance(v, list | tuple) and len(v) > 1 and all(isinstance(n, str) for n in v),
    (("a", "b"), ["a", "b", "c"]),
    ("a", ["a"], 3, None),
    lambda v: "Write ('city', 'job').",
)


class Cross(Configurable):
    """Features that are hashed together; `FeatureSpace.cross` makes one.

    Args:
        feature_names: their names.
        crossing_dim: how many numbers the hashes share.
        output_mode: `"one_hot"`, a vector, or `"int"`, its number.
    """

    rules = {"feature_names": _NAMES, "crossing_dim": POSITIVE_INT, "output_mode": one_of("one_hot", "int")}

    def __init__(self, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot") -> None:
        self.feature_names = tuple(feature_names)
        self.crossing_dim = crossing_dim
        self.output_mode = output_mode

    @property
    def name(self) -> str:
        """The names of the features, joined."""
        return "_X_".join(self.feature_names)


class Feature(Configurable):
    """What is done with a column; the methods of `FeatureSpace` make them.

    Args:
        dtype: what the column holds: `"float32"`, `"int32"` or `"string"`.
        preprocessor: the layer that is applied to it.
        output_mode: `"float"` as the layer gives it, `"int"` its whole numbers, `"one_hot"` a vector for each.
    """

    rules = {"output_mode": one_of("one_hot", "int", "float")}

    def __init__(self, dtype: str, preprocessor: Any, output_mode: str) -> None:
        self.dtype = dtype
        self.preprocessor = deserialize(preprocessor) if isinstance(preprocessor, Mapping) else preprocessor
        self.output_mode = output_mode

    def get_config(self) -> dict[str, Any]:
        """The arguments; the layer with what it learned."""
        return {"dtype": self.dtype, "preprocessor": serialize(self.preprocessor), "output_mode": self.output_mode}


class TFDIdentity(Layer):
    """Gives numbers as they are; Keras's name for it stands in files."""

    def call(self, inputs: Any) -> Any:
        """The numbers."""
        return inputs


class FeatureSpace(Layer):
    """Turns a table into numbers to learn from: each column in a way of its own, and crosses of columns.

    It works on the host, on whole tables or batches: `model.fit(space(table), y)`, `dataset.map(space)`. A model that
    begins with `get_inputs()` holds it; `heron.layers.Pipeline([space, model])` takes raw columns too.

    Args:
        features: dict from the name of each column to what is done with it, by a method of this class or its name:
            `"float"`, `"float_normalized"`, `"float_rescaled"`, `"float_discretized"`, `"integer_categorical"`,
            `"string_categorical"`, `"integer_hashed"`, `"string_hashed"`.
        output_mode: `"concat"`: one vector for each row, of the columns in the order of the alphabet and then the
            crosses; `"dict"`: a dict of what each column gives.
        crosses: columns to be hashed together: tuples of names, or what `cross` makes.
        crossing_dim: how many numbers the hashes of a cross share. Default 32.
        hashing_dim: the same for columns given as `"integer_hashed"` and `"string_hashed"`. Default 32.
        num_discretization_bins: how many ranges `"float_discretized"` has. Default 32.
        name: by default `feature_space`, numbered.

    Input shape:
        A dict of columns - lists, arrays, series - of shape `(rows,)` or `(rows, 1)`; or a frame of pandas or polars,
        or a table of pyarrow. Single values make a single vector. Columns that are no features are left out.

    Output shape:
        `(rows, size)` float32; in `"dict"` mode `(rows, size)` each.

    Raises:
        NotBuiltError: when it is called before `adapt`, and a column needs it.
        DataError: for missing columns.
        ArgumentError: for features and modes that do not go together.

    Example:
    >>> table = {"age": [20.0, 30.0, 40.0], "city": ["Rome", "Oslo", "Rome"]}
    >>> space = FeatureSpace({"age": FeatureSpace.float_rescaled(0.1), "city": "string_categorical"})
    >>> space.adapt(table)
    >>> space(table).tolist()
    [[2.0, 0.0, 1.0, 0.0], [3.0, 0.0, 0.0, 1.0], [4.0, 0.0, 1.0, 0.0]]
    """

    rules = {
        "output_mode": one_of("concat", "dict"),
        "crossing_dim": POSITIVE_INT,
        "hashing_dim": POSITIVE_INT,
        "num_discretization_bins": POSITIVE_INT,
    }
    _unscanned = Layer._unscanned | {"features", "inputs", "crosses", "crosses_by_name", "encoded_features"}
    takes_tables = True  # which layers before others tell by
    optimizer = None

    def __init__(
        self,
        features: Any,
        output_mode: str = "concat",
        crosses: Any = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if not isinstance(features, Mapping) or not features:
            raise ArgumentError(
                f"{self._who()} takes a dict from column names to kinds of features; received {value_text(features)}.\n"
                "Write FeatureSpace({'age': 'float_normalized', 'city': 'string_categorical'})."
            )
        self.output_mode = output_mode
        self.crossing_dim = crossing_dim
        self.hashing_dim = hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.features = {name: self._feature(name, feature) for name, feature in features.items()}
        self.crosses = [self._cross(cross) for cross in crosses or ()]
        self.crosses_by_name = {cross.name: cross for cross in self.crosses}
        self.preprocessors = {name: feature.preprocessor for name, feature in self.features.items()}
        self.crossers = {c.name: HashedCrossing(c.crossing_dim, name=c.name) for c in self.crosses}
        self.one_hot_encoders: dict[str, Any] = {}
        self.concat: Any = None
        self.inputs: Any = None
        self.encoded_features: Any = None
        self._is_adapted = not self._adaptable()

    # ---- kinds of features ------------------------------------------------------------------------------------------

    @classmethod
    def cross(cls, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot") -> Cross:
        """Columns hashed together."""
        return Cross(feature_names, crossing_dim, output_mode=output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """A column with a layer of one's own."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Numbers as they are."""
        return _made("float", name, TFDIdentity, "float32", "float")

    @classmethod
    def float_rescaled(cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None) -> Feature:
        """Numbers times `scale` plus `offset`."""
        return _made("float_rescaled", name, Rescaling, "float32", "float", scale=scale, offset=offset)

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """Numbers brought to mean 0 and variance 1."""
        return _made("float_normalized", name, Normalization, "float32", "float", axis=-1)

    @classmethod
    def float_discretized(
        cls, num_bins: int | None, bin_boundaries: Any = None, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Numbers put into ranges: so many with equal shares of the data, or those that are given."""
        options = {"num_bins": num_bins} if bin_boundaries is None else {"bin_boundaries": bin_boundaries}
        return _made("float_discretized", name, Discretization, "float32", output_mode, **options)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Whole numbers that stand for categories, those of the data learned."""
        options = {"max_tokens": max_tokens, "num_oov_indices": num_oov_indices}
        return _made("integer_categorical", name, IntegerLookup, "int32", output_mode, **options)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Words that stand for categories, those of the data learned."""
        options = {"max_tokens": max_tokens, "num_oov_indices": num_oov_indices}
        return _made("string_categorical", name, StringLookup, "string", output_mode, **options)

    @classmethod
    def string_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Words that share `num_bins` numbers."""
        return _made("string_hashed", name, Hashing, "string", output_mode, num_bins=num_bins)

    @classmethod
    def integer_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Whole numbers that share `num_bins` numbers."""
        return _made("integer_hashed", name, Hashing, "int32", output_mode, num_bins=num_bins)

    def _feature(self, name: str, given: Any) -> Feature:
        if isinstance(given, Feature):
            return given
        if isinstance(given, Mapping):
            made = deserialize(given)
            return made if isinstance(made, Feature) else self._feature(name, made)
        kinds: dict[str, Callable[[], Feature]] = {
            "float": lambda: self.float(name),
            "float_normalized": lambda: self.float_normalized(name),
            "float_rescaled": lambda: self.float_rescaled(name=name),
            "float_discretized": lambda: self.float_discretized(self.num_discretization_bins, name=name),
            "integer_categorical": lambda: self.integer_categorical(name=name),
            "string_categorical": lambda: self.string_categorical(name=name),
            "integer_hashed": lambda: self.integer_hashed(self.hashing_dim, name=name),
            "string_hashed": lambda: self.string_hashed(self.hashing_dim, name=name),
        }
        if not isinstance(given, str) or given not in kinds:
            near = suggestion(given, kinds) if isinstance(given, str) else f" Known: {', '.join(kinds)}."
            raise ArgumentError(
                f"{self._who()}: feature {name!r} must be a kind of feature; received {value_text(given)}.{near}"
            )
        return kinds[given]()

    def _cross(self, given: Any) -> Cross:
        made = deserialize(given) if isinstance(given, Mapping) else given
        if not isinstance(made, Cross):
            made = Cross(made, self.crossing_dim)
        unknown = [name for name in made.feature_names if name not in self.features]
        if unknown:
            raise ArgumentError(
                f"{self._who()}: a cross names {unknown[0]!r}, which is no feature."
                + suggestion(unknown[0], self.features)
            )
        return made

    # ---- learning ---------------------------------------------------------------------------------------------------

    def _adaptable(self) -> list[str]:
        """The columns whose layers have something to learn."""
        return [name for name, layer in self.preprocessors.items() if _learns(layer)]

    def adapt(self, dataset: Any) -> None:
        """Learns means, categories and ranges from data.

        Args:
            dataset: a dict of columns or a table; or an iterable of batches of them, `x` or `(x, y)`, that can be gone
                through once for each column that learns something.

        Raises:
            DataError: for missing columns and for an iterator, which can be gone through only once.
        """
        for name in self._adaptable():
            layer = self.preprocessors[name]
            if (columns := _columns_of(dataset)) is not None:
                layer.adapt(self._column(columns, name))
                continue
            if not isinstance(dataset, Iterable) or isinstance(dataset, str):
                raise ArgumentTypeError(
                    f"{self._who()}: adapt() takes a dict of columns, a table or an iterable of batches of them; "
                    f"received {value_text(dataset)}.\nWrite space.adapt({{'age': ages, 'city': cities}})."
                )
            if hasattr(dataset, "__next__"):
                raise DataError(
                    f"{self._who()}: adapt() goes through the data once for each column that learns; received an "
                    "iterator, which ends after the first.\nGive a data set that can be gone through again, or a list."
                )
            layer.adapt(self._batches(dataset, name))
        self._is_adapted = True
        self._encoders()

    def _batches(self, dataset: Iterable[Any], name: str) -> Iterator[Any]:
        for batch in dataset:
            columns = _columns_of(batch[0] if isinstance(batch, tuple) else batch)
            if columns is None:
                raise DataError(
                    f"{self._who()}: adapt() takes batches that are dicts of columns; received {value_text(batch)}."
                )
            yield self._column(columns, name)

    def _column(self, columns: Mapping[str, Any], name: str) -> Any:
        """A column as `(rows, 1)`."""
        if name not in columns:
            raise DataError(
                f"{self._who()} needs the column {name!r}; the data have {', '.join(map(repr, columns)) or 'none'}."
                f"{suggestion(name, columns)}"
            )
        column = columns[name]
        if has_symbolic(column) or isinstance(column, jax.Array):
            return column if column.ndim > 1 else column[..., None]
        if self.features[name].dtype == "string":
            array = np.asarray(column, object)
        else:
            array = np.asarray(column)
            if array.dtype.kind in "USOmM":
                _refuse_text(self._who(), name, array)
            if self.features[name].dtype == "float32":
                array = array.astype(np.float32)
        return array[..., None] if array.ndim < 2 else array

    # ---- using it ---------------------------------------------------------------------------------------------------

    def __call__(self, data: Any, **kwargs: Any) -> Any:
        """The vectors, or the dict of them, for a dict of columns or a table."""
        self._check_adapted()
        columns = _columns_of(data)
        if columns is None:
            raise ArgumentTypeError(
                f"{self._who()} takes a dict of columns or a table; received {value_text(data)}.\n"
                "Write space({'age': ages, 'city': cities})."
            )
        single = all(np.ndim(columns[name]) == 0 for name in self.features if name in columns)
        found = {name: self._column(columns, name) for name in self.features}
        self._check_rows(found)
        if single:
            found = {name: column.reshape(1, 1) for name, column in found.items()}
        merged = self._merged(self._preprocessed(found))
        return jax.tree.map(lambda a: a[0], merged) if single else merged

    def _check_rows(self, columns: Mapping[str, Any]) -> None:
        rows = {name: column.shape[0] for name, column in columns.items()}
        if len(set(rows.values())) > 1:
            raise DataError(
                f"{self._who()}: the columns must be equally long; received "
                f"{', '.join(f'{name!r}: {count}' for name, count in rows.items())}.\n"
                "Was a filter or a dropna applied to only some of them?"
            )

    def _preprocessed(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """What each column and each cross gives, in the order in which they are put together."""
        own = {name: self.preprocessors[name](columns[name]) for name in sorted(self.features)}
        crosses = sorted(self.crosses, key=lambda cross: cross.name)
        return own | {c.name: self.crossers[c.name]([own[n] for n in c.feature_names]) for c in crosses}

    def _merged(self, found: dict[str, Any]) -> Any:
        encoders = self._encoders()
        encoded = {name: encoders[name](value) if name in encoders else value for name, value in found.items()}
        if self.output_mode == "dict":
            return encoded
        for name, value in encoded.items():
            if "int" in str(value.dtype):
                raise ArgumentError(
                    f"{self._who()}: feature {name!r} gives whole numbers, which cannot be put beside others.\n"
                    "Give it output_mode='one_hot', or the space output_mode='dict'."
                )
        values = [value if value.ndim > 1 else value[:, None] for value in encoded.values()]
        return values[0] if len(values) == 1 else ops.concatenate(values, axis=-1)

    def _encoders(self) -> dict[str, Any]:
        """The layers that make vectors of numbers, made when it is known how long they are."""
        if not self.one_hot_encoders and self._is_adapted:
            specs: dict[str, Any] = {name: self.features[name] for name in sorted(self.features)}
            specs |= dict(sorted(self.crosses_by_name.items()))
            self.one_hot_encoders = {
                name: CategoryEncoding(self._size(name), output_mode="multi_hot")
                for name, spec in specs.items()
                if spec.output_mode == "one_hot"
            }
            if self.output_mode == "concat":
                self.concat = Concatenate()
            self.built = True
        return self.one_hot_encoders

    def _size(self, name: str) -> int:
        """How many whole numbers the layer of a feature or cross may give."""
        layer = self.preprocessors.get(name) or self.crossers[name]
        if isinstance(layer, IntegerLookup | StringLookup):
            return int(layer.vocabulary_size())
        if isinstance(layer, Discretization):
            return len(layer.bin_boundaries or ()) + 1 if layer.num_bins is None else int(layer.num_bins)
        if isinstance(layer, Hashing | HashedCrossing):
            return int(layer.num_bins)
        raise ArgumentError(
            f"{self._who()}: feature {name!r} has output_mode='one_hot', but nobody knows how many numbers "
            f"{type(layer).__name__} gives.\nUse output_mode='int', or 'float' if it gives vectors already."
        )

    def _check_adapted(self) -> None:
        if not self._is_adapted:
            raise NotBuiltError(
                f"{self._who()} has not learned from data yet ({', '.join(self._adaptable())}).\n"
                "Call adapt(table) on the training data first."
            )

    # ---- in a model -------------------------------------------------------------------------------------------------

    def get_inputs(self) -> dict[str, Any]:
        """Symbolic inputs for the columns, by name, for a model that holds the preprocessing.

        Columns of text become numbers on the host, before the compiled program of such a model.
        """
        self._check_adapted()
        if self.inputs is None:
            self.inputs = {name: Input((1,), dtype=f.dtype, name=name) for name, f in self.features.items()}
        return dict(self.inputs)

    def get_preprocessed_features(self) -> dict[str, Any]:
        """Symbolic tensors of what the layer of each column gives, before it is encoded."""
        found = self._preprocessed(self.get_inputs())
        return {name: value for name, value in found.items() if name in self.features}

    def get_encoded_features(self) -> Any:
        """Symbolic tensors of what the space gives, computed from `get_inputs()`.

        A model may begin with them, to be trained on `space(table)`, or with the inputs, to take tables themselves.
        """
        self._check_adapted()
        if self.encoded_features is None:
            self.encoded_features = self._merged(self._preprocessed(self.get_inputs()))
        return self.encoded_features

    # ---- files ------------------------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments, with what the layers learned."""
        return {
            "features": serialize(self.features),
            "output_mode": self.output_mode,
            "crosses": serialize(self.crosses),
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    def get_build_config(self) -> dict[str, Any]:
        """What the layer of each column was built on."""
        return {name: layer.get_build_config() or {} for name, layer in self.preprocessors.items()}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Makes the weights of the layers from what `get_build_config` returned; the space has learned then."""
        for name, built_on in config.items():
            layer = self.preprocessors.get(name)
            if layer is not None and built_on and not layer.built:
                layer.build_from_config(built_on)
        self._is_adapted = True

    def get_compile_config(self) -> dict[str, Any]:
        """Nothing: a space is not trained."""
        return {}

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Nothing: a space is not trained."""

    def save(self, filepath: Any) -> None:
        """Writes the space with all that it learned to a `.keras` file, which Keras loads too.

        Args:
            filepath: the name of the file; `heron.saving.load_model` makes the space again.
        """
        self._check_adapted()
        save_model(self, filepath)


def _made(kind: str, name: str | None, layer: Any, dtype: str, mode: str, **options: Any) -> Feature:
    return Feature(dtype, layer(name=f"{name or auto_name(kind)}_preprocessor", **options), mode)


def _learns(layer: Any) -> bool:
    """Whether a layer has something to learn from data that it was not given."""
    if isinstance(layer, Normalization):
        return layer.input_mean is None
    if isinstance(layer, Discretization):
        return layer.num_bins is not None
    if isinstance(layer, TextVectorization):
        return not layer._lookup_layer._given
    if isinstance(layer, IntegerLookup | StringLookup):
        return not layer._given
    return hasattr(layer, "adapt")


def _columns_of(data: Any) -> Mapping[str, Any] | None:
    """The columns of a dict or table by name."""
    if isinstance(data, Mapping):
        return data
    table = table_of(data)
    return None if table is None else dict(zip(table.names, table.columns, strict=True))


def _refuse_text(who: str, name: str, column: np.ndarray) -> None:
    if column.dtype.kind in "mM":
        raise DataError(
            f"{who}: column {name!r} holds dates or times; its kind of feature takes numbers.\n"
            "Turn them into numbers first, days for instance: (dates - dates.min()) / np.timedelta64(1, 'D')."
        )
    words = [item for item in column.reshape(-1) if isinstance(item, str)]
    if words:
        raise DataError(
            f"{who}: column {name!r} holds text, such as {str(words[0])!r}; its kind of feature takes numbers.\n"
            f"Make it 'string_categorical' or 'string_hashed', or turn it into numbers."
        )
    raise DataError(
        f"{who}: column {name!r} holds missing values or objects; expected numbers.\n"
        "Fill them in, or leave those rows out."
    )


publish("heron.utils", {"FeatureSpace": FeatureSpace, "Feature": Feature, "Cross": Cross, "TFDIdentity": TFDIdentity})
