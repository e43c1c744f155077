"""CIFAR-100: 60,000 colour images, 32 x 32, of a hundred kinds of things in twenty groups. Downloaded on demand."""

from __future__ import annotations

from heron.datasets.cifar import batches
from heron.datasets.remote import CIFAR100, unpack
from heron.datasets.split import Split
from heron.validate import one_of

CLASS_NAMES = tuple(
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle "
    "caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant "
    "flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man "
    "maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree "
    "plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper "
    "snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train "
    "trout tulip turtle wardrobe whale willow_tree wolf woman worm".split()
)
"""The name of each fine class, by label."""

COARSE_NAMES = (
    "aquatic_mammals",
    "fish",
    "flowers",
    "food_containers",
    "fruit_and_vegetables",
    "household_electrical_devices",
    "household_furniture",
    "insects",
    "large_carnivores",
    "large_man-made_outdoor_things",
    "large_natural_outdoor_scenes",
    "large_omnivores_and_herbivores",
    "medium_mammals",
    "non-insect_invertebrates",
    "people",
    "reptiles",
    "small_mammals",
    "trees",
    "vehicles_1",
    "vehicles_2",
)
"""The name of each group, by coarse label."""

_FOLDER = "cifar-100-binary"
_LABEL_MODE = one_of("fine", "coarse")


def load_data(label_mode: str = "fine") -> Split:
    """Returns the 50,000 training and 10,000 test images with their labels, as Keras does.

    The first call downloads 169 MB.

    Args:
        label_mode: `"fine"` for the hundred classes, `CLASS_NAMES`; `"coarse"` for the twenty groups, `COARSE_NAMES`.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(50000, 32, 32, 3)` and `(10000, 32, 32, 3)`, uint8 from 0 to
        255, with the channels first where `heron.config` says so, and labels `(50000, 1)` and `(10000, 1)`, uint8.

    Raises:
        ArgumentError: when `label_mode` is neither.
        DownloadError: when the archive cannot be had; the message says where to put it by hand.

    Source:
        A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
    """
    _LABEL_MODE.check("cifar100.load_data", "label_mode", label_mode)
    folder = unpack("cifar100", CIFAR100, "files") / _FOLDER
    label = 1 if label_mode == "fine" else 0  # the byte of the group comes first
    return batches(folder, ["train.bin"], labels=2, label=label), batches(folder, ["test.bin"], labels=2, label=label)
