"""Score `url_key` on a file of URL pairs: how many spellings meet, how many articles stay apart.

    python benchmarks/url_identity.py PATH

PATH is JSON: {"must_match": [[name, url, url], …], "must_differ": [[name, url, url], …]}.
Prints JSON; exits 1 when a pair that must differ has one key, for that loses an article for good.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline.identify import url_key


def key(url: str) -> str:
    try:
        return url_key(url)
    except ValueError as error:
        return f"no key: {error}"


def score(pairs: list[tuple[str, str, str]], *, equal: bool) -> dict[str, object]:
    failed = [name for name, one, other in pairs if (key(one) == key(other)) != equal]
    return {"passed": len(pairs) - len(failed), "total": len(pairs), "failed": failed}


def main(path: str) -> int:
    vectors = json.loads(Path(path).read_text(encoding="utf-8"))
    result = {
        "must_match": score(vectors["must_match"], equal=True),
        "must_differ": score(vectors["must_differ"], equal=False),
    }
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return 1 if result["must_differ"]["failed"] else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PATH")
    sys.exit(main(sys.argv[1]))
