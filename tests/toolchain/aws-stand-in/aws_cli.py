"""Stands in for AWS's CLI: the few calls that the documents and the trial make, against moto and the stand-in's folder."""

import json
import os
import pathlib
import sys
import urllib.parse

import boto3

REGION = os.environ["AWS_REGION"]


def option(name: str) -> str:
    return sys.argv[sys.argv.index(f"--{name}") + 1]


def deploy() -> None:
    client = boto3.client("cloudformation", region_name=REGION)
    body = pathlib.Path(option("template-file")).read_text()
    client.create_stack(StackName=option("stack-name"), TemplateBody=body)
    stack = client.describe_stacks(StackName=option("stack-name"))["Stacks"][0]
    print(json.dumps({output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}))


def experiment_templates() -> list[dict]:
    folder = pathlib.Path(os.environ["STAND_IN_FOLDER"], "resources")
    wanted = "aws:fis/experimentTemplate:ExperimentTemplate "
    files = [file for file in folder.iterdir() if urllib.parse.unquote(file.name).startswith(wanted)]
    made = [json.loads(file.read_text()) for file in files]
    keep = ("description", "tags")
    return [{"id": one["id"], **{key: one["properties"][key] for key in keep}} for one in made]


service, call = sys.argv[1:3]
match f"{service} {call}":
    case "cloudformation deploy":
        deploy()
    case "fis list-experiment-templates":
        print(json.dumps({"experimentTemplates": experiment_templates()}))
    case "fis start-experiment":
        print(json.dumps({"experiment": {"id": option("experiment-template-id")}}))
    case "fis get-experiment":
        print(json.dumps({"experiment": {"state": {"status": "completed"}}}))
    case unknown:
        sys.exit(f"no stand-in for aws {unknown}")
