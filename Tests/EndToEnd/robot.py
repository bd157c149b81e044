#!/usr/bin/env python3
"""Presses seeded random keys, with pastes, noise and resizes, at a console before a live backend. Looked at throughout
by an emulator that is not ours (pyte): it answers, can always be left for the marketplace, does not grow, changes
nothing but what was on the screen when a key agreed to it, and gives the terminal back.

  robot.py KSX HOME LOG SEED SECONDS    HOME and LOG are those of a running `ksxd serve --access-log`
"""
import json
import os
import random
import re
import sys
import time

from emulated import Emulated

KEYS = {
    "up": "\x1b[A", "down": "\x1b[B", "left": "\x1b[D", "right": "\x1b[C", "home": "\x1b[H", "end": "\x1b[F",
    "page up": "\x1b[5~", "page down": "\x1b[6~", "delete": "\x1b[3~", "tab": "\t", "back tab": "\x1b[Z", "enter": "\r",
    "escape": "\x1b", "backspace": "\x7f", "F1": "\x1bOP", "F5": "\x1b[15~", "alt-a": "\x1ba", "alt-k": "\x1bk",
    "alt-r": "\x1br", "ctrl-space": "\0",
}
MOVES = "jjkkhlgG"
PLAIN = "?:/RWm~HyditubrUUEDDeXFynNvwcx+*-[]!=opPQs" + "0123456789"
CONTROLS = "lfnkxvrsgo_cqz"
WORDS = [
    "log", "!security", "-f bell", "-l category=security", "state=failed", "keepDays: [1", "keepDays: 9", "水墨",
    "disable", "enable", "theme dark", "language zh", "language en", "Data", "repositories", "gateway", "doctor",
    "operations", "log-lens", "cert-clock", "disable 2", "uninstall 2", "/kapis/x", "built-in", "file:///nowhere", "extra",
]
NOISE = [
    b"\x1b[<0;5;5M", b"\x1b[<0;5;5m", b"\x1b[<64;9;9M", b"\x1b[<65;9;9M", b"\xff\xfe", b"\x1bO",
    b"\x1b]11;rgb:0/0/0\x07", b"\x1b[200~", b"\x1b[?1;2c", b"\x1bP+r\x1b\\",
]
PASTES = ["a: 1\r\nb: 2\r\n", "aaaa\n" * 300, "y\n", "水墨\tx", "k: {" * 40, "\x1b[31mred"]
SIZES = [(80, 24), (80, 24), (40, 10), (20, 5), (132, 43), (200, 60)]
# What a question says that leads to such a change; other changes patch.
DEEDS = {
    "create": re.compile(r"[Ii]nstall|[Aa]dd|安装|添加|新增"),
    "delete": re.compile(r"[Uu]ninstall|[Rr]emove|[Dd]elete|by force|卸载|移除|删除|强制"),
}
CHANGING = {"create", "patch", "update", "delete", "deletecollection"}
LEAVING = re.compile(r"Leave\?|离开")
UNSAVED = re.compile(r"^ s .*X ")
# The breadcrumb of the marketplace, and a last row that is not typed into.
HOME = re.compile(r"› (Extensions|扩展)  ")
MORE = re.compile(r": (more|更多)")


class Log:
    """What ksxd says that it was asked to change."""

    def __init__(self, path):
        self.file = open(path, encoding="utf-8", errors="replace")
        self.file.seek(0, os.SEEK_END)
        self.rest, self.targets, self.writes = "", {}, []

    def changes(self):
        """What was changed since the last time, as verb, kind and name."""
        lines = (self.rest + self.file.read()).split("\n")
        self.rest = lines.pop()
        for line in lines:
            if "{" not in line:
                continue
            try:
                entry = json.loads(line[line.index("{"):])
            except ValueError:
                continue
            if "target" in entry:
                self.targets[entry["trace"]] = entry["target"]
            elif entry.get("event") == "write" and entry.get("verb") in CHANGING and entry.get("status", 500) < 300:
                self.writes.append(entry)
        found = [w for w in self.writes if w["trace"] in self.targets]
        self.writes = [w for w in self.writes if w["trace"] not in self.targets]
        return [
            (w["verb"], w["resource"], w["name"]) for w in found
            if "dryRun" not in self.targets.pop(w["trace"]) and "authorization" not in w["group"]
        ]


