"""The engine against its peers: same work, one run, answers compared.

    python tests/bench/bench_engine.py [--quick] [--only compile,roads,world,cluster,borders]

Every engine runs in a process of its own, on one graph after another, prepared once. A peer
whose cost is linear in the origins is run on as many origins as fit in ``--cap`` seconds and
scaled up (marked ``~``). CPU seconds count all threads; they bear a busy machine better than
wall seconds. Peaks are beside the answer. Ends with what must hold, and whether it does.
Writes ``bench_engine.csv`` and ``bench_engine_holds.csv`` into ``--out``.
"""

# ruff: noqa: T201 — a script that prints

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from bench_graphs import rows_of
from bench_measure import Row, answer, in_child
from bench_own import borders, cluster, compiled
from bench_peers import PEERS

CASES = ("compile", "roads", "world", "cluster", "borders")
OWN = {"compile": compiled, "cluster": cluster, "borders": borders}
SHOWN = {
    "case": "", "line": "", "engine": "", "wall_s": "{:.3f}", "cpu_s": "{:.3f}",
    "x_wall": "{:,.0f}", "x_cpu": "{:,.0f}", "peak_mib": "{:.0f}", "off_ms": "{:.3g}",
    "off_sum": "{:.3g}", "run": "{:,.0f}",
}  # fmt: skip


def collect(case: str, given: argparse.Namespace) -> list[Row]:
    """Run a case, one child for each engine that is installed."""
    options = [f"--nodes={given.nodes}", f"--cap={given.cap}", *(["--quick"] * given.quick)]
    if case in OWN:
        return in_child(__file__, *options, f"--child={case}")
    engines = ["yrdgeo", *(name for name, (module, _) in PEERS.items() if find_spec(module))]
    rows: list[Row] = []
    for engine in engines:
        print(f"{case}: {engine} …", flush=True)
        found = in_child(__file__, *options, f"--child={case}/{engine}")
        rows += [{"case": case, "engine": engine} | row for row in found]
    return rows


def compared(rows: list[Row]) -> pd.DataFrame:
    """Return the rows with how many times our cost each line took."""
    table = pd.DataFrame(rows).reindex(columns=list(dict.fromkeys([*SHOWN, *_keys(rows)])))
    ours = table[table["engine"] == "yrdgeo"].set_index(["case", "line"])
    ours = ours[~ours.index.duplicated()]
    own = pd.MultiIndex.from_frame(table[["case", "line"]])
    for name in ("wall", "cpu"):
        base = ours[f"{name}_s"].reindex(own).to_numpy()
        table[f"x_{name}"] = table[f"{name}_s"] / base
    return table


def _keys(rows: list[Row]) -> list[str]:
    return [key for row in rows for key in row]


def shown(table: pd.DataFrame) -> str:
    """Lay the table out; ``~`` marks what is scaled up from fewer origins."""
    text = pd.DataFrame(index=table.index)
    for name, form in SHOWN.items():
        column = table[name]
        text[name] = (
            column.fillna("")
            if not form
            else ["" if pd.isna(value) else form.format(value) for value in column]
        )
    scaled = (table["run"] < table["of"]) if "of" in table else False
    for name in ("wall_s", "cpu_s"):
        text[name] += scaled.map({True: " ~", False: "  "}) if "of" in table else ""
    return text.to_string(index=False)


class Rule(NamedTuple):
    """What must hold of a column, in the lines of some cases and engines; "" is any."""

    what: str
    cases: tuple[str, ...]
    engine: str
    line: str
    column: str
    least: float = -np.inf
    most: float = np.inf


