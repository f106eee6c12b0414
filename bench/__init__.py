"""Figures the project promises, measured; ``make bench`` prints them.

The contract of a bench module, ``bench/bench_<noun>.py``:

- ``NAMES: tuple[str, ...]`` lists the names of the figures it yields, in their order;
- ``figures() -> Iterator[Figure]`` measures and yields them (``bench.figure.Figure``).

Names are ``noun.what``, lower case, for example ``decode.standard.parity``. ``make bench
ONLY=pattern`` runs only the modules in whose name or ``NAMES`` the pattern (a regular
expression) is found, and prints only the figures it matches: what should be runnable alone
gets a module of its own. Times are ratios within the run, never seconds of one machine.
Every name in ``NAMES`` has its method in docs/en/bench.md and docs/fr/bench.md, and a test
holds that.
"""
