# The commands for scripts against the standalone backend.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2120,SC2154

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

ten_commands_at_once_start_one_backend_and_see_all_of_the_marketplace() {
  local number jobs=() lists
  for number in 1 2 3 4 5 6 7 8 9 10; do
    ksx --standalone list -o name >"$home/list.$number" 2>"$home/said.$number" &
    jobs+=($!)
  done
  for number in "${jobs[@]}"; do wait "$number" || { cat "$home"/said.*; return 1; }; done
  lists=$(md5sum "$home"/list.* | cut -d' ' -f1 | sort -u | wc -l)
  equal "$lists" 1 'the different lists that ten commands printed'
  equal "$(wc -l <"$home/list.1")" 14 'the extensions in each'
  equal "$(cat "$home"/said.* | grep -c 'started the standalone backend')" 1 'the backends that were started'
}

a_command_right_after_the_first_start_sees_all_of_the_marketplace() {
  local first
  ksx --standalone list -o name >"$home/list.1" 2>/dev/null &
  first=$!
  until [ -S "$home/run/ksx/ksxd.sock" ]; do sleep 0.01; done
  ksx --standalone list -o name >"$home/list.2" 2>/dev/null
  wait "$first"
  equal "$(wc -l <"$home/list.2")" 14 'the extensions that the second command printed'
  cmp "$home/list.1" "$home/list.2"
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

# users - files that tell a backend of a user who may look at everything and change nothing.
users() {
  local group
  (umask 077 && printf 'secret-of-ada,ada,7,viewers\n' >"$home/tokens.csv")
  for group in kubesphere.io extensions.kubesphere.io; do
    printf '{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"group":"viewers",'
    printf '"resource":"*","apiGroup":"%s","namespace":"*","readonly":true}}\n' "$group"
  done >"$home/policies"
}

who_may_only_look_is_told_before_anything_is_sent() {
  local said code=0 address
  users
  serve --listen 127.0.0.1:0 --token-auth-file "$home/tokens.csv" --authorization-policy-file "$home/policies"
  stocked
  ksx --standalone install log-lens --version 1.0.0 --yes --wait >/dev/null 2>&1
  address=$(grep -o 'http://127[^ ]*' "$home/ksxd.log" | head -1)
  {
    printf 'apiVersion: v1\nkind: Config\ncurrent-context: ada\n'
    printf 'clusters: [{name: museum, cluster: {server: "%s"}}]\n' "$address"
    printf 'contexts: [{name: ada, context: {cluster: museum, user: ada}}]\n'
    printf 'users: [{name: ada, user: {token: secret-of-ada}}]\n'
  } >"$home/kubeconfig"
  said=$(ksx --kubeconfig "$home/kubeconfig" disable log-lens --yes 2>&1) || code=$?
  equal "$code" 1 'the exit status'
  contains "$said" 'cannot disable: you may not patch installplans.kubesphere.io (as kubeconfig entry ada)'
  contains "$(ksx --kubeconfig "$home/kubeconfig" list 2>&1)" 'log-lens'

  start 80x24 ksx --kubeconfig "$home/kubeconfig"
  expect 'view only · live' 30
  keys /
  write log
  expect '>Log Lens +on'
  keys Enter
  keys D
  expect 'Not possible: you may not patch installplans.kubesphere.io'
  keys a
  expect 'Cannot apply: you may not patch'
  keys Escape
  contains "$(ksx --standalone get log-lens)" 'Enabled:      yes'
}

an_output_that_cannot_be_written_is_an_error_with_a_word() {
  local said code words
  for words in 'help' 'completion bash' 'version' '--standalone list' '--standalone list -o yaml'; do
    code=0
    # shellcheck disable=SC2086
    said=$(ksx $words 2>&1 >/dev/full) || code=$?
    equal "$code" 1 "the exit status of $words"
    contains "$said" 'the standard output cannot be written: No space left on device'
  done
  code=0
  said=$("$bin/ksxd" --help 2>&1 >/dev/full) || code=$?
  equal "$code" 1 'the exit status of ksxd --help'
  contains "$said" 'the standard output cannot be written: No space left on device'
}

a_closed_standard_output_is_said_and_nothing_else_is_written_to() {
  local words said code
  stocked
  for words in 'help' '--standalone list'; do
    code=0
    # shellcheck disable=SC2086
    said=$(ksx $words 2>&1 >&-) || code=$?
    equal "$code" 1 "the exit status of $words"
    contains "$said" 'the standard output cannot be written: Bad file descriptor'
  done
  code=0
  said=$(feed config set log-lens --yes 2>&1 <&-) || code=$?
  contains "$said" 'the standard input cannot be read: Bad file descriptor'
}

too_few_descriptors_are_said_before_anything_breaks() {
  local count said code
  for count in 6 8 12; do
    code=0
    said=$(ulimit -n "$count"; ksx --standalone list 2>&1) || code=$?
    equal "$code" 1 "the exit status with $count descriptors"
    contains "$said" 'too few files may be open at once'
  done
}

too_few_descriptors_are_said_before_the_backend_breaks() {
  local count said code assignments=()
  mapfile -t assignments < <(environment)
  for count in 6 16 20; do
    code=0
    said=$(ulimit -n "$count"; env -i "${assignments[@]}" "$bin/ksxd" serve --data "$home/d" --socket "$home/s" 2>&1) || code=$?
    equal "$code" 1 "the exit status with $count descriptors"
    contains "$said" "only $count files may be open at once"
  done
}

in_a_locale_without_utf8_users_are_sent_ascii() {
  local words said test_variables=(LC_ALL=C)
  stocked
  for words in 'list' 'get log-lens' 'plan install log-lens' 'help' 'help list' 'list nonsense'; do
    # shellcheck disable=SC2086
    said=$(ksx --standalone $words 2>&1) || true
    [ -n "$said" ]
    equal "$(printf '%s' "$said" | LC_ALL=C tr -d '\000-\177' | wc -c)" 0 "the bytes beyond ASCII of $words"
  done
}

a_reader_that_has_gone_ends_a_command_as_it_ends_kubectl() {
  local code=0
  stocked
  exec 3> >(true)
  wait "$!"
  ksx --standalone list >&3 || code=$?
  exec 3>&-
  equal "$code" 141 'the exit status'
}

bytes_that_are_no_text_on_the_command_line_are_refused() {
  local said code=0
  said=$(ksx --server http://127.0.0.1:9 list $'\xc4\xe3' 2>&1) || code=$?
  equal "$code" 1 'the exit status'
  contains "$said" 'argument 4 of the command line is not UTF-8'
}

a_pipe_in_the_place_of_the_settings_is_not_waited_for() {
  local said code=0
  mkdir -p "$home/config/ksx"
  mkfifo "$home/config/ksx/config.yaml"
  said=$(ksx list 2>&1) || code=$?
  equal "$code" 1 'the exit status'
  contains "$said" 'config.yaml: it is a pipe, and no file'
}

input_that_is_missing_is_no_config() {
  local said code=0
  stocked
  ksx --standalone install log-lens --yes --wait >/dev/null 2>&1
  printf 'keepDays: "3"\n' | feed config set log-lens --yes >/dev/null
  said=$(false | ksx --standalone config set log-lens --yes 2>&1) || code=$?
  equal "$code" 1 'the exit status'
  contains "$said" 'the standard input is blank'
  equal "$(ksx --standalone config get log-lens)" 'keepDays: "3"' 'the config'
}
