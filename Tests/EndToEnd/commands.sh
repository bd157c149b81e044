# The commands for scripts against the standalone backend.
# shellcheck shell=bash

# stocked - waits until the backend has put its marketplace on the shelves.
stocked() {
  local deadline=$((SECONDS + 60))
  until ksx --standalone list -o name 2>/dev/null | grep -q log-lens; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "        the marketplace stays empty"; return 1; }
    sleep 0.2
  done
}

commands_say_on_stdout_only_what_they_were_asked() {
  local out
  stocked
  out=$(ksx --standalone list -o name 2>/dev/null)
  contains "$out" 'log-lens'
  out=$(ksx --standalone get log-lens -o json 2>/dev/null)
  contains "$out" '"log-lens"'
  local code=0
  out=$(ksx --standalone get nobody 2>&1 >/dev/null) || code=$?
  equal "$code" 1 'the exit status'
  contains "$out" 'nobody'
}

the_emergency_path_switches_off_and_prints_the_way_back() {
  local out
  stocked
  ksx --standalone install log-lens --yes --wait >/dev/null 2>&1
  out=$(ksx --standalone disable log-lens --now 2>/dev/null)
  contains "$out" 'enable log-lens'
  out=$(ksx --standalone get log-lens -o json 2>/dev/null)
  contains "$out" 'log-lens'
  ksx --standalone enable log-lens --now >/dev/null 2>&1
}

a_backend_killed_at_once_has_lost_no_acknowledged_write() {
  local number
  serve
  stocked
  ksx --standalone install log-lens --yes --wait >/dev/null 2>&1
  for number in 1 2 3 4 5; do
    printf 'keepDays: "%s"\n' "$number" | feed config set log-lens --yes >/dev/null
    kill -9 %%
    serve
    stocked
    equal "$(ksx --standalone config get log-lens)" "keepDays: \"$number\"" "the config after kill $number"
  done
}

a_server_that_does_not_answer_is_one_line_and_exit_1() {
  local said code=0
  said=$(ksx --server http://127.0.0.1:9 list 2>&1) || code=$?
  equal "$code" 1 'the exit status'
  equal "$(printf '%s\n' "$said" | wc -l)" 1 'the lines on stderr'
  contains "$said" '127.0.0.1:9'
}

a_kubeconfig_that_is_not_there_or_broken_is_named_with_its_line() {
  local said code=0
  said=$(ksx --kubeconfig "$home/none" list 2>&1) || code=$?
  equal "$code" 1 'the exit status'
  contains "$said" "$home/none"
  printf 'apiVersion: v1\nclusters: [\n' >"$home/broken"
  code=0
  said=$(ksx --kubeconfig "$home/broken" list 2>&1) || code=$?
  equal "$code" 1 'the exit status'
  contains "$said" "$home/broken"
}
