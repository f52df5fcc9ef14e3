"""``imserver.toml``: the server's options in a file, by the same names; loaded only where there is one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .bounds import BOUNDS, BadBound, changed


class BadConfiguration(Exception):
    """The file cannot be used; ``str`` names all that is wrong with it."""


class Configuration(BaseModel):
    """What may stand in the file, each as the option of its name."""

    model_config = ConfigDict(
        extra="forbid", strict=True, alias_generator=lambda name: name.replace("_", "-"), frozen=True
    )

    data: str | None = None
    database: str | None = None
    listen: Annotated[list[str], Field(min_length=1)] | None = None
    backups: str | None = None
    everyone: list[str] | None = None
    keep: Annotated[int, Field(ge=1, le=99_999)] | None = None
    metrics: str | None = None
    names: Literal["ascii", "unicode"] | None = None
    register_: Annotated[Literal["open", "invite", "closed"] | None, Field(alias="register")] = None
    certificate: str | None = None
    key: str | None = None
    address: str | None = None
    clear_outside: bool | None = None
    metrics_outside: bool | None = None
    log_json: bool | None = None
    log_texts: bool | None = None
    limit: dict[str, int | bool | str] | None = None


def read(path: Path) -> dict[str, Any]:
    """Give what the file says, by the options' names and as they take it; raises `BadConfiguration`."""
    try:
        found = Configuration.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise BadConfiguration(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        wrong = [f"{_path(one['loc'])}: {_said(one)}" for one in error.errors()]
        raise BadConfiguration(f"{path}: {'; '.join(wrong)}") from None
    said: dict[str, Any] = found.model_dump(by_alias=True, exclude_none=True)
    limits = _limits(path, said.pop("limit", {}))
    return {name: _as_an_option(value) for name, value in said.items()} | {"limit": limits}


def _path(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place))


def _said(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "there is no such option"
    return str(error["msg"]).removeprefix("Input ").lower()


def _as_an_option(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _limits(path: Path, said: dict[str, int | bool | str]) -> list[str]:
    """Write each limit as ``--limit`` takes it; name all that cannot be."""
    written = [f"{name}={_limit(value)}" for name, value in said.items()]
    wrong = []
    for name, one in zip(said, written, strict=True):
        try:
            changed(BOUNDS, one)
        except BadBound as bad:
            wrong.append(f"limit.{name}: {str(bad).rstrip('.')}")
    if wrong:
        raise BadConfiguration(f"{path}: {'; '.join(wrong)}")
    return written


def _limit(value: int | bool | str) -> str:
    return ("off", "on")[value] if isinstance(value, bool) else str(value)
