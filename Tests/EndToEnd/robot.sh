# A robot that presses what it likes, and every kind of terminal.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2120,SC2154
#
# `make robot` and KSX_MATRIX=whole make both long; KSX_SEED repeats a robot.

a_robot_presses_what_it_likes_and_nothing_ends_badly_or_changes_unseen() {
  serve --access-log
  stocked
  python3 Tests/EndToEnd/robot.py "$bin/ksx" "$home" "$home/ksxd.log" "${KSX_SEED:-$RANDOM}" "${KSX_ROBOT_SECONDS:-45}"
}

# cell TERM SIZE LANG VARIABLE - opens and leaves the console in such a terminal.
cell() {
  local what="TERM=$1 $2 LANG=$3 ${4:-}"
  test_term=$1 test_lang=$3
  test_variables=(${4:+"$4"})
  start "$2" ksx --standalone
  if [ "$2" = 20x5 ]; then expect 'too' 30; else expect 'Alert Router|告警路由' 30; fi || { echo "        in $what"; return 1; }
  if [ -n "${4:-}" ] && tmux -S "$socket" capture-pane -p -e -t test | grep -qE $'\e\\[[0-9;]*(3[0-8]|4[0-8]|9[0-7])[;m]'; then
    echo "        colours in $what"
    return 1
  fi
  keys q
  expect '\[ended with 0\]' || { echo "        in $what"; return 1; }
}

# Some kinds of terminal, or all of them when KSX_MATRIX=whole.
every_terminal_is_given_back_as_another_emulator_saw_it() {
  local terms=(xterm-256color vt100 linux)
  [ "${KSX_MATRIX:-}" != whole ] || terms=()
  serve
  stocked
  python3 Tests/EndToEnd/matrix.py "$bin/ksx" "$home" "${terms[@]}"
}

every_terminal_size_and_locale_shows_the_marketplace_and_gives_the_terminal_back() {
  local terms=(tmux-256color vt100 nobody-knows-this) sizes=(80x24 20x5) langs=(C.UTF-8 C) term size lang colour
  if [ "${KSX_MATRIX:-}" = whole ]; then
    terms=(tmux-256color xterm-256color xterm screen linux rxvt vt220 vt100 ansi dumb nobody-knows-this)
    sizes=(80x24 200x60 132x43 40x10 20x5)
    langs=(C.UTF-8 C zh_CN.UTF-8)
  fi
  serve
  stocked
  for term in "${terms[@]}"; do
    for size in "${sizes[@]}"; do
      for lang in "${langs[@]}"; do
        for colour in '' NO_COLOR=1; do cell "$term" "$size" "$lang" "$colour"; done
      done
    done
  done
}
