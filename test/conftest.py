"""What all tests share: the report of what this machine can test."""

from support.require import CHECKS, parts_that_must_run


def pytest_report_header() -> list[str]:
    lines = [f"{part}: its tests will skip, {missing}" for part, check in CHECKS.items() if (missing := check())]
    must_run = parts_that_must_run()
    return lines + ([f"may not skip here: {', '.join(sorted(must_run))}"] if must_run else [])
