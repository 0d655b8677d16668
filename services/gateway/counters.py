"""What this process counted since its start, for /metrics."""

from collections import Counter


class Counters:
    def __init__(self) -> None:
        self._counted: Counter[tuple[str, str]] = Counter()

    def count(self, what: str, result: str) -> None:
        self._counted[what, result] += 1

    def lines(self) -> list[str]:
        """In Prometheus' text format."""
        lines = ["# TYPE taskflow_gateway_total counter"]
        lines += [
            f'taskflow_gateway_total{{what="{what}",result="{result}"}} {count}'
            for (what, result), count in sorted(self._counted.items())
        ]
        return lines
