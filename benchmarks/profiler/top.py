"""What a profile says: share of busy samples by function, alone and with what it called.

python benchmarks/profiler/top.py gateway-123.txt [lines]
"""

import sys
from collections import Counter
from pathlib import Path


def main(file: Path, lines: int) -> None:
    package, alone, within = Counter[str](), Counter[str](), Counter[str]()
    head, *rows = file.read_text().splitlines()
    for row in rows:
        count, _, stack = row.partition(" ")
        places = stack.split(";")
        package[places[-1].partition("/")[0]] += int(count)
        alone[places[-1]] += int(count)
        for place in set(places):
            within[place] += int(count)
    total = sum(alone.values()) or 1
    print(head)
    for name, counted in (
        ("by package, alone", package),
        ("alone", alone),
        ("with callees", within),
    ):
        print(f"-- {name}")
        for place, count in counted.most_common(lines):
            print(f"{100 * count / total:5.1f} %  {place}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 30)