class Robot:
    def __init__(self, ksx, home, log, seed):
        self.dice = random.Random(seed)
        self.arguments = (ksx, home)
        self.log = Log(log)
        self.trace, self.agreed, self.memory, self.changes = [], [], [], []
        self.steps = self.starts = 0
        self.open()

    def open(self):
        self.console = Emulated(*self.arguments, "xterm-256color", (80, 24), "C.UTF-8", "")
        self.starts += 1
        if not self.console.wait(self.console.shows):
            self.fail("the marketplace never showed")
        self.opened_at = self.steps

    def fail(self, what):
        last = " ".join(self.trace[-40:])
        raise RuntimeError(f"{what}\nafter {self.steps} steps, the last of them: {last}\n{self.console.text()}")

    # What is pressed

    def press(self, what, data):
        """Sends it, and looks at what comes of it."""
        text = self.console.text()
        if (b"a" in data or b"\r" in data or b"\n" in data or b"\x1b[<0" in data) and self.asks(text):
            self.agreed.append(text)
        self.trace.append(what)
        self.steps += 1
        os.write(self.console.master, data)
        self.console.read_for(0.02)
        if self.console.child.poll() is not None:
            if self.console.child.returncode != 0:
                self.fail(f"it ended with {self.console.child.returncode}")
            self.finish()
            self.open()
        self.look_at_changes()

    @staticmethod
    def asks(text):
        """A plan stands on the screen, with what agrees to it."""
        return re.search(r"\[ .+ \]|Type .+ to |输入 |^ ?a [a-z]|\d of \d", text, re.M) is not None

    def look_at_changes(self):
        for verb, kind, name in self.log.changes():
            self.changes.append(f"{verb} {kind} {name}")
            # A title that is cut still names its beginning.
            deed = DEEDS.get(verb)
            if not any(name[:8] in text and (not deed or deed.search(text)) for text in self.agreed[-60:]):
                self.fail(f"{verb} {kind} {name} was not on the screen when anything was agreed to")

    def step(self):
        choice = self.dice.randrange(40)
        if choice == 0:
            word = self.dice.choice(WORDS)
            for letter in word:
                self.press(letter, letter.encode())
        elif choice == 1:
            noise = self.dice.choice(NOISE)
            self.press(repr(noise), noise)
            # A paste without an end, and a sequence without one, end by silence.
            self.console.read_for(1.2)
        elif choice == 2:
            size = self.dice.choice(SIZES)
            self.trace.append(f"{size[0]}x{size[1]}")
            self.console.resize(size)
        elif choice == 3:
            text = self.dice.choice(PASTES)
            self.press(f"paste {text[:12]!r}", b"\x1b[200~" + text.encode() + b"\x1b[201~")
        elif choice < 12:
            self.press("enter", b"\r")
        elif choice < 16:
            self.press("a", b"a")
        elif choice < 19:
            self.press("escape", b"\x1b")
        elif choice < 26:
            letter = self.dice.choice(MOVES)
            self.press(letter, letter.encode())
        elif choice < 34:
            letter = self.dice.choice(PLAIN)
            self.press(letter, letter.encode())
        elif choice < 37:
            letter = self.dice.choice(CONTROLS)
            # To the background it goes alone, with no shell that would bring it back.
            if letter not in "z" and not (letter in "cq" and self.dice.randrange(4)):
                self.press(f"ctrl-{letter}", bytes([ord(letter) & 31]))
        elif choice == 37:
            self.change()
        else:
            name = self.dice.choice(list(KEYS))
            self.press(name, KEYS[name].encode())

    def change(self):
        """Plans something and agrees to it, as a user does: left to chance few plans would come to that."""
        verb = self.dice.choice("iiiUDEbruX")
        self.press(verb, verb.encode())
        self.console.read_for(0.4)
        asked = re.search(r"(?:Type|输入) (\S+)", self.console.lines()[-1])
        for letter in (asked.group(1) + "\r" if asked else "a"):
            self.press(letter, letter.encode())
        self.console.read_for(0.4)

    # What must hold

    def come_home(self):
        """Any place can be left for the marketplace, by escape alone or by what a question offers."""
        self.console.resize((80, 24))
        self.console.read_for(0.5)
        for attempt in range(60):
            top, *_, bottom = self.console.lines()
            asked = self.console.text()
            if HOME.search(top) and MORE.search(bottom) and not LEAVING.search(asked):
                return self.check_answer()
            # What it leads to is awaited: on a busy machine a second escape would undo the first.
            before = len(self.console.output)
            self.press("X", b"X") if UNSAVED.search(bottom) else self.press("escape", b"\x1b")
            self.console.wait(lambda: len(self.console.output) > before, 2)
            self.console.read_for(0.2)
        self.fail("the marketplace cannot be reached")

    def check_answer(self):
        self.console.read_for(0.05)
        before = len(self.console.output)
        os.write(self.console.master, b"\x0c")
        if not self.console.wait(lambda: len(self.console.output) > before, 5):
            self.fail("it does not answer")
        with open(f"/proc/{self.console.child.pid}/status") as status:
            resident = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
        self.memory.append((self.starts, self.steps - self.opened_at, resident))
        self.console.output = self.console.output[:4096] + self.console.output[-4096:]

    def check_growth(self):
        """From a quarter of the way on, what each console holds stays about as much."""
        for start in range(1, self.starts + 1):
            sizes = [size for of, _, size in self.memory if of == start]
            early = max(sizes[:len(sizes) // 4], default=0)
            if len(sizes) >= 12 and sizes[-1] > 1.4 * early + 8:
                self.fail(f"console {start} has grown from {early:.0f} to {sizes[-1]:.0f} MB")

    def leave(self):
        """The way out, asked once where something is changed or under way."""
        for _ in range(20):
            os.write(self.console.master, b"\x03")
            if self.console.wait(lambda: self.console.child.poll() is not None, 1):
                break
        else:
            self.fail("it cannot be left")
        if self.console.child.returncode != 0:
            self.fail(f"it ended with {self.console.child.returncode}")
        self.finish()

    def finish(self):
        self.console.read_for(0.05)
        for trace in self.console.traces():
            self.fail(trace)
        self.console.close()

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for _ in range(self.dice.randrange(60, 160)):
                self.step()
            self.come_home()
        self.check_growth()
        self.look_at_changes()
        if seconds >= 120 and not self.changes:
            self.fail("nothing was changed, so that nothing could be seen of it")
        self.leave()
        sizes = [size for _, _, size in self.memory]
        print(f"        {self.steps} steps, {self.starts} consoles, {len(self.changes)} changes, "
              f"{sizes[0]:.0f} to {sizes[-1]:.0f} MB (at most {max(sizes):.0f})")


def main():
    ksx, home, log, seed, seconds = sys.argv[1:6]
    print(f"        seed {seed}, {seconds} s", flush=True)
    robot = Robot(ksx, home, log, int(seed))
    try:
        robot.run(float(seconds))
    except RuntimeError as error:
        print(f"        seed {seed}: {error}")
        robot.console.close()
        sys.exit(1)


main()
