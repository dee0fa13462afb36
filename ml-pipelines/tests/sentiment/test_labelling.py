import gzip
from pathlib import Path

import pytest

from finsight_ml.errors import InvalidInputError
from finsight_ml.sentiment.labelling import headlines_of, label_of, write_weak


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Hackers steal $30 million from an exchange", "negative"),
        ("Lender files for bankruptcy", "negative"),
        ("Bank rolls out custody of coins", "positive"),
        ("Coin hits an all-time high", "positive"),
        ("Minutes of the meeting on Tuesday", "neutral"),
        ("Exchange launches after a crash", None),
        # Words within others do not count.
        ("Lawful topsoil", "neutral"),
    ],
)
def test_a_headline_is_labelled_by_what_happened(text, label):
    assert label_of(text) == label


def test_headlines_are_read_from_titles_or_texts_of_any_delimiter_and_once(tmp_path: Path):
    semicolons, zipped = tmp_path / "a.csv", tmp_path / "b.csv.gz"
    semicolons.write_text('date;title;text\n1;"Bank buys; coins, many";long text of the article\n2;short;x\n', encoding="utf-8")
    with gzip.open(zipped, "wt", encoding="utf-8") as file:
        file.write("text,url\nBank buys; coins,u\n\"Bank buys; coins, many\",u\nExchange  was hacked\tagain,u\n")
    assert list(headlines_of(semicolons)) == ["Bank buys; coins, many"]
    assert list(headlines_of(zipped)) == ["Bank buys; coins", "Bank buys; coins, many", "Exchange was hacked again"]
    out = tmp_path / "weak.csv"
    assert write_weak([semicolons, zipped], out, rows=10, seed=1) == {"negative": 1, "neutral": 0, "positive": 2}
    first = out.read_bytes()
    write_weak([semicolons, zipped], out, rows=10, seed=1)
    assert out.read_bytes() == first
    assert write_weak([semicolons, zipped], out, rows=2, seed=1) != {"negative": 1, "neutral": 0, "positive": 2}


def test_a_file_without_headlines_is_refused(tmp_path: Path):
    with pytest.raises(InvalidInputError, match=r"No file .*none.csv"):
        list(headlines_of(tmp_path / "none.csv"))
    (tmp_path / "other.csv").write_text("headline,when\nx,y\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"other.csv has headline, when; title or text is needed"):
        list(headlines_of(tmp_path / "other.csv"))
