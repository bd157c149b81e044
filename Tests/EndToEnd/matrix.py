#!/usr/bin/env python3
"""Opens the console in every kind of terminal, judged by an emulator that is not ours (pyte) and by the modes of the
terminal before and after: TERM x size x locale x NO_COLOR. Prints what is wrong, and ends with 1 where anything is.

  matrix.py KSX HOME [TERM...]     HOME is that of a running backend, as the functions of lib.sh make it
"""
import concurrent.futures
import os
import re
import sys
import time

from emulated import Emulated

TERMS = "xterm-256color xterm screen-256color tmux-256color linux vt100 vt220 ansi".split()
SIZES = [(40, 10), (80, 24), (200, 60)]
LOCALES = ["C.UTF-8", "zh_CN.UTF-8", "C"]
COLOURS = ["", "1"]
COLOUR = re.compile(rb"\x1b\[[0-9;]*(?<![0-9])(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;[0-9]+)*m")


class Cell(Emulated):
    """One console, opened and left."""

    def __init__(self, ksx, home, term, size, locale, colour):
        self.name = f"TERM={term} {size[0]}x{size[1]} LANG={locale}" + (" NO_COLOR=1" if colour else "")
        self.locale, self.colour = locale, colour
        super().__init__(ksx, home, term, size, locale, colour)

    def problems(self):
        found = []
        if not self.wait(self.shows):
            found.append("the marketplace never showed:\n" + self.text())
        for line in self.lines():
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
