"""An amount is the user's own also where they wrote a word for its zeros."""

import pytest

from services.agent.judging.evidence import arguments


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("kabarin kalo dibawah 500rb", 500_000),
        ("kalau di bawah 2,5 juta", 2_500_000),
        ("10만원 아래로 내려가면 알려줘", 100_000),
        ("10만원 ok", 100_000),
        ("moins de 2 mille", 2_000),
        ("פחות מ-5 אלף", 5_000),
        ("скажи когда дешевле 50 тысяч", 50_000),
        ("дешевле 50 тыс. рублей", 50_000),
        ("canh giùm dưới 400k báo em", 400_000),
        ("dưới 2 triệu", 2_000_000),
        ("低于1.5万告诉我", 15_000),
        ("1万円以下になったら", 10_000),
        ("2 लाख से कम", 200_000),
        ("menos de 3 mil", 3_000),
        ("unter 20 Tausend", 20_000),
        ("اقل من 9 آلاف", 9_000),
    ],
)
def test_a_word_for_zeros_counts(said: str, amount: int) -> None:
    assert arguments.is_own_number(amount, [said])


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("below 70 kilos", 70_000),
        ("under 5 millimetres", 5_000_000),
        ("2 tickets", 2_000_000_000_000),
        ("500  rb", 500_000),
        ("rb 500", 500_000),
        ("500rb", 5_000_000),
        ("400ka b", 400_000),
        ("50 тысяч", 45_450),
    ],
)
def test_only_a_whole_word_right_after_the_number_does(said: str, amount: int) -> None:
    assert not arguments.is_own_number(amount, [said])


@pytest.mark.parametrize(
    ("said", "text", "is_own"),
    [
        ("半小时后叫我关火", "关火", True),
        ("半小时后叫我关火", "开火", False),
        ("5時にゴミ出し", "ゴミ", True),
        ("remind me of tea", "tea", True),
    ],
)
def test_a_short_text_stands_by_its_words(said: str, text: str, *, is_own: bool) -> None:
    assert arguments.is_own_text(text, [said]) is is_own
