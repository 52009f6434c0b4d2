"""Late chunking against a slow oracle, its edges, and models other than the embedded one."""

import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from conftest import ROOT
from huggingface_hub import constants
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from index.embed import EMBEDDED, name_of, open_embedder
from index.encoder.late import LateChunked, Prefixes, compose
from index.errors import ModelUnavailable
from index.schema import Passage, Source, Span

# torch and transformers warn about themselves while they are imported or load a model.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

SHIPPED = ROOT / "index" / "model"
QUESTION = "엔비디아 주가는 왜 올랐어?"


def passage(heading, *sentences, gap=" ", start=7):
    """Make a passage whose sentences are separated by `gap` in its source."""
    text, spans = "", []
    for sentence in sentences:
        spans.append(Span(start + len(text), start + len(text) + len(sentence)))
        text += sentence + gap
    text = text.removesuffix(gap)
    source = Source("2024-04-23.txt", "브리핑", "0" * 64)
    return Passage("p", source, 0, heading, text, Span(start, start + len(text)), tuple(spans))


CHIPS = passage(
    "美 엔비디아, 3%대 상승", "엔비디아가 올랐습니다.", "AI 칩 주문이 몰렸기 때문인데요."
)
RATES = passage("", "연준은 금리를 동결했습니다.", gap="\n")
OIL = passage(
    "국제 유가",
    "WTI는 배럴당 82달러입니다.",
    "수요가 늘었습니다.",
    "산유국은 감산을 이어가기로 했고요.",
    gap="\n",
)


