"""docs/glossary.md: it stays in step with the tree."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROWS = re.findall(r"^\| (.+?) \| .+ \| .+ \| `(.+?)` \|$", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)


def test_every_word_stands_once_in_order():
    words = [word.lower() for word, _ in ROWS]

    assert len(words) > 50
    assert words == sorted(set(words))


def test_every_module_that_is_named_is_there():
    assert [(word, name) for word, name in ROWS if not (ROOT / name).is_file()] == []
