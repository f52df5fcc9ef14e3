"""The specification: its grammar is the codec's, its tables are printed, its rules are all there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

import improtocol
from improtocol import errors
from improtocol.codec import parse_from_client, parse_from_server, write, write_refusal
from improtocol.errors import Refusal
from improtocol.names import ANY_NAMES
from improtocol.reference import missing_from, printed_into
from improtocol.vocabulary import Message

from .declared import COMMANDS, REFUSALS, TOLD, messages, refusals

HERE = Path(improtocol.__file__).parent.parent
SPECIFICATION = HERE / "protocol_spec.md"

# --- ABNF (RFC 5234, 7405) to regular expressions: this grammar does not recur -----------------------

CORE = {"ALPHA": "[A-Za-z]", "DIGIT": "[0-9]", "SP": " "}
TOKEN = re.compile(
    r'\s*(?:(?P<text>(?:%s)?"[^"]*")|%x(?P<range>[0-9A-F]+(?:-[0-9A-F]+)?)|(?P<name>[A-Za-z][A-Za-z0-9-]*)'
    r"|(?P<repeat>[0-9]*\*[0-9]*|[0-9]+)|(?P<sign>[()\[\]/]))"
)


class Grammar:
    """The rules of a document's ``abnf`` blocks."""

    def __init__(self, document: str) -> None:
        self.rules: dict[str, str] = {}
        for block in re.findall(r"^```abnf\n(.*?)^```$", document, re.DOTALL | re.MULTILINE):
            unfolded = re.sub(r"\n[ ]+", " ", re.sub(r"[ ]*;.*", "", block))
            for line in filter(None, unfolded.splitlines()):
                name, _, rule = line.partition(" = ")
                self.rules[name.strip()] = rule

    @cache  # noqa: B019  (there is one grammar)
    def regex(self, name: str) -> str:
        """Give a rule as a regular expression."""
        if name in CORE:
            return CORE[name]
        assert not TOKEN.sub("", self.rules[name]).strip(), name  # nothing is passed over
        tokens = [(m.lastgroup or "", m[m.lastgroup or 0]) for m in TOKEN.finditer(self.rules[name])]
        return f"(?:{self._alternatives(tokens)})"

    def _alternatives(self, tokens: list[tuple[str, str]]) -> str:
        parts = [""]
        while tokens and tokens[0] not in (("sign", ")"), ("sign", "]")):
            if tokens[0] == ("sign", "/"):
                tokens.pop(0)
                parts.append("")
            else:
                parts[-1] += self._element(tokens)
        return "|".join(parts)

    def _element(self, tokens: list[tuple[str, str]]) -> str:
        kind, token = tokens.pop(0)
        if kind == "repeat":
            least, star, most = token.partition("*")
            bounds = f"{{{least or 0},{most}}}" if star else f"{{{token}}}"
            return f"(?:{self._element(tokens)}){bounds}"
        if kind == "sign":
            inner = self._alternatives(tokens)
            tokens.pop(0)
            return f"(?:{inner})" + ("?" if token == "[" else "")
        if kind == "text":
            plain = re.escape(token.removeprefix("%s").strip('"'))
            return plain if token.startswith("%s") else f"(?i:{plain})"
        if kind == "range":
            first, _, last = token.partition("-")
            return f"[\\U{first:0>8}-\\U{last or first:0>8}]"
        return self.regex(token)

    def matches(self, name: str, line: str) -> bool:
        """Whether a line is of a rule."""
        return re.fullmatch(self.regex(name), line) is not None


DOCUMENT = SPECIFICATION.read_text(encoding="utf-8")
GRAMMAR = Grammar(DOCUMENT)

#: The same with few of the letters beyond ASCII: making strings out of a million takes seconds.
SMALL = Grammar(DOCUMENT)
SMALL.rules["beyond"] = "%xA1-FF / %x2030-203F / %x1F600-1F60F"
#: A byte is not a character: what fits the grammar may still be too long, or somebody's reserved name.
BEYOND_THE_GRAMMAR = (
    errors.TooLong,
    errors.BadPassword,
    errors.RepeatedKey,
    errors.NameReserved,
    errors.BadName,
)