def test_a_model_folder_is_opened_again_by_the_name_in_its_id(embedder, tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(SHIPPED, copy)
    opened = open_embedder(str(copy))
    assert name_of(opened.id) == str(copy)
    assert name_of(embedder.id) == EMBEDDED
    assert opened.id.rpartition(":")[2] == embedder.id.rpartition(":")[2]


@pytest.fixture(scope="module")
def embedder():
    return open_embedder()


def slow_rows(embedder, given):
    """Encode one passage by itself, and pool its sentences token by token."""
    encoder, prefix = embedder._encoder, "passage: "
    text, spans = compose(given)
    encoding = encoder.tokenizer.encode(prefix + text)
    ids = np.array([encoding.ids], np.int64)
    states = encoder.run(ids, np.ones_like(ids))[0].astype(np.float64)
    rows = [states.mean(axis=0)]
    for span in spans:
        members = []
        for state, (start, end) in zip(states, encoding.offsets, strict=True):
            if end > start and span.start <= end - 1 - len(prefix) < span.end:
                members.append(state)
        rows.append(np.mean(members, axis=0))
    return np.stack([row / np.linalg.norm(row) for row in rows])


def test_compose_puts_the_heading_before_the_sentences():
    text, spans = compose(CHIPS)
    assert text == "美 엔비디아, 3%대 상승. 엔비디아가 올랐습니다. AI 칩 주문이 몰렸기 때문인데요."
    assert [span.of(text) for span in spans] == [
        "엔비디아가 올랐습니다.",
        "AI 칩 주문이 몰렸기 때문인데요.",
    ]
    assert compose(RATES) == ("연준은 금리를 동결했습니다.", [Span(0, 15)])
    assert compose(passage("제목")) == ("제목. ", [])


def test_rows_are_those_of_the_slow_oracle_in_the_order_given(embedder):
    given = [OIL, RATES, CHIPS]  # the longest first: batches are sorted by length
    whole, parts = embedder.encode_passages(given)
    oracle = [slow_rows(embedder, each) for each in given]
    assert whole.dtype == parts.dtype == np.float32
    np.testing.assert_allclose(whole, [rows[0] for rows in oracle], atol=1e-5)
    np.testing.assert_allclose(parts, np.concatenate([rows[1:] for rows in oracle]), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(parts, axis=1), 1, atol=1e-5)


def test_no_one_and_two_passages(embedder):
    assert [rows.shape for rows in embedder.encode_passages([])] == [(0, 384), (0, 384)]
    one, one_parts = embedder.encode_passages([CHIPS])
    two, two_parts = embedder.encode_passages([CHIPS, OIL])
    assert one.shape == (1, 384)
    assert two_parts.shape == (5, 384)
    np.testing.assert_allclose(two[0], one[0], atol=1e-4)
    np.testing.assert_allclose(two_parts[:2], one_parts, atol=1e-4)


def test_a_passage_without_sentences_has_its_own_vector(embedder):
    bare = Passage("b", CHIPS.source, 0, "환율", "원/달러 1,380원", Span(0, 11), ())
    whole, parts = embedder.encode_passages([bare, RATES])
    assert parts.shape == (1, 384)
    np.testing.assert_allclose(whole[0], slow_rows(embedder, bare)[0], atol=1e-5)


def test_sentences_beyond_the_limit_are_encoded_alone_with_their_heading(embedder):
    filler = [
        f"{number}번째 회사의 분기 매출은 {number * 7}억 달러로 집계됐습니다."
        for number in range(34)
    ]
    given = passage("기업 실적", *filler, "마지막으로 애플 소식입니다.")
    assert sum(embedder.count_tokens(filler)) > 512
    whole, parts = embedder.encode_passages([given, RATES])
    assert parts.shape == (36, 384)
    np.testing.assert_allclose(np.linalg.norm(np.vstack([whole, parts]), axis=1), 1, atol=1e-5)
    alone = slow_rows(embedder, passage("기업 실적", "마지막으로 애플 소식입니다."))[1]
    np.testing.assert_allclose(parts[34], alone, atol=1e-4)
    np.testing.assert_allclose(parts[35], slow_rows(embedder, RATES)[1], atol=1e-4)


def test_one_sentence_longer_than_the_limit_is_cut(embedder):
    whole, parts = embedder.encode_passages([passage("가", "매출이 늘었고 " * 200)])
    assert np.isfinite(parts).all()
    assert whole[0] @ parts[0] > 0.95
    assert np.isfinite(embedder.encode_query("왜 " * 600)).all()


def test_what_has_no_token_of_its_own_still_gets_a_row(embedder):
    whole, parts = embedder.encode_passages([passage("", "\u200b", "\x00")])
    np.testing.assert_allclose(np.linalg.norm(np.vstack([whole, parts]), axis=1), 1, atol=1e-5)


def test_decomposed_hangul_has_the_vector_of_composed(embedder):
    import unicodedata

    composed = embedder.encode_query(QUESTION)
    np.testing.assert_allclose(
        embedder.encode_query(unicodedata.normalize("NFD", QUESTION)), composed, atol=1e-5
    )


def test_questions_find_what_they_ask_for(embedder):
    whole, parts = embedder.encode_passages([CHIPS, RATES, OIL])
    asked = [QUESTION, "연준이 금리를 동결했나요?", "원유 가격이 얼마야?"]
    rows = np.stack([embedder.encode_query(question) for question in asked])
    assert np.argmax(rows @ whole.T, axis=1).tolist() == [0, 1, 2]
    assert np.argmax(rows @ parts.T, axis=1)[1:].tolist() == [2, 3]


def test_progress_counts_the_passages(embedder):
    seen = []
    embedder.encode_passages([OIL, RATES, CHIPS], seen.append)
    assert seen == [1, 2, 3]


def test_counts_of_texts_joined_by_spaces_add_up(embedder):
    texts = ["WTI는 배럴당 82달러입니다.", "수요가 늘었습니다.", ""]
    counts = embedder.count_tokens(texts)
    assert counts[2] == 0
    assert embedder.count_tokens([" ".join(texts[:2])]) == [counts[0] + counts[1]]
    assert 500 <= embedder.max_tokens <= 512


def test_many_threads_get_the_vectors_of_one(embedder):
    questions = [f"{number}월 물가는 얼마나 올랐어?" for number in range(1, 9)]
    alone = [embedder.encode_query(question) for question in questions]
    together = {}

    def ask(question):
        together[question] = embedder.encode_query(question)

    threads = [threading.Thread(target=ask, args=[question]) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for question, row in zip(questions, alone, strict=True):
        np.testing.assert_allclose(together[question], row, atol=1e-5)


def test_a_question_needs_no_torch():
    program = (
        "import sys; from index.embed import open_embedder\n"
        "row = open_embedder().encode_query('금리는?')\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
        "print(row.shape, heavy)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "(384,) set()\n"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Save two tiny models, untrained but real: one pools by the mean, one by the first token."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    letters = sorted(
        {letter for each in (CHIPS, RATES, OIL) for letter in compose(each)[0] + QUESTION}
    )
    words = {
        word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters])
    }
    tokenizer = Tokenizer(models.WordPiece(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    torch.manual_seed(5)
    folder = tmp_path_factory.mktemp("tiny")
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=96,
    )
    BertModel(config).save_pretrained(folder / "bert")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", model_max_length=96,
    ).save_pretrained(folder / "bert")  # fmt: skip
    prompts = {"query": "질문: ", "document": "글: "}
    for name in ("mean", "cls"):
        modules = [Transformer(str(folder / "bert")), Pooling(32, pooling_mode=name), Normalize()]
        SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(str(folder / name))
    return folder


def test_another_model_that_pools_by_the_mean_is_late_chunked(tiny):
    from sentence_transformers import SentenceTransformer

    opened = open_embedder(str(tiny / "mean"))
    assert isinstance(opened, LateChunked)
    assert opened.dim == 32
    assert opened._prefixes == Prefixes("질문: ", "글: ")
    own = SentenceTransformer(str(tiny / "mean"), device="cpu")
    whole, parts = opened.encode_passages([CHIPS, RATES])
    np.testing.assert_allclose(whole[0], own.encode_document(compose(CHIPS)[0]), atol=1e-5)
    np.testing.assert_allclose(opened.encode_query(QUESTION), own.encode_query(QUESTION), atol=1e-5)
    assert parts.shape == (3, 32)
    np.testing.assert_allclose(np.linalg.norm(parts, axis=1), 1, atol=1e-5)
    # The second sentence knows its segment: alone, it has another vector.
    alone = own.encode_document(CHIPS.quote(CHIPS.sentences[1]))
    assert not np.allclose(parts[1], alone, atol=1e-3)


def test_a_model_that_takes_the_first_token_encodes_sentences_one_by_one(tiny):
    from sentence_transformers import SentenceTransformer

    opened = open_embedder(str(tiny / "cls"))
    assert not isinstance(opened, LateChunked)
    own = SentenceTransformer(str(tiny / "cls"), device="cpu")
    whole, parts = opened.encode_passages([CHIPS, RATES])
    assert whole.shape == (2, 32)
    np.testing.assert_allclose(whole[1], own.encode_document(compose(RATES)[0]), atol=1e-5)
    alone = own.encode_document("美 엔비디아, 3%대 상승. AI 칩 주문이 몰렸기 때문인데요.")
    np.testing.assert_allclose(parts[1], alone, atol=1e-5)
    np.testing.assert_allclose(opened.encode_query(QUESTION), own.encode_query(QUESTION), atol=1e-5)
    assert [rows.shape for rows in opened.encode_passages([])] == [(0, 32), (0, 32)]
    assert opened.count_tokens(["연준은", ""]) == [3, 0]


def test_ids_tell_models_apart(tiny):
    ids = [open_embedder(str(tiny / name)).id for name in ("mean", "mean", "cls")]
    assert ids[0] == ids[1]
    assert ids[0].rpartition(":")[2] != ids[2].rpartition(":")[2]
    assert open_embedder().id == open_embedder(EMBEDDED).id


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no such model", "./nowhere/at/all"])
def test_an_unknown_name_is_unavailable_at_once(name, monkeypatch):
    import index.encoder.hub

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    began = time.monotonic()
    with pytest.raises(ModelUnavailable, match="leave out --model"):
        open_embedder(name)
    with pytest.raises(ModelUnavailable, match="can't be reached"):
        index.encoder.hub._ask_whether_the_hub_is_there(name)
    assert time.monotonic() - began < 5


def test_a_folder_that_is_no_model_is_unavailable(tmp_path):
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="can't be loaded"):
        open_embedder(str(tmp_path))


def test_what_answers_is_told_from_what_is_only_near():
    embedder = open_embedder()
    assert embedder.answering is not None
    text = "한빛조선이 울산에 공장을 짓습니다. 투자액은 3천억 원입니다."
    spans = (Span(0, 20), Span(21, len(text)))
    source = Source("a", "", sha256="")
    passage = Passage("a", source, 0, "한빛조선 울산 공장", text, Span(0, len(text)), spans)
    _, sentences = embedder.encode_passages([passage])
    asked = ["한빛조선은 공장에 얼마를 투자하나?", "한빛조선 노조위원장은 누구인가?"]
    answered, missed = (
        float((sentences @ (embedder.encode_query(text) @ embedder.answering)).max())
        for text in asked
    )
    assert answered > missed


@pytest.mark.parametrize("change", [b"rubbish", None])
def test_answers_are_not_told_by_a_matrix_that_was_not_trained_with_it(tmp_path, change):
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    if change is None:
        (folder / "answering.npy").unlink()
    else:
        (folder / "answering.npy").write_bytes(change)
    with pytest.raises(ModelUnavailable, match="is damaged"):
        open_embedder(str(folder))
