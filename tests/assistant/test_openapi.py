"""Requests made from the published schema never make the server fail, and every refusal is a problem detail."""

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings

schema = schemathesis.pytest.from_fixture("api_schema")
CALM = settings(
    max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


@pytest.fixture
def api_schema(app: FastAPI):
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@(schema.exclude(path_regex="events$").parametrize())
@CALM
def test_no_request_of_the_schema_makes_the_server_fail(case) -> None:
    answer = case.call()
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"][0].startswith("application/problem+json")
        assert answer.json()["code"]
