"""Carries out calls of kubectl against ksxd and a real API server, and tells where the two differ."""

import argparse
import concurrent.futures
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
FILES = HERE / "files"
TIMEOUT = 120

MASKS = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
    (r'"?resourceVersion"?: *"?\d+"?', "resourceVersion: VERSION"),
    (r"https?://127\.0\.0\.1:\d+", "SERVER"),
    (r"\b\d+[smhd](\d+[smhd])?\b", "AGE"),
    (r"/tmp/(LIVE|MERGED)-\d+", r"\1"),
    (r"(?m)^(diff -u|---|\+\+\+).*$", r"\1"),
    (r"(?m)^ +managedFields:\n( +[- ].*\n)*?(?=  [a-z]|[a-z]|\Z)", ""),
    (r'(?s),?\s*"managedFields": \[.*?\n        \]', ""),
    (r" {2,}", "  "),
    (r"(?m) +$", ""),
]


@dataclass
class Call:
    """One call, as it stands in calls.txt."""

    words: list
    line: int
    standard_input: str = ""
    reason: str = ""
    seconds: float = 0
    only: str = ""

    @property
    def text(self):
        return " ".join(shlex.quote(word) for word in self.words)


def read_calls(path):
    """The calls in their order."""
    calls, reason, seconds = [], "", 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("? "):
            reason = line[2:]
            continue
        if line.startswith("% "):
            seconds = float(line[2:])
            continue
        only, words = "", shlex.split(line)
        if words[0].startswith("@"):
            only = words.pop(0)[1:]
        standard_input = ""
        if words[0] == "<":
            standard_input = words[1]
            words = words[2:]
        calls.append(Call(words, number, standard_input, reason, seconds, only))
        reason, seconds = "", 0
    return calls


def carry_out(call, kubectl, home, crds):
    """The exit code and the standard output of a call, masked, and what it said beside."""
    words = [word.replace("$CRDS", crds) for word in call.words]
    given = (FILES / call.standard_input).read_bytes() if call.standard_input else b""
    process = subprocess.Popen(
        [kubectl, *words], cwd=FILES, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": home, "KUBECONFIG": home + "/kubeconfig", "KUBECTL_EXTERNAL_DIFF": "diff -u",
             "KUBE_EDITOR": "sed -i s/before-edit/after-edit/"})
    try:
        output, problem = process.communicate(given, timeout=call.seconds or TIMEOUT)
        code = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        output, problem = process.communicate()
        code = "ended" if call.seconds else "hangs"
    return code, masked(output.decode()), problem.decode()


def masked(text):
    for pattern, replacement in MASKS:
        text = re.sub(pattern, replacement, text)
    return text


def judge(call, ours, theirs):
    """What is to be said of a call, if anything, and whether it fails."""
    same = ours[:2] == theirs[:2]
    if same and not call.reason:
        return None, False
    if same:
        return f"calls.txt:{call.line}: differs no longer, but has a reason: {call.text}", True
    if call.reason:
        return None, False
    return "\n".join([
        f"calls.txt:{call.line}: kubectl {call.text}",
        f"  ksxd:   {ours[0]} {shown(ours[1])}", f"  server: {theirs[0]} {shown(theirs[1])}",
        f"  (ksxd said {shown(ours[2])}; the server said {shown(theirs[2])})"]), True


def shown(text):
    return repr(text if len(text) < 1500 else text[:1500] + "…")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubectl", required=True)
    parser.add_argument("--version", required=True, help="of kubectl, such as 1.32")
    parser.add_argument("--ours", required=True, help="folder with the kubeconfig of ksxd")
    parser.add_argument("--theirs", required=True, help="folder with the kubeconfig of the real server")
    parser.add_argument("--crds", default="", help="folder of KubeSphere's real definitions")
    parser.add_argument("--calls", type=Path, default=HERE / "calls.txt")
    options = parser.parse_args()
    passed = failed = skipped = purpose = 0
    pool = concurrent.futures.ThreadPoolExecutor(2)
    for call in read_calls(options.calls):
        if call.only and call.only != options.version:
            continue
        if not options.crds and any("$CRDS" in word for word in call.words):
            skipped += 1
            continue
        homes = [options.ours, options.theirs]
        ours, theirs = pool.map(lambda home: carry_out(call, options.kubectl, home, options.crds), homes)
        words, fails = judge(call, ours, theirs)
        if words:
            print(words, flush=True)
        failed, passed = failed + fails, passed + (not fails)
        purpose += bool(call.reason)
    print(f"kubectl {options.version}: {passed} alike ({purpose} differ on purpose), {failed} not, {skipped} left out")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
