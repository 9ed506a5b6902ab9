"""rpc.discover beside the official meta-schema of OpenRPC, and beside what the chain answers."""
import json
import os
import pathlib
import sys
import tempfile

import _aether

META_SCHEMA = pathlib.Path(os.environ["AETHER_ROOT"]) / "test" / "e2e" / "openrpc_meta_schema.json"
# Answers without parameters, on a chain that has just begun.
PLAIN = ("aeth_chainId", "aeth_getSlotNumber", "aeth_getFinalizedSlot", "aeth_health", "aeth_getEpoch", "aeth_getGenesis",
         "aeth_getBlockByNumber", "aeth_getStateRoot", "aeth_getJobs", "aeth_getModels")


def shown(error):
    return f"{'/'.join(map(str, error.absolute_path))}: {error.message}"[:300]


def check(report, chain, jsonschema):
    document = chain.call("rpc.discover")
    # The schema of a parameter or answer is a JSON Schema of its own, which the meta-schema only refers to.
    meta = json.loads(META_SCHEMA.read_text())["schema"]
    meta["$schema"] = "http://json-schema.org/draft-07/schema#"
    meta["definitions"]["JSONSchema"] = {"type": ["object", "boolean"]}
    wrong = [shown(e) for e in jsonschema.Draft7Validator(meta).iter_errors(document)]
    report.equal("the_document_is_valid_by_the_official_meta_schema", [], wrong)
    broken = dict(document, methods=[{"name": "x"}])
    report.check("the_meta_schema_refuses_a_method_without_parameters",
                 any(jsonschema.Draft7Validator(meta).iter_errors(broken)))
    methods = {method["name"]: method for method in document["methods"]}
    wrong = []
    for method in methods.values():
        for schema in [method["result"]["schema"]] + [param["schema"] for param in method["params"]]:
            try:
                jsonschema.Draft7Validator.check_schema(schema)
            except jsonschema.SchemaError as error:
                wrong.append(f"{method['name']}: {shown(error)}")
    report.equal("each_schema_is_a_json_schema", [], wrong)
    wrong = []
    for name in PLAIN:
        validator = jsonschema.Draft7Validator(methods[name]["result"]["schema"])
        wrong += [f"{name}: {shown(e)}" for e in validator.iter_errors(chain.call(name))]
    report.equal("answers_are_as_the_document_says", [], wrong)
    answer = chain.call("aeth_health")
    del answer["at"]
    report.check("an_answer_without_its_block_is_not",
                 any(jsonschema.Draft7Validator(methods["aeth_health"]["result"]["schema"]).iter_errors(answer)))


def main():
    report = _aether.Report()
    try:
        import jsonschema
    except ImportError:
        report.skip("openrpc", "python3-jsonschema is not installed")
        return report.end()
    with tempfile.TemporaryDirectory() as folder, _aether.DevChain(folder, "--on-demand") as chain:
        check(report, chain, jsonschema)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
