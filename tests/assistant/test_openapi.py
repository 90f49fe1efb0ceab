"""Requests made from the published schema never make the server fail, and every refusal is a problem detail."""

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis.schemas import APIOperation

CALM = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


def check(operation: APIOperation) -> None:
    @CALM
    @given(case=operation.as_strategy())
    def never_fails(case: schemathesis.Case) -> None:
        answer = case.call()
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"][0].startswith("application/problem+json")
            assert answer.json()["code"]

    never_fails()


def test_no_request_of_the_schema_makes_the_server_fail(app: FastAPI) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:
        if not operation.path.endswith("events"):  # streams do not end
            check(operation)
