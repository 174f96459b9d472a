"""A running kernel, and the results of its cells."""

import queue
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from jupyter_client.manager import KernelManager
from jupyter_client.session import Session as Signer

TIMEOUT = 60


def plain(text):
    """Text without terminal colours."""
    return re.sub(r"\x1b\[\d+m", "", text)


@dataclass
class Run:
    """The messages of a cell."""

    reply: dict
    messages: list = field(default_factory=list)

    @property
    def status(self):
        return self.reply["status"]

    def contents(self, kind):
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    @property
    def result(self):
        """The text of the last expression's value."""
        results = self.contents("execute_result")
        return results[0]["data"]["text/plain"] if results else None

    def stream(self, name):
        return "".join(c["text"] for c in self.contents("stream") if c["name"] == name)

    @property
    def stdout(self):
        return self.stream("stdout")

    @property
    def stderr(self):
        return self.stream("stderr")

    @property
    def error(self):
        """The error as it is shown; there must be exactly one."""
        (error,) = self.contents("error")
        assert error["ename"] == self.reply["ename"]
        return plain("\n".join(error["traceback"]))


class Session:
    def __init__(self, folder, env=None):
        self.manager = KernelManager(kernel_name="tvm-vta")
        self.manager.start_kernel(cwd=str(folder), **({"env": env} if env else {}))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)

    def another_client(self):
        """A second front end; the caller stops its channels."""
        client = self.manager.client(session=Signer(key=self.client.session.key))
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        return client

    def run(self, code, answers=(), client=None, **options):
        """Runs a cell; `answers` are the replies to its prompts, in order."""
        client = client or self.client
        remaining = list(answers)
        messages = []
        reply = client.execute_interactive(
            code,
            timeout=TIMEOUT,
            allow_stdin=bool(answers),
            output_hook=messages.append,
            stdin_hook=lambda _: client.input(remaining.pop(0)),
            **options,
        )
        return Run(reply["content"], messages)

    def ask(self, kind, content=None, channel="control"):
        """Sends a request and returns the content of its reply."""
        target = self.client.control_channel if channel == "control" else self.client.shell_channel
        message = self.client.session.msg(kind, content or {})
        target.send(message)
        while True:
            reply = target.get_msg(timeout=TIMEOUT)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return reply["content"]

    def published(self, wanted, timeout=5.0):
        """Waits for a message on iopub for which `wanted` holds."""
        end = time.monotonic() + timeout
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=max(end - time.monotonic(), 0.01))
            except queue.Empty:
                raise AssertionError("the message did not come") from None
            if wanted(message):
                return message

    @contextmanager
    def interrupting(self, after=0.3):
        """Interrupts the code inside after a time; yields how long it took to end."""
        took = {}
        sent = []

        def interrupt():
            sent.append(time.monotonic())
            self.client.control_channel.send(self.client.session.msg("interrupt_request", {}))

        timer = threading.Timer(after, interrupt)
        timer.start()
        try:
            yield took
        finally:
            timer.join()
            took["seconds"] = time.monotonic() - sent[0]
            self.client.control_channel.get_msg(timeout=TIMEOUT)
