"""moto's AWS on a free port of 127.0.0.1, in which the container of an ECS task really runs its command.

moto alone ends every task with 0 and writes no log. Prints one JSON line when it is ready; ends with its input.
"""

import json
import os
import subprocess
import sys
import time

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ecs import models as ecs
from moto.logs.models import logs_backends
from moto.server import ThreadedMotoServer

ACCOUNT = "123456789012"
REGION = "eu-central-1"

begin_task = ecs.Task.__init__
never_starting = 0
register = ecs.EC2ContainerServiceBackend.register_task_definition


def register_task_definition(backend, family, containers, **kwargs):
    """A family of this name tells how many of the next tasks end before their container starts."""
    global never_starting
    if family == "never-starting":
        never_starting = int(containers[0]["name"])
    return register(backend, family, containers, **kwargs)


ecs.EC2ContainerServiceBackend.register_task_definition = register_task_definition


def run_task(task, *args, **kwargs):
    global never_starting
    begin_task(task, *args, **kwargs)
    if never_starting > 0:
        never_starting -= 1
        del task.containers[0].exitCode
        task.stop_code = "TaskFailedToStart"
        task.stopped_reason = "ResourceInitializationError: unable to pull secrets"
        return
    definition = kwargs["task_definition"].container_definitions[0]
    environment = {entry["name"]: entry["value"] for entry in definition.get("environment", [])}
    overrides = (kwargs.get("overrides") or {}).get("containerOverrides", [])
    told = " ".join(word for container in overrides for word in container.get("command", []))
    ended = subprocess.run(
        definition["command"],
        # What its command is said to be instead is told, and not run.
        env={**environment, "PATH": os.environ["PATH"], "OVERRIDDEN": told},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    task.containers[0].exitCode = ended.returncode
    task.stopped_reason = "Essential container in task exited"
    options = definition["logConfiguration"]["options"]
    logs = logs_backends[ACCOUNT][REGION]
    stream = f"{options['awslogs-stream-prefix']}/{definition['name']}/{task.id}"
    logs.create_log_stream(options["awslogs-group"], stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + index, "message": line} for index, line in enumerate(ended.stdout.splitlines())]
    if events:
        logs.put_log_events(options["awslogs-group"], stream, events)


ecs.Task.__init__ = run_task

create_interface = EC2Backend.create_network_interface


def create_network_interface(backend, subnet, *args, **kwargs):
    """In moto's own network: a rehearsed stack's is known to its stand-in alone."""
    if isinstance(subnet, str) and subnet.startswith("si-"):
        subnet = next(iter(backend.get_default_subnets().values()))
        kwargs["group_ids"] = []
    return create_interface(backend, subnet, *args, **kwargs)


EC2Backend.create_network_interface = create_network_interface

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
ec2 = ec2_backends[ACCOUNT][REGION]
subnet = ec2.get_default_subnets()
port = server.get_host_and_port()[1]
print(
    json.dumps(
        {
            "endpoint": f"http://127.0.0.1:{port}",
            "subnetId": next(iter(subnet.values())).id,
            "securityGroupId": ec2.get_default_security_group().id,
        }
    ),
    flush=True,
)
sys.stdin.read()
server.stop()
