"""The folder that ships: what it holds, that it is an ordinary model, and how damage shows."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import index.embed
from index.embed import open_embedder
from index.encoder.onnx_encoder import CONFIG, GRAPH, TOKENIZER, OnnxEncoder, digest_of
from index.errors import ModelUnavailable

FOLDER = Path(index.embed.__file__).parent / "model"

# torch and transformers warn about themselves while they are imported.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


def test_it_is_small_and_carries_its_notices():
    size = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    assert size <= 45_000_000
    notices = (FOLDER / "LICENSE").read_text(encoding="utf-8")
    assert notices.count("Permission is hereby granted, free of charge") == 2
    assert "multilingual-e5-small" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_digest_is_that_of_its_files():
    assert OnnxEncoder(FOLDER).config.digest == digest_of(FOLDER)


def test_hangul_and_hanja_of_headlines_are_known():
    tokenizer = OnnxEncoder(FOLDER).tokenizer
    unknown = tokenizer.token_to_id("<unk>")
    heading = (
        "美·中 정상회담…日·英·獨·佛·韓, 北 또 발사 “3.2%↑” ‘OPEC+’ Bloomberg ₩1,380 ℃ ㎡ ① — £ ¥ €"
    )
    assert unknown not in tokenizer.encode(heading).ids
    syllables = [chr(code) for code in range(ord("가"), ord("힣") + 1)]
    known = [each for each in syllables if unknown not in tokenizer.encode(each).ids]
    assert len(known) == 1725  # as many as multilingual-e5 has; the others are hardly ever written


def test_offsets_are_those_of_the_text_that_was_given():
    text = "①연준은  금리를 ㈜한화"  # normalised to 1연준은 금리를 (주)한화
    encoding = OnnxEncoder(FOLDER).tokenizer.encode(text, add_special_tokens=False)
    covered = {place for start, end in encoding.offsets for place in range(start, end)}
    assert {place for place, letter in enumerate(text) if letter != " "} <= covered
    assert [text[start:end] for start, end in encoding.offsets[-2:]] == ["한", "화"]


def test_it_loads_as_a_sentence_transformer_and_gives_the_same_vectors():
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(FOLDER), trust_remote_code=True, local_files_only=True)
    assert model.get_embedding_dimension() == 384
    assert model.max_seq_length == 512
    ours = open_embedder()
    questions = ["연준이 금리를 왜 동결했어?", "What did Nvidia report?", "유가"]
    rows = np.stack([ours.encode_query(question) for question in questions])
    np.testing.assert_allclose(model.encode_query(questions), rows, atol=1e-4)


def test_padding_changes_nothing():
    encoder = OnnxEncoder(FOLDER)
    ids = np.array([encoder.tokenizer.encode("금리는 동결됐습니다.").ids], np.int64)
    alone = encoder.run(ids, np.ones_like(ids))
    wider = np.pad(ids, ((0, 0), (0, 9)), constant_values=encoder.pad)
    mask = np.pad(np.ones_like(ids), ((0, 0), (0, 9)))
    np.testing.assert_allclose(encoder.run(wider, mask)[:, : ids.shape[1]], alone, atol=1e-4)


@pytest.mark.parametrize("name", [CONFIG, GRAPH, TOKENIZER])
def test_a_missing_or_truncated_file_is_named(name, tmp_path):
    copy = shutil.copytree(FOLDER, tmp_path / "model")
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelUnavailable):
        OnnxEncoder(copy)
    (copy / name).unlink()
    with pytest.raises(ModelUnavailable, match=name):
        OnnxEncoder(copy)


def test_settings_of_another_make_are_refused(tmp_path):
    (tmp_path / CONFIG).write_text(json.dumps({"dim": 384}), encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="max_length"):
        OnnxEncoder(tmp_path)
