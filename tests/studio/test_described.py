"""A thousand requests that schemathesis makes of the description of the API: right ones, and ones it calls wrong."""

import itertools

import pytest
from hypothesis import HealthCheck, Phase, given, settings

pytestmark = [pytest.mark.long, *(pytest.mark.needs(name) for name in ("schemathesis", "starlette", "uvicorn"))]
EACH = 64  # requests to each address, and as many wrong ones
LEFT_OUT = {"/api/runs/{run}/events"}  # it has no end


def test_described_requests_are_answered_as_described_and_the_run_goes_on(client):
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import load_all_checks

    load_all_checks()
    names = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
    checks = schemathesis.checks.CHECKS.get_by_names(list(names))
    schema = schemathesis.openapi.from_dict(client.get("/api/openapi.json"))
    run = client.run({"source": {"name": "moons", "m": 60}}).rpartition("/")[2]
    counter, seen = itertools.count(1), set()
    for result, mode in itertools.product(schema.get_all_operations(), GenerationMode):
        operation = result.ok()
        nothing_to_mistake = not operation.query and not operation.body
        if operation.path in LEFT_OUT or (mode is GenerationMode.NEGATIVE and nothing_to_mistake):
            continue

        @settings(max_examples=EACH, suppress_health_check=list(HealthCheck), phases=[Phase.generate], deadline=None)
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case):
            if "run" in (case.path_parameters or {}) and next(counter) % 4 and not case.path.endswith("/end"):
                case.path_parameters["run"] = run
            answer = case.call(
                base_url=f"http://127.0.0.1:{client.port}", headers={"Cookie": client.cookie}, timeout=60
            )
            case.validate_response(answer, checks=checks)
            seen.add(answer.status_code)
            next(counter)
            assert "Traceback" not in answer.text

        ask()
    assert next(counter) > 1000
    assert {200, 201, 404, 422} <= seen
    assert client.post(f"/api/runs/{client.run().rpartition('/')[2]}/do", {"what": "step"})["iteration"] == 1
