"""Pictures drawn again for a phone: less wide, with letters of the same size."""

import math
from dataclasses import replace

from openqq_nb.charts.bars import LEAST_PLOT, scale_end
from openqq_nb.charts.picture import WIDTH, Picture
from openqq_nb.charts.themes import Spec

_WIDTH = 350
_MOMENT = 80


def narrow(picture: Picture) -> Picture:
    """Draw a picture for a phone; its labels keep their room, and what is between them is less wide.

    Args:
        picture: one of bars, of a course of time, or of squares side by side that have no number in them.
    """
    return replace(picture, body=_narrowed(picture.body))


def _narrowed(body: Spec) -> Spec:
    if "concat" in body:
        return body | {"columns": 1}
    if "vconcat" in body:
        return body | {"vconcat": [_narrowed(one) for one in body["vconcat"]]}
    width = body["width"]
    if isinstance(width, dict):
        return body | {"width": {"step": width["step"] // 2}}
    plot = max(LEAST_PLOT, width - (WIDTH - _WIDTH))
    return _spaced(body, plot) | {"width": plot}


def _spaced(body: Spec, plot: int) -> Spec:
    """Give scales and labels their room in a plot that is so wide."""
    encoding: Spec = dict(body.get("encoding", {}))
    across, legend = encoding.get("x", {}), encoding.get("color", {}).get("legend")
    if across.get("type") == "temporal":
        moments = across["axis"]["values"]
        fewer = moments[:: math.ceil(len(moments) * _MOMENT / plot)]
        encoding["x"] = across | {"axis": across["axis"] | {"values": fewer}}
    if across.get("field") == "size":
        encoding["x"] = across | {"scale": across["scale"] | {"domain": [0, _end(body, plot)]}}
    if legend:
        columns = max(1, legend["columns"] * _WIDTH // WIDTH)
        encoding["color"] = encoding["color"] | {"legend": legend | {"columns": columns}}
    layers = {"layer": [_spaced(one, plot) for one in body["layer"]]} if "layer" in body else {}
    return body | {"encoding": encoding} | layers


def _end(body: Spec, plot: int) -> float:
    bars = body["data"]["values"]
    return scale_end([one["size"] for one in bars], [one["shown"] for one in bars], plot)
