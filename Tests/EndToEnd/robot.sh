# A robot that presses what it likes, and every kind of terminal.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2120,SC2154
#
# KSX_ROBOT_STEPS and KSX_MATRIX=whole make both long; KSX_SEED repeats a robot.

# What it presses: every command's key, keys that type, and sequences that no keyboard sends.
robot_keys=(
  Up Down Left Right j k h l g G Home End PageUp PageDown Tab BTab Enter Enter Enter Escape Escape
  '?' : / R W m C-l C-z i U b E D e X F y n v w c x + '[' ']' a 1 Space BSpace DC
  C-s C-f C-n C-k C-x C-v C-_ C-r M-a M-k C-Space F1 F2 F5 C-c q
)
robot_words=(log '!security' '-f bell' '-l category=security' 'keepDays: [1' '水墨' disable enable 'theme dark' Data Deploy)
robot_noise=('1b 5b 32 30 30 7e 79 1b 5b 32 30 31 7e' '1b 5b 3c 30 3b 35 3b 35 4d' '1b 5b 3c 36 34 3b 39 3b 39 4d' 'ff fe' '1b 4f')
robot_sizes=(80x24 80x24 40x10 20x5 132x43 200x60)

# robot_step - one key, word, sequence or size.
robot_step() {
  local choice
  case $((RANDOM % 20)) in
  0)
    choice=${robot_words[RANDOM % ${#robot_words[@]}]}
    write "$choice"
    ;;
  1)
    choice=${robot_noise[RANDOM % ${#robot_noise[@]}]}
    # shellcheck disable=SC2086
    keys -H $choice
    ;;
  2)
    choice=${robot_sizes[RANDOM % ${#robot_sizes[@]}]}
    resize "$choice"
    ;;
  *)
    choice=${robot_keys[RANDOM % ${#robot_keys[@]}]}
    keys "$choice"
    ;;
  esac
  robot_trace+=("$choice")
}

# robot_ended - how the console has ended, if it has: what was typed since may have moved that off the screen.
robot_ended() {
  [ "$(tmux -S "$socket" display-message -p -t test '#{pane_current_command}')" = sleep ] || return 0
  tmux -S "$socket" capture-pane -p -S - -t test | grep -o '\[ended with [0-9]*\]' | tail -1 || true
}

# leave - ends the console from wherever it is.
leave() {
  local attempt
  for ((attempt = 0; attempt < 60; attempt++)); do
    if screen | grep -q 'Leave? q leaves'; then keys q; else keys C-c; fi
    sleep 0.2
    ! screen | grep -q '\[ended with' || break
  done
  expect '\[ended with 0\]'
}

a_robot_presses_what_it_likes_and_nothing_ends_badly() {
  local steps=${KSX_ROBOT_STEPS:-300} seed=${KSX_SEED:-$RANDOM} step ended
  RANDOM=$seed
  robot_trace=()
  serve
  stocked
  opened
  for ((step = 1; step <= steps; step++)); do
    robot_step
    [ $((step % 5)) -eq 0 ] || continue
    ended=$(robot_ended)
    [ -n "$ended" ] || continue
    if [ "$ended" != '[ended with 0]' ]; then
      echo "        $ended at step $step; again with KSX_SEED=$seed KSX_ROBOT_STEPS=$step; the last keys:"
      echo "        ${robot_trace[*]: -40}"
      return 1
    fi
    # It found the way out; the next console begins where it left the cluster.
    opened
  done
  resize 80x24
  leave || { echo "        again with KSX_SEED=$seed KSX_ROBOT_STEPS=$steps"; return 1; }
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
