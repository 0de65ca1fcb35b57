"""Says LaTeX formulas in words: short ones as they occur in a spoken answer, not a typesetter's manual."""

import re
from collections.abc import Iterator

from .script import Language, word_set

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:[.,]\d+)*|[A-Za-z]|\s+|.", re.DOTALL)
_TEXT_COMMANDS = word_set("text textbf textit mathrm mathbf mathit operatorname mbox boxed")
_SILENT = word_set("left right displaystyle quad qquad big Big bigl bigr limits begin end")

_SYMBOLS: dict[Language, dict[str, str]] = {
    "en": {
        "+": "plus", "-": "minus", "−": "minus", "*": "times", "/": "over", "=": "equals",
        "<": "is less than", ">": "is greater than", "!": "factorial", "'": "prime", "|": "", "&": "",
        "times": "times", "cdot": "times", "div": "divided by", "pm": "plus or minus",
        "leq": "is at most", "le": "is at most", "geq": "is at least", "ge": "is at least",
        "neq": "is not equal to", "ne": "is not equal to", "approx": "is about", "equiv": "is equivalent to",
        "infty": "infinity", "sum": "the sum of", "prod": "the product of", "int": "the integral of",
        "to": "to", "rightarrow": "to", "Rightarrow": "implies", "implies": "implies", "in": "in",
        "ldots": "and so on", "dots": "and so on", "cdots": "and so on", "circ": "degrees", "degree": "degrees",
        "lim": "the limit of", "partial": "partial", "therefore": "therefore",
    },
    "zh": {
        "+": "加", "-": "减", "−": "减", "*": "乘以", "/": "除以", "=": "等于",
        "<": "小于", ">": "大于", "!": "的阶乘", "'": "撇", "|": "", "&": "",
        "times": "乘以", "cdot": "乘以", "div": "除以", "pm": "加减",
        "leq": "小于等于", "le": "小于等于", "geq": "大于等于", "ge": "大于等于",
        "neq": "不等于", "ne": "不等于", "approx": "约等于", "equiv": "恒等于",
        "infty": "无穷大", "sum": "求和", "prod": "求积", "int": "积分",
        "to": "到", "rightarrow": "到", "Rightarrow": "推出", "implies": "推出", "in": "属于",
        "ldots": "等等", "dots": "等等", "cdots": "等等", "circ": "度", "degree": "度",
        "lim": "极限", "partial": "偏", "therefore": "所以",
    },
}  # fmt: skip


def say_math(formula: str, language: Language) -> str:
    """The formula in words, e.g. `\\frac{1}{2} x^2` as "1 over 2 x squared"; numbers stay digits.

    Commands without a word of their own are said by their name (`\\pi`: "pi"). Never fails on broken LaTeX.
    """
    spoken = _Formula(formula, language).say_group()
    return re.sub(r"\s+([,.;:?%])", r"\1", re.sub(r"\s+", " ", spoken)).strip()


def word_for_command(command: str, language: Language) -> str | None:
    """What `\\times` and its like mean outside of a formula; None for a word that is no known command."""
    return _SYMBOLS[language].get(command)


class _Formula:
    """A reader that descends into braces."""

    def __init__(self, formula: str, language: Language) -> None:
        self._tokens: Iterator[str] = (token for token in _TOKEN.findall(formula.replace("{,}", ",")))
        self._ahead: list[str] = []
        self._language = language

    def say_group(self) -> str:
        """Everything up to the closing brace or the end."""
        said: list[str] = []
        while (token := self._next()) not in ("", "}"):
            self._say_token(token, said)
        return " ".join(part for part in said if part)

    def _say_token(self, token: str, said: list[str]) -> None:
        zh = self._language == "zh"
        if token.isspace():
            return
        if token == "{":
            said.append(self.say_group())
        elif token == "^":
            said.append(self._say_power(self._argument()))
        elif token == "_":
            said.append(self._argument())
        elif token.startswith("\\"):
            self._say_command(token[1:], said)
        elif token == "-" and (not said or said[-1].endswith((",", "("))):
            said.append("负" if zh else "minus")
        else:
            said.append(_SYMBOLS[self._language].get(token, token))

    def _say_command(self, name: str, said: list[str]) -> None:
        zh = self._language == "zh"
        if name in ("frac", "dfrac", "tfrac"):
            above, below = self._argument(), self._argument()
            said.append(f"{below}分之{above}" if zh else f"{above} over {below}")
        elif name == "sqrt":
            degree = self._optional_argument()
            of = self._argument()
            said.append(f"{of}的{degree or '平方'}{'次' if degree else ''}根" if zh else _say_root(degree, of))
        elif name in _TEXT_COMMANDS:
            said.append(self._raw_argument())
        elif name == "\\":
            said.append(",")
        elif name in _SILENT or name in ",;:! ":
            return
        else:
            said.append(_SYMBOLS[self._language].get(name, name))

    def _say_power(self, exponent: str) -> str:
        degrees = _SYMBOLS[self._language]["circ"]
        if exponent == degrees:
            return degrees
        if self._language == "zh":
            return {"2": "的平方", "3": "的立方"}.get(exponent, f"的{exponent}次方")
        return {"2": "squared", "3": "cubed", "prime": "prime"}.get(exponent, f"to the power of {exponent}")

    def _argument(self) -> str:
        token = self._next_visible()
        if token == "{":
            return self.say_group()
        said: list[str] = []
        if token and token != "}":
            self._say_token(token, said)
        return " ".join(said)

    def _raw_argument(self) -> str:
        """The text of a group as it is written, spaces included."""
        if self._next_visible() != "{":
            return ""
        depth, raw = 1, ""
        while (token := self._next()) != "":
            depth += {"{": 1, "}": -1}.get(token, 0)
            if depth == 0:
                break
            raw += token
        return raw

    def _optional_argument(self) -> str:
        token = self._next_visible()
        if token != "[":
            self._ahead.append(token)
            return ""
        raw = ""
        while (token := self._next()) not in ("", "]"):
            raw += token
        return raw

    def _next(self) -> str:
        return self._ahead.pop() if self._ahead else next(self._tokens, "")

    def _next_visible(self) -> str:
        while (token := self._next()).isspace():
            pass
        return token


def _say_root(degree: str, of: str) -> str:
    named = {"": "square root", "2": "square root", "3": "cube root"}
    return f"the {named.get(degree, f'{degree}th root')} of {of}"
