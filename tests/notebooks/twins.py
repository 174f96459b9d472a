"""Runs broken twins of a notebook, one after another in one kernel.

Usage: twins.py FILE, with JSON {"cells": [source...], "listings": [text...] | null,
"twins": [{"cell": number, "source": text}...]}. Prints a JSON line for each twin: why it failed, or null
when all cells ran and showed the listings.

A twin is run from the cell that makes the changed schedule; the cells before that are run once.
"""

import json
import sys

from jupyter_client.manager import start_new_kernel

IR = "application/vnd.tvm-vta.ir.v1+json"
TIMEOUT = 300


def failure(client, cells, first, listings):
    """The first error from a cell on, as text; `listings` are those of these cells."""
    shown = 0
    for number in range(first, len(cells)):
        outputs = []
        reply = client.execute_interactive(
            cells[number], output_hook=outputs.append, timeout=TIMEOUT
        )
        content = reply["content"]
        if content["status"] != "ok":
            text = f"{content['ename']}: {content['evalue']}".replace("\n", " ")
            return f"cell {number}: {text}"[:300]
        for output in outputs:
            data = output["content"].get("data", {})
            if listings is None or IR not in data:
                continue
            if data["text/plain"].rstrip() != listings[shown]:
                return f"cell {number}: listing {shown} is not TVM's"
            shown += 1
    return None


def listings_before(client, cells, first):
    """Runs the cells before a cell and returns how many listings they show."""
    shown = 0
    for source in cells[:first]:
        outputs = []
        reply = client.execute_interactive(source, output_hook=outputs.append, timeout=TIMEOUT)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))
        shown += sum(IR in output["content"].get("data", {}) for output in outputs)
    return shown


def main():
    with open(sys.argv[1], encoding="utf8") as file:
        job = json.load(file)
    cells, listings = job["cells"], job["listings"]
    manager, client = start_new_kernel(kernel_name="tvm-vta")
    ready, shown = None, 0
    try:
        for twin in job["twins"]:
            changed = twin["cell"]
            first = max(
                (i for i in range(changed + 1) if "createSchedule(" in cells[i]), default=0
            )
            if first != ready:
                shown = listings_before(client, cells, first)
                ready = first
            twins = [*cells[:changed], twin["source"], *cells[changed + 1 :]]
            rest = None if listings is None else listings[shown:]
            print(json.dumps(failure(client, twins, first, rest)), flush=True)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


main()
