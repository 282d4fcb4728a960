"""Runs moto for stackctl's sandbox: on a port of the system's choosing, with a record of it.

Usage: serve.py RECORD [--lock FILE] [--until-stdin-closes]

RECORD  is written, whole or not at all, as soon as requests are accepted.
--lock  is held for as long as this process lives. Whoever finds it held knows
        that the process in RECORD is alive and is this program; whoever can
        take it knows that no emulator is running. It can neither be left
        behind by a crash nor confused by a process id that was given again.
--until-stdin-closes  ends this process when its standard input ends, which
        the system sees to even where the parent is killed, and removes the
        folder of RECORD, for which nobody else is left.

Beside moto's own /moto-api/, two paths are answered here:
GET  /moto-api/stackctl       who this is, and the identity of the run, which a reset changes
POST /moto-api/stackctl/stop  ends the process
"""

import argparse
import datetime
import functools
import importlib.metadata
import json
import os
import shutil
import signal
import sys
import threading
import time
import uuid

LOCK_WAIT_SECONDS = 5


def take_lock(path):
    """Locks the file until this process ends; the caller keeps what is returned."""
    import fcntl

    file = open(path, "a")
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except OSError:
            # Someone who only looks whether the lock is held has it for an instant.
            if time.monotonic() > deadline:
                sys.exit("another emulator holds " + path)
            time.sleep(0.05)


