#!/usr/bin/env python3
"""Opens the console in every kind of terminal, judged by an emulator that is not ours (pyte) and by the modes of the
terminal before and after: TERM x size x locale x NO_COLOR. Prints what is wrong, and ends with 1 where anything is.

  matrix.py KSX HOME [TERM...]     HOME is that of a running backend, as the functions of lib.sh make it
"""
import concurrent.futures
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

import pyte

TERMS = "xterm-256color xterm screen-256color tmux-256color linux vt100 vt220 ansi".split()
SIZES = [(40, 10), (80, 24), (200, 60)]
LOCALES = ["C.UTF-8", "zh_CN.UTF-8", "C"]
COLOURS = ["", "1"]
PATIENCE = 30
COLOUR = re.compile(rb"\x1b\[[0-9;]*(?<![0-9])(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;[0-9]+)*m")


class Cell:
    """One console in one terminal."""

    def __init__(self, ksx, home, term, size, locale, colour):
        self.name = f"TERM={term} {size[0]}x{size[1]} LANG={locale}" + (" NO_COLOR=1" if colour else "")
        self.columns, self.rows = size
        self.locale, self.colour = locale, colour
        self.screen = pyte.Screen(*size)
        self.stream = pyte.ByteStream(self.screen)
        self.output = b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.before = termios.tcgetattr(slave)
        environment = {
            "HOME": home, "XDG_RUNTIME_DIR": home + "/run", "XDG_CONFIG_HOME": home + "/config",
            "XDG_STATE_HOME": home + "/state", "XDG_DATA_HOME": home + "/data", "XDG_CACHE_HOME": home + "/cache",
            "PATH": os.environ["PATH"], "TZ": "UTC", "SWIFT_BACKTRACE": "enable=no", "TERM": term,
            "LC_ALL" if locale == "C" else "LANG": locale,
        }
        if colour:
            environment["NO_COLOR"] = colour
        self.child = subprocess.Popen(
            [ksx, "--standalone"], stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True,
            close_fds=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.slave = slave

    def read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        data = os.read(self.master, 1 << 16)
        self.output += data
        self.stream.feed(data)
        return bool(data)

    def wait(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                return False
            self.read(0.1)
        return True

    def text(self):
        return "\n".join(self.screen.display)

    def shows(self):
        # pyte leaves a blank behind each wide character.
        text = self.text().replace(" ", "")
        return "AlertRouter" in text or "告警路由" in text

    def problems(self):
        found = []
        if not self.wait(self.shows):
            found.append("the marketplace never showed:\n" + self.text())
        for line in self.screen.display:
            if any(ord(character) < 32 for character in line):
                found.append("a control character is on the screen")
            if self.locale == "C" and not line.isascii():
                found.append("beyond ASCII under LANG=C: " + line.strip())
                break
        if self.colour and COLOUR.search(self.output):
            found.append("a colour, though NO_COLOR is set")
        os.write(self.master, b"q")
        if not self.wait(lambda: self.child.poll() is not None):
            self.child.kill()
            found.append("q does not end it")
        while self.read(0.05):
            pass
        if self.child.wait() != 0:
            found.append(f"it ended with {self.child.returncode}")
        return found + self.traces()

    def traces(self):
        """What the terminal is left with."""
        found = []
        if termios.tcgetattr(self.slave) != self.before:
            found.append("the modes of the terminal are not as they were")
        ons = set(re.findall(rb"\x1b\[\?([0-9;]+)h", self.output))
        offs = set(re.findall(rb"\x1b\[\?([0-9;]+)l", self.output))
        for mode in {b"1049", b"1000", b"1002", b"1006", b"2004", b"1"} & ons:
            if mode not in offs:
                found.append(f"mode {mode.decode()} stays on")
        if self.screen.cursor.hidden:
            found.append("the cursor stays hidden")
        return found

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.slave)
        os.close(self.master)


def run(arguments):
    cell = Cell(*arguments)
    try:
        return cell.name, cell.problems()
    finally:
        cell.close()


def main():
    ksx, home = sys.argv[1:3]
    terms = sys.argv[3:] or TERMS
    cells = [
        (ksx, home, term, size, locale, colour)
        for term in terms for size in SIZES for locale in LOCALES for colour in COLOURS
    ]
    start, bad = time.monotonic(), 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name, problems in pool.map(run, cells):
            bad += bool(problems)
            for problem in problems:
                print(f"        {name}: {problem}")
    print(f"        {len(cells)} terminals, {bad} with problems, {time.monotonic() - start:.0f} s")
    sys.exit(1 if bad else 0)


main()
