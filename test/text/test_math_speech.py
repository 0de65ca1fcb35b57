"""Formulas in words."""

import pytest

from wrappers.text.math_speech import say_math


@pytest.mark.parametrize(
    ("formula", "english", "chinese"),
    [
        ("a + b = c", "a plus b equals c", "a 加 b 等于 c"),
        ("x^2", "x squared", "x 的平方"),
        ("x^3", "x cubed", "x 的立方"),
        ("2^{10}", "2 to the power of 10", "2 的10次方"),
        (r"\frac{1}{2}", "1 over 2", "2分之1"),
        (r"\frac{a+b}{c}", "a plus b over c", "c分之a 加 b"),
        (r"\sqrt{2}", "the square root of 2", "2的平方根"),
        (r"\sqrt[3]{8}", "the cube root of 8", "8的3次根"),
        (r"\sqrt[n]{8}", "the nth root of 8", "8的n次根"),
        (r"3 \times 4 \div 2", "3 times 4 divided by 2", "3 乘以 4 除以 2"),
        (r"x \leq 1{,}000.5", "x is at most 1,000.5", "x 小于等于 1,000.5"),
        (r"-5 \pm \pi", "minus 5 plus or minus pi", "负 5 加减 pi"),
        (r"25^\circ", "25 degrees", "25 度"),
        (r"x_1, x_{2}", "x 1, x 2", "x 1, x 2"),
        (r"5\%", "5%", "5%"),
        (r"\text{if } x > 0", "if x is greater than 0", "if x 大于 0"),
        (r"\left( a \right)", "( a )", "( a )"),
        (r"\boxed{42}", "42", "42"),
    ],
)
def test_formula(formula: str, english: str, chinese: str) -> None:
    assert say_math(formula, "en") == english
    assert say_math(formula, "zh") == chinese


@pytest.mark.parametrize(
    "broken", ["", "{", "}", "^", "_", "\\", r"\frac", r"\frac{1", r"\sqrt[", r"\text", "x^{2", "}}a{{"]
)
def test_broken_formulas_are_survived(broken: str) -> None:
    assert isinstance(say_math(broken, "en"), str)
    assert isinstance(say_math(broken, "zh"), str)
