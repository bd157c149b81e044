#!/usr/bin/env python3
"""Measures an install of a trivial chart on a real API server: ksx install --wait, carried out by ksxd controllers, beside
helm upgrade --install --wait. Both are one process that ends when the release is there."""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import Table

NAME = "bench-trivial"


def run(*arguments, **more):
    result = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if result.returncode != 0:
        sys.exit(f"{arguments[0]} {arguments[1]} failed: {result.stdout}")
    return result.stdout


def timed(*arguments, **more):
    start = time.monotonic()
    run(*arguments, **more)
    return time.monotonic() - start


def package(helm, folder, environment):
    """A repository on disk with one chart of one ConfigMap."""
    chart = folder / NAME
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: {NAME}\nversion: 1.0.0\ndescription: A trivial chart\n")
    (chart / "values.yaml").write_text("size: 3\n")
    (chart / "templates/settings.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: trivial}\ndata: {size: \"{{ .Values.size }}\"}\n")
    (folder / "repository").mkdir()
    run(helm, "package", chart, "-d", folder / "repository", env=environment)
    run(helm, "repo", "index", folder / "repository", env=environment)
    return chart


def until(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"never: {what}")
        time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--ksx", "--ksxd", "--helm", "--kubectl", "--kubeconfig"):
        parser.add_argument(option, required=True)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {
            "HOME": name, "KUBECONFIG": options.kubeconfig, "KSX_HELM": options.helm, "XDG_STATE_HOME": name + "/state"}
        chart = package(options.helm, folder, environment)
        log = open(folder / "log", "w")
        controllers = subprocess.Popen(
            [options.ksxd, "controllers", "--kubeconfig", options.kubeconfig, "--repository", folder / "repository"],
            stdout=log, stderr=log, env=environment)
        try:
            def published():
                found = subprocess.run([options.kubectl, "--kubeconfig", options.kubeconfig, "get", "extensionversions", "-o", "name"],
                                       stdout=subprocess.PIPE, text=True)
                return NAME in found.stdout
            until("the chart is published", published)
            for turn in range(options.turns + 1):
                mine = timed(options.ksx, "install", NAME, "--yes", "--wait", env=environment)
                run(options.ksx, "uninstall", NAME, "--yes", "--wait", env=environment)
                reference = timed(
                    options.helm, "upgrade", "--install", "--wait", "reference", chart, "-n", "reference", "--create-namespace",
                    env=environment)
                run(options.helm, "uninstall", "reference", "-n", "reference", "--wait", env=environment)
                # The first of each warms what is to be warm.
                if turn:
                    ours.append(mine)
                    theirs.append(reference)
        finally:
            controllers.terminate()
            controllers.wait()
    table = Table()
    table.add("install of a trivial chart until it is there (helm)", statistics.median(ours), statistics.median(theirs), " s", 1.2)
    table.show()
    return 1 if any(row[6] == "OVER" for row in table.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
