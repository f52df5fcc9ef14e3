"""``imserver.toml``: the server's options in a file, by the same names; loaded only where there is one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from .bounds import BOUNDS, BadBound, changed
from .cannot_start import CannotStart
from .listening import read_address, read_endpoint
from .running_as import user

#: What stands in the place of pydantic's words where it has a kind of Python's own.
_KINDS = {
    "string_type": 'should be a string: "..."',
    "list_type": 'should be a list: ["...", "..."]',
    "int_type": "should be a whole number, without quotes",
    "bool_type": "should be true or false, without quotes",
    "dict_type": "should be a table: [limit], and below it NAME = VALUE",
}


def _endpoint(written: str) -> str:
    try:
        if not written.startswith("systemd:"):  # whose ports are there for the service alone
            read_endpoint(None, written)
    except Exception as error:  # whatever reading a description may bring
        raise ValueError(str(error) or type(error).__name__) from None
    return written


def _address(written: str) -> str:
    try:
        read_address(written)
    except CannotStart as wrong:
        raise ValueError(str(wrong).removeprefix("imserver: --").rstrip(".")) from None
    return written


Endpoint = Annotated[str, AfterValidator(_endpoint)]


class BadConfiguration(Exception):
    """The file cannot be used; ``str`` names all that is wrong with it."""


class Configuration(BaseModel):
    """What may stand in the file, each as the option of its name."""

    model_config = ConfigDict(
        extra="forbid", strict=True, alias_generator=lambda name: name.replace("_", "-"), frozen=True
    )

    data: str | None = None
    database: str | None = None
    listen: Annotated[list[Endpoint], Field(min_length=1)] | None = None
    backups: str | None = None
    everyone: list[str] | None = None
    keep: Annotated[int, Field(ge=1, le=99_999)] | None = None
    metrics: Endpoint | None = None
    names: Literal["ascii", "unicode"] | None = None
    register_: Annotated[Literal["open", "invite", "closed"] | None, Field(alias="register")] = None
    certificate: str | None = None
    key: str | None = None
    address: Annotated[str, AfterValidator(_address)] | None = None
    clear_outside: bool | None = None
    metrics_outside: bool | None = None
    log_json: bool | None = None
    log_texts: bool | None = None
    limit: dict[str, Any] | None = None


def read(path: Path) -> dict[str, Any]:
    """Give what the file says, by the options' names and as they take it; raises `BadConfiguration`."""
    try:
        written = tomllib.loads(path.read_text("utf-8"))
    except PermissionError as error:
        raise BadConfiguration(
            f"{path}: {error.strerror}: let {user()}, as whom this runs, read it"
        ) from None
    except OSError as error:
        raise BadConfiguration(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path} is not TOML: {error}") from None
    wrong = list(_wrong_limits(written.get("limit")))
    try:
        found = Configuration.model_validate(written)
    except ValidationError as error:
        wrong = [*(f"{_path(one['loc'])}: {_said(one)}" for one in error.errors()), *wrong]
    if wrong:
        raise BadConfiguration(f"{path}: {'; '.join(wrong)}")
    said: dict[str, Any] = found.model_dump(by_alias=True, exclude_none=True)
    limits = [f"{name}={_limit(value)}" for name, value in said.pop("limit", {}).items()]
    return {name: _as_an_option(value) for name, value in said.items()} | {"limit": limits}


def _path(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place))


def _said(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        known = [str(field.alias) for field in Configuration.model_fields.values()]
        near = get_close_matches(str(error["loc"][-1]), known, 1)
        return f"there is no such option{f'; is {near[0]} meant?' if near else ''}"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return _KINDS.get(error["type"]) or str(error["msg"]).removeprefix("Input ").lower()


def _as_an_option(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _wrong_limits(said: object) -> Iterator[str]:
    """Say of each limit that cannot be what is wrong with it."""
    for name, value in said.items() if isinstance(said, dict) else ():
        try:
            changed(BOUNDS, f"{name}={_limit(value)}")
        except BadBound as bad:
            yield f"limit.{name}: {str(bad).rstrip('.')}"


def _limit(value: object) -> str:
    """Write one as ``--limit`` takes it."""
    return ("off", "on")[value] if isinstance(value, bool) else str(value)