class GrammarTests(SynchronousTestCase):
    """What the grammar says and what the codec does is the same language."""

    @given(st.data(), st.sampled_from(COMMANDS))
    def test_what_a_client_writes(self, data: st.DataObject, described: type[Message]) -> None:
        """Every command that can be written is of the grammar, with a tag and without."""
        for tag in ("", "@a.7"):
            self.assertTrue(GRAMMAR.matches("asked", write(data.draw(messages(described)), tag)))

    @given(st.data(), st.sampled_from(TOLD), st.sampled_from(["", "@a.7"]))
    def test_what_the_server_writes(self, data: st.DataObject, described: type[Message], tag: str) -> None:
        """Every reply, every line of an answer and every event is of the grammar."""
        line = write(data.draw(messages(described)), "" if described.prefix == "* " else tag)
        self.assertTrue(GRAMMAR.matches("unasked" if line.startswith("*") else "answered", line), line)

    @given(st.data(), st.sampled_from(REFUSALS), st.sampled_from(["", "@a.7"]))
    def test_refusals(self, data: st.DataObject, described: type[Refusal], tag: str) -> None:
        """Every refusal is of the grammar."""
        line = write_refusal(data.draw(refusals(described)), "SEND", tag)
        self.assertTrue(GRAMMAR.matches("answered", line), line)

    @given(st.data(), st.sampled_from(COMMANDS))
    def test_what_the_grammar_allows(self, data: st.DataObject, described: type[Message]) -> None:
        """What is of the grammar is read as the command it is, or refused for what no grammar can say."""
        line = data.draw(st.from_regex(SMALL.regex(f"ask-{described.verb.lower()}"), fullmatch=True))
        _, verb, what = parse_from_client(line.encode(), ANY_NAMES)
        self.assertEqual(verb, described.verb)
        if isinstance(what, Refusal) and what != errors.BadLine("too-many-keys", 16):
            self.assertIsInstance(what, BEYOND_THE_GRAMMAR, line)

    @given(
        st.text(st.sampled_from('@7 SENDbo*,=:\\nsre"f \x00\x85\xa0é')),
        st.sampled_from(["", *(c.example for c in COMMANDS)]),
    )
    def test_what_it_does_not(self, noise: str, start: str) -> None:
        """What is read as a command is of the grammar."""
        for line in (noise, start + noise, f"{noise} {start}"):
            if not isinstance(parse_from_client(line.encode()).what, Refusal):
                self.assertTrue(GRAMMAR.matches("asked", line), line)

    def test_every_kind_has_its_rule(self) -> None:
        """Each kind of argument names a rule, and each rule is of use."""
        kinds = {a.kind.abnf for described in [*COMMANDS, *TOLD] for a in described.arguments()}
        unquoted = re.sub(r'"[^"]*"|%[sx][0-9A-F-]*', " ", " ".join(GRAMMAR.rules.values()))
        named = set(re.findall(r"[a-z][a-z-]*", unquoted))
        for abnf in kinds - {'"online"'}:
            self.assertIn(abnf, GRAMMAR.rules)
        self.assertEqual(set(GRAMMAR.rules) - named, {"asked", "answered", "unasked", "BL"})


class DocumentTests(SynchronousTestCase):
    """The rest of what a machine can check of it."""

    def test_printed(self) -> None:
        """Its tables are those that the vocabulary prints: ``python -m improtocol.reference --write``."""
        self.assertEqual(missing_from(DOCUMENT), [])
        self.assertEqual(printed_into(DOCUMENT), DOCUMENT)

    def test_every_rule(self) -> None:
        """Every rule from R1 to R42 is told, so that whoever meets its number in the code finds it."""
        told = {int(n) for n in re.findall(r"\bR(\d+)\b", DOCUMENT)}
        self.assertEqual(told, set(range(1, 43)))

    def test_contents(self) -> None:
        """Each chapter stands in the table of contents, in order."""
        chapters = re.findall(r"^## (.*)$", DOCUMENT, re.MULTILINE)
        listed = re.findall(r"^\d+\. \[(.*)\]\(#(.*)\)$", DOCUMENT, re.MULTILINE)
        self.assertEqual([name for name, _ in listed], chapters)
        for name, anchor in listed:
            self.assertEqual(anchor, re.sub(r"[^a-z -]", "", name.lower()).replace(" ", "-"))

    def test_its_lines_are_lines(self) -> None:
        """What its examples ask and answer are lines of the language."""
        for actor, sign, line in re.findall(r"^(\w+)([<>]) (.*)$", DOCUMENT, re.MULTILINE):
            line = re.sub(r"\{\w+\}", "7", line)  # noqa: PLW2901
            if sign == ">":
                self.assertNotEqual(parse_from_client(line.encode()).verb, "", (actor, line))
            else:
                line = re.sub(r"\bN\b", "7", line).replace("cursor=...", "cursor=7")  # noqa: PLW2901
                line = re.sub(r"(at|used|until)=\.\.\.", r"\1=2026-11-20T10:00:28.120Z", line)  # noqa: PLW2901
                heard = parse_from_server(line.encode())
                self.assertIn(type(heard.what).__module__.partition(".")[0], "improtocol", line)
                self.assertNotEqual(type(heard.what).__name__, "Unknown", line)
