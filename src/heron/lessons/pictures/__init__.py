"""The pictures of the lessons: each function draws one, saves it as a PNG file and returns the file's name.

Colours are those of Okabe and Ito, which people with any colour vision can tell apart; what is wrong is marked by more
than a colour.
"""

from heron.lessons.pictures.convolution import feature_maps, filters, pooling_windows, sliding_window
from heron.lessons.pictures.curves import decision_surface, fitted_line, training_curves
from heron.lessons.pictures.images import (
    confusion_matrix,
    image_row,
    mistakes,
    one_image,
    predictions_grid,
)

__all__ = [
    "confusion_matrix",
    "decision_surface",
    "feature_maps",
    "filters",
    "fitted_line",
    "image_row",
    "mistakes",
    "one_image",
    "pooling_windows",
    "predictions_grid",
    "sliding_window",
    "training_curves",
]
