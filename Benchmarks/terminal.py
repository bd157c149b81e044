"""A program on a pseudo terminal, and what it sends there."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time


class Terminal:
    def __init__(self, command, columns, rows, environment):
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(command[0], command, environment)

    def first_paint(self):
        """Seconds from the start to the end of the first burst of output."""
        took = self._drain(quiet=0.03, first=5)[1]
        if took is None:
            raise RuntimeError("the program drew nothing")
        return time.perf_counter() - self.started - 0.03

    def key(self, data):
        """Bytes that come back for a key, and seconds to the last of them."""
        os.write(self.fd, data)
        count, took = self._drain(quiet=0.06, first=0.5)
        return count, took or 0.0

    def settle(self, seconds, whole=False):
        """Reads until nothing has come for `seconds`, or for just that long when `whole`."""
        if not whole:
            return self._drain(quiet=seconds, first=max(seconds, 20))[0]
        count, end = 0, time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            count += self._drain(quiet=0.05, first=left)[0]
        return count

    def wait_for(self, text, seconds):
        """Reads until `text` has been drawn in one piece."""
        seen, end = b"", time.perf_counter() + seconds
        while text not in seen:
            if not select.select([self.fd], [], [], max(0, end - time.perf_counter()))[0]:
                raise RuntimeError(f"{text} was not drawn in {seconds} s")
            seen += os.read(self.fd, 65536)

    def _drain(self, quiet, first):
        count, begin, last = 0, time.perf_counter(), None
        while select.select([self.fd], [], [], first if last is None else quiet)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            count += len(data)
            last = time.perf_counter() - begin
        return count, last

    def memory(self):
        """Resident megabytes."""
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def wakeups(self):
        """How often any of its threads has gone to sleep of its own will."""
        count = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/status") as status:
                count += next(int(line.split()[1]) for line in status if line.startswith("voluntary"))
        return count

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.fd)
