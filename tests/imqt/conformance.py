"""Twisted's own tests of what a reactor must do, run on one reactor in a process of its own.

``python -m tests.imqt.conformance imqt.reactor.ImQtReactor FOLDER test_core test_tcp ...`` runs those modules
of ``twisted.internet.test`` and ends with one line of JSON: how many ran, which failed.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from twisted.internet.test.reactormixins import ReactorBuilder
from twisted.trial.reporter import TestResult, TreeReporter
from twisted.trial.runner import TestLoader, TrialRunner, TrialSuite

from imqt.reactor import make_application

PATIENCE = 3.0  #: seconds until a reactor that a test has started is stopped, and the test fails


def patience(builder: Any) -> float:
    """Return how long a reactor may run in a test."""
    return PATIENCE


def conform(reactor: str, folder: str, modules: list[str]) -> TestResult:
    """Run the modules' tests on one kind of reactor."""
    ReactorBuilder._reactors = [reactor]
    ReactorBuilder.getTimeout = patience
    names = [f"twisted.internet.test.{module}" for module in modules]
    suite = TrialSuite([TestLoader().loadByName(name) for name in names])
    runner = TrialRunner(TreeReporter, workingDirectory=folder, stream=io.StringIO())
    return runner.run(suite)


if __name__ == "__main__":
    app = make_application()
    result = conform(sys.argv[1], sys.argv[2], sys.argv[3:])
    failed = sorted(
        {test.id().removeprefix("twisted.internet.test.") for test, _ in result.errors + result.failures}
    )
    print(json.dumps({"ran": result.testsRun, "failed": failed}))