GRAPHS = ("roads", "world")
RULES = [
    Rule("2,900 × 2,900, × pandana, wall", GRAPHS, "pandana", "2,900 × 2,900", "x_wall", 100),
    Rule("2,900 × 2,900, × pyroutingkit", GRAPHS, "pyroutingkit", "2,900 × 2,900", "x_wall", 20),
    Rule("10,000 × 2,000, wall s", ("roads",), "yrdgeo", "10,000 × 2,000", "wall_s", most=1),
    Rule("100,000 × 500, wall s", ("roads",), "yrdgeo", "100,000 × 500", "wall_s", most=3),
    Rule("most memory beside an answer, MiB", GRAPHS, "yrdgeo", " × ", "peak_mib", most=600),
    Rule("sums within 30 min, × pandana, wall", GRAPHS, "pandana", "30 min", "x_wall", 50),
    Rule("sums in any time, CPU s", GRAPHS, "yrdgeo", "any time", "cpu_s", most=5),
    Rule("preparation, × pandana, CPU", GRAPHS, "pandana", "prepare", "x_cpu", 1),
    Rule("preparation, × ch-router, CPU", GRAPHS, "ch-router", "prepare", "x_cpu", 1 / 1.5),
    Rule("index, bytes a node", GRAPHS, "yrdgeo", "prepare", "bytes_a_node", most=60),
    Rule("saving, wall s", GRAPHS, "yrdgeo", "prepare", "save_wall_s", most=1),
    Rule("loading, wall s", GRAPHS, "yrdgeo", "prepare", "load_wall_s", most=1),
    Rule("off scipy's times, ms", GRAPHS, "yrdgeo", " × ", "off_ms", most=1e-3),
    Rule("off scipy's sums", GRAPHS, "yrdgeo", " × ", "off_sum", most=0),
    Rule("first use compiles, wall s", ("compile",), "yrdgeo", "first", "wall_s", most=5),
    Rule("2 processes, × this one, wall", ("cluster",), "", "", "x_here", most=1.3),
    Rule("2 processes, other numbers", ("cluster",), "", "", "differ", most=0),
    Rule("planar gaps, × shapely, CPU", ("borders",), "shapely", "planar", "x_shapely", 50),
    Rule("planar gaps, off shapely's, m", ("borders",), "shapely", "planar", "off_m", most=1e-6),
    Rule("100 pairs of counties, wall s", ("borders",), "yrdgeo", "counties", "wall_s", most=1),
]


def holds(table: pd.DataFrame) -> pd.DataFrame:
    """Compare what was found with what must hold."""
    found = []
    for rule in RULES:
        for case in rule.cases:
            named = table["engine"].eq(rule.engine) if rule.engine else table["engine"].notna()
            lines = table["line"].str.contains(rule.line, regex=False, na=False)
            here = table[(table["case"] == case) & named & lines]
            values = here[rule.column].dropna() if rule.column in table else pd.Series(dtype=float)
            if len(values):
                worst = values.max() if np.isinf(rule.least) else values.min()
                good = rule.least <= worst <= rule.most
                found.append((case, rule.what, worst, rule.least, rule.most, good))
    return pd.DataFrame(found, columns=["case", "what", "found", "least", "most", "holds"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(CASES))
    parser.add_argument("--quick", action="store_true", help="a small graph, to see that it runs")
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--cap", type=float, default=6.0, help="seconds for a peer's matrix")
    parser.add_argument("--out", type=Path, default=Path("build"))
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.quick:
        given.nodes, given.cap = min(given.nodes, 40_000), min(given.cap, 0.5)
    if given.child:
        case, _, engine = given.child.partition("/")
        own = OWN.get(case)
        answer(own(given.nodes) if own else rows_of(case, engine, given.nodes, given.cap))
        return
    rows = [row for case in given.only.split(",") for row in collect(case, given)]
    table = compared(rows)
    print("\n" + shown(table))
    print("".join(f"\n{row['case']}: {row['wrong']}" for row in rows if "wrong" in row))
    given.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(given.out / "bench_engine.csv", index=False)
    if not given.quick:
        verdict = holds(table)
        print("\n" + verdict.to_string(index=False, float_format="{:,.4g}".format))
        verdict.to_csv(given.out / "bench_engine_holds.csv", index=False)


if __name__ == "__main__":
    main()
