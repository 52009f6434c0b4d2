"""The map of the house: a module imports only from rows above, and each library has one home."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

# From what knows least to what knows most. Modules of one row do not know each other.
ROWS = [
    {
        "index.schema",
        "index.errors",
        "index.arrays",
        "index.share",
        *("index.pages.furniture", "index.scale"),
        *("qa.days", "qa.keyboard", "qa.numerals", "qa.scope", "qa.scores"),
        *("qa.words_ko", "qa.words_en", "qa.overview.words"),
    },
    {
        "qa.overview.amounts",
        *("index.text", "index.terms", "index.lexical", "index.nearest", "index.lock"),
        "index.archive",
        *("index.pages.byline", "index.reports"),
        "qa.when",
    },
    {
        "index.lists",
        "index.pages.pdf",
        "index.encoder.states",
        "index.encoder.onnx_encoder",
        "qa.words",
    },
    {
        "index.vectors",
        "index.lexicon",
        "index.passages",
        "index.pages.topics",
        "index.pages.formats",
    },
    {
        *("index.pages.sections", "index.encoder.late", "index.encoder.onnx_module"),
        *("index.chunks", "index.lexicon_check", "index.manifest", "index.remote.rows"),
    },
    {
        *("index.pages.page", "index.encoder.sentence_encoder", "index.generations"),
        *("index.store", "index.remote.milvus", "index.remote.catalogue"),
    },
    {
        *("index.read", "index.encoder.hub", "index.remote.fetched"),
        *("qa.markup", "qa.llm.figures"),
    },
    {
        *("index.embed", "index.intake", "index.mirror", "index.watch", "index.remote.store"),
        *("qa.answer", "qa.question", "qa.weights"),
    },
    # Here the house forks: building and asking never meet.
    {
        *("index.reuse", "index.spread", "index.remote.push", "qa.retrieve"),
        *("qa.overview.glance", "qa.overview.mentions", "qa.overview.stories"),
    },
    {"index.update", "qa.overview.changes"},
    {"index.build"},
    {"qa.rank", "qa.llm.grounding"},
    {
        "qa.llm.prompts",
        "qa.baselines",
        "qa.confidence",
        "qa.conversation",
        "qa.extractive",
        "qa.examples",
        "qa.feedback",
        "qa.protocol",
        "qa.sources",
        "qa.terminal",
        "qa.overview.cards",
    },
    {"qa.digest", "qa.overview.timeline", "qa.llm.writer"},
    {"qa.respond", "qa.view", "qa.reader"},
    {"qa.assistant", "qa.replay"},
    {"qa.desk", "qa.api", "qa.catalogue", "qa.overview.screen"},
    {"qa.screen", "qa.web.parts"},
    {"qa.web.ask_tab", "qa.web.index_tab", "qa.web.overview_tab"},
    {"qa.web.page"},
    # And here both sides are seen.
    {"qa.evaluate", "index.__main__", "qa.__main__", "app"},
]
ASKING = {
    *("qa.days", "qa.keyboard", "qa.numerals", "qa.scope", "qa.scores"),
    "qa.answer",
    "qa.question",
    "qa.weights",
    "qa.when",
    "qa.retrieve",
    "qa.rank",
    "qa.confidence",
    *("qa.llm.figures", "qa.llm.grounding", "qa.llm.prompts", "qa.llm.writer"),
} | {
    "qa.baselines",
    *(
        "qa.conversation",
        *("qa.extractive", "qa.digest"),
        "qa.examples",
        "qa.protocol",
        *("qa.respond", "qa.assistant", "qa.replay"),
        *("qa.api", "qa.desk", "qa.screen"),
        *("qa.web.parts", "qa.web.ask_tab", "qa.web.index_tab", "qa.web.page"),
        "qa.web.overview_tab",
        "qa.markup",
    ),
    *(
        "qa.overview.amounts",
        "qa.overview.glance",
        "qa.overview.mentions",
        "qa.overview.stories",
        "qa.overview.changes",
    ),
    *("qa.overview.cards", "qa.overview.timeline", "qa.overview.screen", "qa.overview.words"),
    *("qa.feedback", "qa.view", "qa.sources", "qa.reader", "qa.catalogue", "qa.terminal"),
    *("qa.words", "qa.words_ko", "qa.words_en"),
}
BUILDING = {
    *(
        "index.build",
        "index.update",
        "index.intake",
        "index.reuse",
        "index.spread",
        "index.mirror",
        "index.read",
    ),
    *("index.passages", "index.remote.push"),
}
# The mains show errors in words that `qa` keeps.
SHOWS_WORDS = {"index.__main__"}

HOMES = {
    "distributed": {"index.spread"},
    "faiss": {"index.nearest"},
    "tantivy": {"index.lexical"},
    "sqlite3": {"index.archive"},
    "filelock": {"index.lock"},
    "watchfiles": {"index.watch"},
    "kiwipiepy": {"index.text"},
    "onnxruntime": {"index.encoder.onnx_encoder"},
    "trafilatura": {"index.pages.formats"},
    "pypdf": {"index.pages.pdf"},
    "pymilvus": {"index.remote.milvus"},
    "grpc": {"index.remote.milvus"},
    "gradio": {
        *("qa.web.parts", "qa.web.page"),
        *("qa.web.ask_tab", "qa.web.index_tab", "qa.web.overview_tab"),
    },
    "openai": {"qa.llm.writer"},
    "sentence_transformers": {
        *("index.encoder.hub", "index.encoder.sentence_encoder", "index.encoder.onnx_module")
    },
}


def modules() -> Iterator[tuple[str, Path]]:
    yield "app", ROOT / "app.py"
    for package in ("index", "qa"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.name != "__init__.py":
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


def imported(path: Path) -> set[str]:
    """Return every module that a file names, imports within functions included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


OURS = dict(modules())


def test_every_module_is_on_the_map():
    on_map = [name for row in ROWS for name in row]
    assert sorted(on_map) == sorted(OURS)


@pytest.mark.parametrize("name", OURS)
def test_a_module_imports_only_from_rows_above(name):
    row = next(i for i, names in enumerate(ROWS) if name in names)
    above = set().union(*ROWS[:row])
    assert imported(OURS[name]) & set(OURS) <= above


def test_building_and_asking_never_meet():
    for name in OURS:
        if name in ASKING:
            assert not imported(OURS[name]) & BUILDING, name
        elif name.startswith("index.") and name not in SHOWS_WORDS:
            assert not {m for m in imported(OURS[name]) if m.split(".")[0] == "qa"}, name


@pytest.mark.parametrize("library", HOMES)
def test_a_heavy_library_has_one_home(library):
    users = {n for n, p in OURS.items() if any(m.split(".")[0] == library for m in imported(p))}
    assert users == HOMES[library]


def test_packages_hold_no_code():
    for package in ("index", "qa"):
        for path in (ROOT / package).rglob("__init__.py"):
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert len(body) == 1, path
            assert isinstance(body[0], ast.Expr), path