def write_record(path, record):
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w") as file:
        json.dump(record, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def end_with_stdin(folder):
    while os.read(0, 4096):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def let_services_run_as_many_tasks_as_desired():
    """moto gives every new service the same number of running tasks, read from
    MOTO_ECS_SERVICE_RUNNING when the service is made, so that a service which wants
    any other number never settles. Setting it for each service lets all of them settle."""
    from moto.ecs.models import Service

    make = Service.__init__
    one_at_a_time = threading.Lock()

    @functools.wraps(make)
    def settled(self, *args, **kwargs):
        with one_at_a_time:
            os.environ["MOTO_ECS_SERVICE_RUNNING"] = str(kwargs.get("desired_count") or 0)
            make(self, *args, **kwargs)

    Service.__init__ = settled


def keep_what_services_are_made_with():
    """moto's UpdateService keeps these arguments and its CreateService drops them. It also
    fails where a service names no security groups, which AWS allows."""
    from moto.core.utils import camelcase_to_underscores
    from moto.ecs.models import Service
    from moto.ecs.responses import EC2ContainerServiceResponse

    create = EC2ContainerServiceResponse.create_service
    validate = Service._validate_network

    @functools.wraps(create)
    def keeping(self):
        result = create(self)
        for name in (
            "deploymentConfiguration",
            "enableECSManagedTags",
            "enableExecuteCommand",
            "healthCheckGracePeriodSeconds",
        ):
            value = self._get_param(name)
            if value is not None:
                setattr(result.result["service"], camelcase_to_underscores(name), value)
        return result

    @functools.wraps(validate)
    def validating(self, configuration):
        configuration["awsvpcConfiguration"].setdefault("securityGroups", [])
        return validate(self, configuration)

    EC2ContainerServiceResponse.create_service = keeping
    Service._validate_network = validating


def give_mariadb_a_default_version():
    """moto knows a default version for every engine but this one, and fails without it."""
    from moto.rds.models import DBInstance

    DBInstance.default_engine_versions.setdefault("mariadb", "10.11.8")


def keep_modified_subnet_groups():
    """moto forgets a subnet group when it is modified."""
    from moto.rds.models import RDSBackend

    modify = RDSBackend.modify_db_subnet_group

    @functools.wraps(modify)
    def keeping(self, subnet_name, *args, **kwargs):
        group = modify(self, subnet_name, *args, **kwargs)
        self.subnet_groups[subnet_name] = group
        return group

    RDSBackend.modify_db_subnet_group = keeping


def answer_versioning_as_s3_does():
    """moto names the answer of GetBucketVersioning after its operation; S3, and so SDKs that
    check it, after its content."""
    from moto.s3.responses import S3Response

    get = S3Response.get_bucket_versioning

    @functools.wraps(get)
    def naming(self):
        status, headers, body = get(self)
        text = body.decode() if isinstance(body, bytes) else body
        return status, headers, text.replace("GetBucketVersioningResponse", "VersioningConfiguration")

    S3Response.get_bucket_versioning = naming


def keep_tags_of_new_buckets():
    """moto drops the tags in the body of CreateBucket."""
    from xml.etree import ElementTree

    from moto.s3.responses import S3Response

    put = S3Response._bucket_response_put

    @functools.wraps(put)
    def keeping(self, request, bucket_name, querystring):
        creates = not querystring and self.body and bucket_name not in self.backend.buckets
        answer = put(self, request, bucket_name, querystring)
        if creates:
            body = ElementTree.fromstring(self.body)
            tags = {tag.findtext("{*}Key"): tag.findtext("{*}Value") or "" for tag in body.iterfind(".//{*}Tag")}
            if tags:
                self.backend.put_bucket_tagging(bucket_name, tags)
        return answer

    S3Response._bucket_response_put = keeping


def alone(method):
    """The method, called by one thread at a time."""
    lock = threading.RLock()

    @functools.wraps(method)
    def locked(self, *args, **kwargs):
        with lock:
            return method(self, *args, **kwargs)

    return locked


def do_conditional_writes_one_at_a_time():
    """moto answers requests in threads, and between the look at a condition and the write another
    thread may write. A transaction that fails even puts the whole table back as it was before it,
    without what others wrote meanwhile. AWS does each of these whole."""
    from moto.dynamodb.responses import DynamoHandler
    from moto.s3.responses import S3Response

    DynamoHandler.call_action = alone(DynamoHandler.call_action)
    S3Response.put_object = alone(S3Response.put_object)


def answer_ec2_one_at_a_time():
    """While moto looks whether a security group's name is taken, another thread may make a group,
    and the call fails with 500."""
    from moto.ec2.responses import EC2Response

    EC2Response.call_action = alone(EC2Response.call_action)


def forget_attributes_that_no_key_uses():
    """moto keeps the attributes of an index that is deleted; DynamoDB declares those of keys alone."""
    from moto.dynamodb.models import DynamoDBBackend

    update = DynamoDBBackend.update_table

    @functools.wraps(update)
    def pruning(self, *args, **kwargs):
        table = update(self, *args, **kwargs)
        schemas = [table.schema, *(index.schema for index in [*table.indexes, *table.global_indexes])]
        used = {key["AttributeName"] for schema in schemas for key in schema}
        table.attr = [attribute for attribute in table.attr if attribute["AttributeName"] in used]
        return table

    DynamoDBBackend.update_table = pruning


def let_tables_have_another_stream():
    """moto refuses a stream to a table that had one before, also where that was turned off."""
    from moto.dynamodb.models import DynamoDBBackend

    update = DynamoDBBackend.update_table_streams

    @functools.wraps(update)
    def forgetting(self, table, specification):
        if not (table.stream_specification or {}).get("StreamEnabled"):
            table.latest_stream_label = None
        update(self, table, specification)

    DynamoDBBackend.update_table_streams = forgetting


def leave_out_of_one_answer_only():
    """What one request asks to be left out of its answer, such as tags, moto notes where all
    requests of the service look, so that another thread's answer lacks it too."""
    from moto.core.responses import BaseResponse

    def own(note):
        @functools.wraps(note)
        def noting(self, path):
            self.RESPONSE_KEY_PATH_TO_TRANSFORMER = dict(self.RESPONSE_KEY_PATH_TO_TRANSFORMER)
            note(self, path)

        return noting

    BaseResponse._include_in_response = own(BaseResponse._include_in_response)
    BaseResponse._exclude_from_response = own(BaseResponse._exclude_from_response)


class Front:
    """Answers stackctl's own paths and passes everything else to moto."""

    def __init__(self, moto, record, stop):
        self.moto = moto
        self.record = record
        self.stop = stop
        self.run = uuid.uuid4().hex

    def __call__(self, environ, start_response):
        asked = (environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        if asked == ("GET", "/moto-api/stackctl"):
            return self.identity(start_response)
        if asked == ("POST", "/moto-api/stackctl/stop"):
            threading.Thread(target=self.stop).start()
            return self.identity(start_response)
        if asked == ("POST", "/moto-api/reset"):
            answer = self.moto(environ, start_response)
            self.run = uuid.uuid4().hex
            return answer
        return self.moto(environ, start_response)

    def identity(self, start_response):
        body = json.dumps({**self.record, "run": self.run}).encode()
        start_response(
            "200 OK",
            [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
        )
        return [body]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("record")
    parser.add_argument("--lock")
    parser.add_argument("--until-stdin-closes", action="store_true")
    options = parser.parse_args()

    # A closed terminal must not take the emulator with it.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if options.until_stdin_closes:
        threading.Thread(target=end_with_stdin, args=[os.path.dirname(options.record)], daemon=True).start()
    held = take_lock(options.lock) if options.lock else None
    if os.path.exists(options.record):
        # From here on a record that exists is this process's own.
        os.remove(options.record)

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    let_services_run_as_many_tasks_as_desired()
    keep_what_services_are_made_with()
    give_mariadb_a_default_version()
    keep_modified_subnet_groups()
    answer_versioning_as_s3_does()
    keep_tags_of_new_buckets()
    forget_attributes_that_no_key_uses()
    let_tables_have_another_stream()
    leave_out_of_one_answer_only()
    do_conditional_writes_one_at_a_time()
    answer_ec2_one_at_a_time()
    server = make_server(
        "127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True
    )
    # moto calls itself in places and looks its port up here.
    os.environ["MOTO_PORT"] = str(server.port)
    record = {
        "pid": os.getpid(),
        "port": server.port,
        "version": importlib.metadata.version("moto"),
        "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }
    server.app = Front(server.app, record, server.shutdown)
    write_record(options.record, record)
    server.serve_forever()
    if held:
        held.close()


main()
