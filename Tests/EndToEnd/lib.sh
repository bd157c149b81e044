# Drives the real binaries in a real terminal (tmux) and counts what passed.
# `bin` comes from scripts/e2e.
# shellcheck shell=bash disable=SC2154
#
# A test is a function whose name is its sentence. It ends at the first step that fails; the screen at that
# moment is printed. Every test has its own home, runtime directory and tmux server.

passed=0
failed=0
skipped=0
# More of the environment, NAME=VALUE each.
test_variables=()

# run_test FUNCTION
run_test() {
  local name=$1 sentence=${1//_/ }
  home=$(mktemp -d)
  mkdir -m 700 "$home/run"
  socket="$home/tmux"
  # Not inside the condition of an if, where bash would not stop at a failed step.
  (
    set -e
    trap 'end_test' EXIT
    "$name"
  )
  if [ $? -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok      $sentence"
  else
    failed=$((failed + 1))
    echo "FAILED  $sentence"
  fi
  rm -rf "$home"
}

skip_test() {
  skipped=$((skipped + 1))
  echo "skipped ${1//_/ }: $2"
}

# why_skipped NAME - why a test cannot be run here, or nothing; files whose tests need more say it anew.
why_skipped() { :; }

end_test() {
  tmux -S "$socket" kill-server 2>/dev/null || true
  local file
  for file in "$home"/*.pid; do
    [ ! -e "$file" ] || kill -9 "$(cat "$file")" 2>/dev/null || true
  done
  local pids
  pids=$(pgrep -f "ksxd serve.*$home" || true)
  # shellcheck disable=SC2086
  [ -z "$pids" ] || kill -9 $pids 2>/dev/null || true
}

# The environment every program under test gets: nothing of the person's own.
environment() {
  printf '%s\n' "HOME=$home" "XDG_RUNTIME_DIR=$home/run" "XDG_CONFIG_HOME=$home/config" "XDG_STATE_HOME=$home/state" \
    "XDG_DATA_HOME=$home/data" "XDG_CACHE_HOME=$home/cache" "LANG=${test_lang:-C.UTF-8}" "PATH=$bin:$PATH" "TZ=UTC" \
    "SWIFT_BACKTRACE=enable=no" "${test_variables[@]}"
}

# start COLUMNSxROWS COMMAND... - runs the command in a terminal of that size, instead of what ran there.
start() {
  local size=$1
  shift
  local assignments=()
  mapfile -t assignments < <(environment)
  local command=(env -i TERM="${test_term:-tmux-256color}" "${assignments[@]}"
    sh -c 'trap : INT QUIT TSTP; "$@"; echo "[ended with $?]"; trap "" INT QUIT TSTP; exec sleep 86400' sh "$@")
  if tmux -S "$socket" has-session 2>/dev/null; then
    resize "$size"
    tmux -S "$socket" clear-history -t test
    tmux -S "$socket" respawn-pane -k -t test "${command[@]}"
  else
    tmux -S "$socket" -f /dev/null new-session -d -s test -x "${size%x*}" -y "${size#*x}" "${command[@]}"
  fi
}

resize() { tmux -S "$socket" resize-window -t test -x "${1%x*}" -y "${1#*x}"; }

keys() { tmux -S "$socket" send-keys -t test "$@"; }

# write TEXT - types the text as it is.
write() { tmux -S "$socket" send-keys -t test -l -- "$1"; }

screen() { tmux -S "$socket" capture-pane -p -t test; }

# expect PATTERN [SECONDS] - waits until a line of the screen matches the extended regular expression.
expect() { wait_for_screen "$1" "${2:-15}" 0 'never showed'; }

# vanish PATTERN [SECONDS] - waits until no line of the screen matches.
vanish() { wait_for_screen "$1" "${2:-15}" 1 'still shows'; }

# wait_for_screen PATTERN SECONDS STATUS COMPLAINT - waits until grep for the pattern ends with that status.
wait_for_screen() {
  local deadline=$((SECONDS + $2)) status
  while true; do
    status=0
    screen | grep -qE -- "$1" || status=1
    [ "$status" -ne "$3" ] || return 0
    [ "$SECONDS" -lt "$deadline" ] || break
    sleep 0.05
  done
  echo "        the screen $4: $1"
  screen | sed 's/^/        | /'
  return 1
}

# ksx ARGUMENTS... - one command of ksx, without a terminal.
ksx() {
  local assignments=()
  mapfile -t assignments < <(environment)
  env -i "${assignments[@]}" "$bin/ksx" "$@" </dev/null
}

# feed ARGUMENTS... - one command of ksx on the standalone backend that reads standard input.
feed() {
  local assignments=()
  mapfile -t assignments < <(environment)
  env -i "${assignments[@]}" "$bin/ksx" --standalone "$@"
}

# serve ARGUMENTS... - starts a backend by hand, as one that does not end with its last console, and waits until it
# answers: a command that came before would start another.
serve() {
  local assignments=() before deadline=$((SECONDS + 60))
  touch "$home/ksxd.log"
  before=$(grep -c 'ksxd is ready' "$home/ksxd.log" || true)
  mapfile -t assignments < <(environment)
  env -i "${assignments[@]}" "$bin/ksxd" serve --socket "$home/run/ksx/ksxd.sock" "$@" >>"$home/ksxd.log" 2>&1 &
  until [ "$(grep -c 'ksxd is ready' "$home/ksxd.log" || true)" -gt "$before" ]; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "        ksxd serve was never ready"; return 1; }
    sleep 0.1
  done
}

# equal ACTUAL EXPECTED WHAT
equal() {
  [ "$1" = "$2" ] && return 0
  echo "        $3: expected '$2', got '$1'"
  return 1
}

contains() {
  case $1 in *"$2"*) return 0 ;; esac
  echo "        expected '$2' in:"
  printf '%s\n' "$1" | sed 's/^/        | /'
  return 1
}

summary() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
}
