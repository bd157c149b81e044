"""The console on a pseudo terminal, seen by an emulator that is not ours (pyte)."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import pyte

TIMEOUT = 30


class Emulated:
    """One console in one terminal."""

    def __init__(self, ksx, home, term, size, locale, colour):
        self.screen = pyte.Screen(*size)
        self.stream = pyte.ByteStream(self.screen)
        self.output = b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.before = termios.tcgetattr(slave)
        environment = {
            "HOME": home, "XDG_RUNTIME_DIR": home + "/run", "XDG_CONFIG_HOME": home + "/config",
            "XDG_STATE_HOME": home + "/state", "XDG_DATA_HOME": home + "/data", "XDG_CACHE_HOME": home + "/cache",
            "PATH": os.environ["PATH"], "TZ": "UTC", "SWIFT_BACKTRACE": "enable=no", "EDITOR": "true", "TERM": term,
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

    def read_for(self, quiet):
        """Reads until nothing has come for `quiet` seconds."""
        while self.read(quiet):
            pass

    def resize(self, size):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.screen.resize(size[1], size[0])

    def wait(self, condition, timeout=TIMEOUT):
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                return False
            self.read(0.1)
        return True

    def lines(self):
        """Its rows; pyte's own way fails where half of a wide character was painted over."""
        rows, columns = self.screen.lines, self.screen.columns
        return ["".join(self.screen.buffer[row][column].data for column in range(columns)) for row in range(rows)]

    def text(self):
        return "\n".join(self.lines())

    def shows(self):
        text = self.text().replace(" ", "")
        return "AlertRouter" in text or "告警路由" in text

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
