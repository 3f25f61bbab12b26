"""Which cities are the core of a network of flows, and is there one at all."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from yrdgeo.analysis.flows import checked_flows
from yrdgeo.analysis.permutation import checked_draws, permutation_result, seeded
from yrdgeo.errors import ArgumentError
from yrdgeo.results import TestResult

Floats = npt.NDArray[np.float64]

FEWEST = 4
SWEEPS = 1_000
STILL = 1e-12
RESTARTS = 10
BRIEF = 1  # restarts of each draw of the test


@dataclass(frozen=True, slots=True, eq=False)
class CorePeriphery:
    """A core and a periphery, discrete and continuous.

    Attributes
    ----------
    core
        By city: whether it is in the discrete core.
    coreness
        By city: continuous coreness, 0 to 1, the largest being 1.
    fit
        Correlation of the flows with the discrete ideal pattern.
    fit_continuous
        Correlation of the flows with c_i c_j.
    test
        Whether the fit is larger than where the same flows are dealt to other pairs. Its
        statistic is the fit of a briefer search, the one that each draw gets: ``fit`` or a
        little less.
    """

    core: pd.Series
    coreness: pd.Series
    fit: float
    fit_continuous: float
    test: TestResult

    def __repr__(self) -> str:
        """Give the size of the core, the fit and its p."""
        return (
            f"CorePeriphery({int(self.core.sum())} of {len(self.core)} in the core, fit = "
            f"{self.fit:.3f}, p = {self.test.p_value:.3g})"
        )


def core_periphery(flows: pd.DataFrame, *, permutations: int = 199, seed: int = 0) -> CorePeriphery:
    r"""Find the core of a network by the model of Borgatti and Everett.

    .. math:: \max_{c \in \{0,1\}^n} \operatorname{corr}(A_{ij}, \Delta_{ij}), \quad
        \Delta_{ij} = \max(c_i, c_j)

    over the unordered pairs, A being the mean of both directions: core cities are linked with
    each other and with the periphery, peripheral cities not with each other. The continuous
    coreness minimises the squares off the diagonal (MINRES), A ≈ c c'.

    Parameters
    ----------
    flows
        n × n, zero or more, four cities at least. Flows of gravity models span orders of
        magnitude: pass ``flows ** 0.5`` or their logarithm's rank where one pair would rule.
    permutations, seed
        The flows are dealt to other pairs this often, and the core is sought again each time.

    Returns
    -------
    result
        Core, coreness, both fits and the test.

    Raises
    ------
    ArgumentError
        If flows are missing, negative or infinite, all equal, or of fewer than four cities.

    Notes
    -----
    The discrete core is found by swapping single cities from starts by strength and at random
    until no swap gains: exact in all networks small enough to count, not proven beyond.

    References
    ----------
    Borgatti, S. P., Everett, M. G. (2000). Models of core/periphery structures. Social Networks
    21, 375-395.

    Examples
    --------
    >>> ids = list("abcdef")
    >>> core = np.array([1, 1, 0, 0, 0, 0])
    >>> ideal = pd.DataFrame(np.maximum.outer(core, core) * 1.0, ids, ids)
    >>> found = core_periphery(ideal, permutations=99)
    >>> found.core[found.core].index.tolist(), round(found.fit, 6)
    (['a', 'b'], 1.0)
    """
    checked = checked_flows(flows)
    n = len(checked)
    matrix = checked.to_numpy(np.float64)
    both = (matrix + matrix.T) / 2
    pairs = np.triu_indices(n, 1)
    values = both[pairs]
    if n < FEWEST or np.ptp(values) == 0:
        raise ArgumentError(
            "A core needs four cities or more, and flows that differ.",
            found=f"{n} cities, flows from {values.min(initial=0):g} to {values.max(initial=0):g}",
        )
    generator = seeded(seed)
    core, fit = _discrete(both, generator, RESTARTS)
    coreness, smooth = _continuous(both)
    null = np.empty(checked_draws(permutations))
    for place in range(len(null)):
        dealt = np.zeros_like(both)
        dealt[pairs] = generator.permutation(values)
        null[place] = _discrete(dealt + dealt.T, generator, BRIEF)[1]
    # Sought as briefly as in the draws: a longer search would make any fit look rare.
    brief = _discrete(both, generator, BRIEF)[1]
    words = f"The same {len(values):,} flows dealt to other pairs, {len(null):,} drawn."
    test = permutation_result(null, brief, alternative="greater", exact=False, words=words)
    return CorePeriphery(
        pd.Series(core, checked.index, name="core"),
        pd.Series(coreness, checked.index, name="coreness"),
        fit,
        smooth,
        test,
    )


def _discrete(
    both: Floats, generator: np.random.Generator, restarts: int
) -> tuple[npt.NDArray[np.bool_], float]:
    """Return the best core found by steepest single swaps, and its correlation."""
    n = len(both)
    pairs = n * (n - 1) / 2
    total = both.sum() / 2
    spread = np.sqrt((both**2).sum() / 2 - total**2 / pairs)
    by_strength = np.argsort(-both.sum(axis=1), kind="stable")
    starts = [np.isin(np.arange(n), by_strength[:size]) for size in (1, max(n // 4, 1), n // 2)]
    starts += [generator.random(n) < share for share in generator.uniform(0.1, 0.6, restarts)]
    # Of every size of a core: the flow that is expected in its pattern, and the deviation.
    sizes = np.arange(n + 1)
    ideal = pairs - (n - sizes) * (n - sizes - 1) / 2
    expected, deviation = total * ideal / pairs, spread * np.sqrt(ideal - ideal**2 / pairs)
    best: tuple[npt.NDArray[np.bool_], float] = (starts[0], -np.inf)
    for start in starts:
        core, found = _climbed(both, start, expected, deviation)
        if found > best[1] + STILL:
            best = (core, found)
    return best


def _climbed(
    both: Floats, start: npt.NDArray[np.bool_], expected: Floats, deviation: Floats
) -> tuple[npt.NDArray[np.bool_], float]:
    """Return the core where no single swap from a start on helps, and its correlation."""
    core = start.copy()
    found = -np.inf
    outside = both @ (~core)  # of each city: its links with the periphery
    inside = both.sum() / 2 - outside[~core].sum() / 2
    while True:
        # Flipping a city moves its links with the periphery into or out of the pattern.
        k = int(core.sum())
        gains = np.where(core, -outside, outside)
        size = np.where(core, k - 1, k + 1)
        score = np.full(len(both), -np.inf)
        possible = deviation[size] > 0
        np.divide(inside + gains - expected[size], deviation[size], out=score, where=possible)
        place = int(score.argmax())
        if score[place] <= found + STILL:
            return core, found
        found = float(score[place])
        inside += gains[place]
        outside += both[place] if core[place] else -both[place]
        core[place] = ~core[place]


def _continuous(both: Floats) -> tuple[Floats, float]:
    """Return c of MINRES, scaled to a largest of 1, and the correlation of A with c c'."""
    n = len(both)
    c = both.sum(axis=1) / np.sqrt(both.sum())
    for _ in range(SWEEPS):
        before = c.copy()
        for i in range(n):
            rest = (c**2).sum() - c[i] ** 2
            c[i] = max((both[i] @ c) / rest, 0.0) if rest > 0 else 0.0
        if np.abs(c - before).max() <= STILL * np.abs(c).max():
            break
    pairs = np.triu_indices(n, 1)
    fit = float(np.corrcoef(both[pairs], np.outer(c, c)[pairs])[0, 1])
    return c / c.max(), fit
