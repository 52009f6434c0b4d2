"""Which of the 250,002 pieces of multilingual-e5 the embedded model keeps, and its tokenizer.

Two thirds of the weights of multilingual-e5-small are vectors of pieces in a hundred languages.
Kept are those that Korean and English text uses, by rules that need no corpus of ours and no
network; everything else falls apart into shorter pieces that are kept. Knows nothing of weights.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")  # ids 0-3, as the encoder was trained
SPACE = "▁"
ENGLISH_WORDS = 30_000  # 22k pieces; 50k words add 4k pieces and 1.8 MB that briefings hardly use
SHORT = 2  # Latin pieces of at most two letters are the last resort for any other word


def _writable(code: int) -> bool:
    """Tell whether Korean or Western Windows can write a character."""
    for encoding in ("cp949", "cp1252"):
        try:
            chr(code).encode(encoding)
        except UnicodeEncodeError:
            continue
        return True
    return False


# Single characters are kept if CP949 or CP1252 can write them, as they are once normalised: Hangul,
# the 4,888 hanja that headlines abbreviate with (美, 中, 日, 韓), kana, Greek, Cyrillic, accents,
# units, signs; and — – £ ¥, which CP949 lacks and pages are full of.
_CHARACTERS = frozenset(
    unicodedata.normalize("NFKC", "".join(chr(n) for n in range(0x20, 0x10000) if _writable(n)))
)


def build_tokenizer(pieces: Sequence[str], scores: Sequence[float]) -> Tokenizer:
    """Build the XLM-R tokenizer over some pieces, `SPECIALS` first; ids follow their order.

    NMT + NFKC is the normalisation that the pieces were trained with: no-break and ideographic
    spaces, control characters, ligatures, and Hangul in conjoining jamo (NFD) all fold.
    """
    if tuple(pieces[: len(SPECIALS)]) != SPECIALS:
        raise ValueError(f"the first pieces are {pieces[: len(SPECIALS)]}, not {SPECIALS}")
    listed = [(piece, float(score)) for piece, score in zip(pieces, scores, strict=True)]
    tokenizer = Tokenizer(models.Unigram(listed, unk_id=SPECIALS.index("<unk>")))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(list(SPECIALS))
    return tokenizer


def keep(pieces: Sequence[str], scores: Sequence[float]) -> list[int]:
    """Return the ids to keep, ascending: specials, Korean, characters, numbers, signs, English."""
    kept = set(range(len(SPECIALS)))
    kept.update(number for number, piece in enumerate(pieces) if _is_kept(piece))
    kept.update(_english(build_tokenizer(pieces, scores), pieces))
    return sorted(kept)


def _is_kept(piece: str) -> bool:
    """Tell whether a piece is kept for what it is written with, whatever English uses."""
    letters = piece.removeprefix(SPACE)
    if not letters:
        return True
    if len(letters) == 1:
        return letters in _CHARACTERS
    if any("가" <= letter <= "힣" for letter in letters):
        return True
    if not letters.isascii():
        return not any(letter.isalnum() for letter in letters) and _CHARACTERS.issuperset(letters)
    return len(letters) <= SHORT or not any(letter.isalpha() for letter in letters)


def _english(tokenizer: Tokenizer, pieces: Sequence[str]) -> set[int]:
    """Return the ASCII pieces of the most frequent words, in lower, Title and UPPER case."""
    from wordfreq import top_n_list  # data of the training extra only

    used: set[int] = set()
    words = top_n_list("en", ENGLISH_WORDS, wordlist="large")
    for form in (str.lower, str.title, str.upper):
        for encoding in tokenizer.encode_batch([form(word) for word in words]):
            used.update(encoding.ids)
    return {number for number in used if pieces[number].removeprefix(SPACE).isascii()}
