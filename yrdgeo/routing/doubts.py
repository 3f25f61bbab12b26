"""Lengths that cannot be: told when a network is made ready, where its nodes are on the map.

Promise: kilometres that are metres stop the question; a few links that are too short are counted
and named in the log, because a network with them still answers.
"""

import logging

import numpy as np

from yrdgeo.errors import NetworkError, few
from yrdgeo.results import Network
from yrdgeo.routing.lines import link_ends

_LOG = logging.getLogger(__name__)
_EARTH_KM = 6_371.0
_METRES = 300.0  # times the great circle: no road winds so much, and metres are at 1,000
_NEAR_KM = 0.1  # nodes closer than this say nothing of a unit
_SPHERE = 0.99  # the sphere is off by less than a hundredth
_ROUNDING_KM = 0.1


def check_lengths(network: Network) -> None:
    """Compare the lengths of links with the great circles between their nodes.

    Parameters
    ----------
    network
        Nothing is checked where nodes have no geometry.

    Raises
    ------
    NetworkError
        If half of the links or more are over 300 times the great circle.
    """
    links = network.links
    ends = np.radians(link_ends(network, links))
    (lon_a, lat_a), (lon_b, lat_b) = ends[:, 0].T, ends[:, 1].T
    chord = np.sin((lat_b - lat_a) / 2) ** 2
    chord = chord + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    direct = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    length = links["length_km"].to_numpy(dtype=np.float64)
    ids = links["link_id"].to_numpy()
    apart = direct > _NEAR_KM
    far = apart & (length > _METRES * direct)
    if apart.any() and far.sum() * 2 >= apart.sum():
        named = (
            f"{ids[row]}: {length[row]:g} km, great circle {direct[row]:.1f} km"
            for row in np.flatnonzero(far)
        )
        raise NetworkError(
            "The lengths of the links look like metres.",
            found=few(named),
            fix="Divide them by 1000: length_km is in kilometres.",
        )
    short = length < _SPHERE * direct - _ROUNDING_KM
    if short.any():
        _LOG.warning(
            "%d of %d links are shorter than the great circle between their nodes: %s",
            short.sum(),
            len(links),
            few(ids[short]),
        )
