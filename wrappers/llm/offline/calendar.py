"""Time and date in words."""

from datetime import datetime, timedelta

from wrappers.text import Language

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
"""Not from `strftime`: the names must not depend on the machine's language."""
_SHIFTS: dict[Language, dict[int, str]] = {
    "en": {-1: "Yesterday was", 0: "Today is", 1: "Tomorrow is"},
    "zh": {-1: "昨天是", 0: "今天是", 1: "明天是"},
}


def say_time(now: datetime, language: Language) -> str:
    """The time of day: "It is 3:05 PM." """
    if language == "zh":
        part = "凌晨" if now.hour < 6 else "上午" if now.hour < 12 else "下午" if now.hour < 18 else "晚上"
        minutes = f"{now.minute}分" if now.minute else "整"
        return f"现在是{part}{now.hour % 12 or 12}点{minutes}。"
    half = "AM" if now.hour < 12 else "PM"
    return f"It is {now.hour % 12 or 12}:{now.minute:02} {half}."


def say_date(now: datetime, days: int, language: Language) -> str:
    """The date and weekday. days: -1 yesterday, 0 today, 1 tomorrow"""
    day = now + timedelta(days=days)
    lead = _SHIFTS[language][days]
    if language == "zh":
        return f"{lead}{day.year}年{day.month}月{day.day}日，星期{'一二三四五六日'[day.weekday()]}。"
    return f"{lead} {_WEEKDAYS[day.weekday()]}, {_MONTHS[day.month - 1]} {day.day}, {day.year}."


def say_weekday(now: datetime, days: int, language: Language) -> str:
    """The day of the week. days: -1 yesterday, 0 today, 1 tomorrow"""
    day = now + timedelta(days=days)
    lead = _SHIFTS[language][days]
    if language == "zh":
        return f"{lead}星期{'一二三四五六日'[day.weekday()]}。"
    return f"{lead} {_WEEKDAYS[day.weekday()]}."
