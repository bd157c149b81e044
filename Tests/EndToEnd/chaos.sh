# Backends that are killed, held up and told the wrong time, under a console and commands that go on.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2120,SC2154
#
# KSX_CHAOS_ROUNDS makes it long; KSX_SEED repeats it.

# backend - the process id of the backend that is running.
backend() { pgrep -f "ksxd serve.*$home" | head -1; }

# disturb - does one thing to the backend that happens to backends.
disturb() {
  local pid
  pid=$(backend) || return 0
  case $((RANDOM % 3)) in
  0) kill -9 "$pid" 2>/dev/null || true ;;
  1)
    kill -STOP "$pid"
    sleep "0.$((RANDOM % 9))"
    kill -CONT "$pid"
    ;;
  # Up to thirty years in either direction, as when a machine without a battery hears from a time server.
  2) printf '%d\n' $(((RANDOM % 61 - 30) * 31557600)) >"$clock" ;;
  esac
}

# with_clock - lets the programs of this test read a wall clock that can be set.
with_clock() {
  clock=$home/clock
  printf '0\n' >"$clock"
  clang -shared -fPIC -O1 -o "$home/clock.so" Tests/EndToEnd/clock.c
  test_variables=("LD_PRELOAD=$home/clock.so" "KSX_TEST_CLOCK=$clock")
}

acknowledged_writes_outlive_kills_pauses_and_clocks_that_jump() {
  local rounds=${KSX_CHAOS_ROUNDS:-6} seed=${KSX_SEED:-$RANDOM} round promised=0 found clock=
  RANDOM=$seed
  with_clock
  serve
  stocked
  ksx --standalone install log-lens --yes --wait >/dev/null 2>&1
  start 80x24 ksx --standalone
  expect 'Log Lens +on' 30
  for ((round = 1; round <= rounds; round++)); do
    disturb &
    if printf 'keepDays: "%s"\n' "$round" | feed config set log-lens --yes >/dev/null 2>&1; then promised=$round; fi
    wait $! || true
    [ -n "$(backend)" ] || serve
    stocked
    found=$(ksx --standalone config get log-lens | grep -o '[0-9]*')
    # A write whose answer was lost may have been carried out.
    if [ "$found" -ne "$promised" ] && [ "$found" -ne "$round" ]; then
      echo "        round $round: $promised was acknowledged and $found is there; again with KSX_SEED=$seed"
      return 1
    fi
    promised=$found
  done
  expect ' live' 90

  # News is drawn at once, whatever the wall clock says.
  printf '%d\n' -2000000000 >"$clock"
  ksx --standalone disable log-lens --now >/dev/null 2>&1
  expect 'Log Lens +off' 30
  keys q
  expect '\[ended with 0\]'
}
