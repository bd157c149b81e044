# The gateway as a way to a cluster: logging in, going by it alone, and beside a Kubernetes way.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2120,SC2154
#
# Behind everything is a ksxd, whose own gateway people log in to. Where an answer has to be lost, a token to end soon or a
# member cluster to refuse, gateway.py stands before it, and with --open as the API server.

planted='pa55-planted-%&=word'

# stand_in NAME OPTIONS... - starts gateway.py and sets url_NAME; one started again gets the port it had.
stand_in() {
  local name=$1 port=$home/$1.port options=()
  shift
  [ ! -s "$port" ] || options=(--port "$(cat "$port")")
  rm -f "$port"
  python3 Tests/EndToEnd/gateway.py --backend "$home/run/ksx/ksxd.sock" --port-file "$port" \
    --password-file "$home/password" --log "$home/$name.log" "${options[@]}" "$@" 2>>"$home/$name.err" &
  printf '%s' $! >"$home/$name.pid"
  # The shell shall not tell of its end.
  disown
  until [ -s "$port" ]; do sleep 0.05; done
  declare -g "url_$name=http://127.0.0.1:$(cat "$port")"
}

# fall NAME - that one is gone at once.
fall() { kill -9 "$(cat "$home/$1.pid")"; }

# with_gateway OPTIONS... - a stocked backend behind a gateway.
with_gateway() {
  umask 077
  printf '%s\n' "$planted" >"$home/password"
  mkdir -p "$home/run/ksx"
  serve
  stand_in gateway "$@"
  until curl -sf --unix-socket "$home/run/ksx/ksxd.sock" http://x/apis/kubesphere.io/v1alpha1/extensions |
    grep -q log-lens; do sleep 0.2; done
}

# with_own_gateway - a stocked backend whose gateway has a port and knows ada by her password.
with_own_gateway() {
  umask 077
  printf '%s\n' "$planted" >"$home/password"
  printf 'ada,%s,1,system:masters\n' "$(openssl passwd -6 -stdin <"$home/password")" >"$home/users"
  mkdir -p "$home/run/ksx"
  serve --listen 127.0.0.1:0 --password-file "$home/users" --access-log
  url_gateway=$(grep -o 'http://127[^ ]*' "$home/ksxd.log" | tail -1)
  until curl -sf --unix-socket "$home/run/ksx/ksxd.sock" http://x/apis/kubesphere.io/v1alpha1/extensions |
    grep -q log-lens; do sleep 0.2; done
}

# with_both OPTIONS... - a profile with a gateway and an API server, and a login.
with_both() {
  with_gateway "$@"
  stand_in api --open
  cat >"$home/kubeconfig" <<EOF
current-context: prod
contexts: [{name: prod, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: "$url_api"}}]
EOF
  log_in --profile both --kubeconfig "$home/kubeconfig" --context prod >/dev/null
}

# log_in ARGUMENTS...
log_in() { piped "$home/password" login --gateway "$url_gateway" --username ada --password-stdin "$@"; }

# piped FILE ARGUMENTS... - one command of ksx that reads the file.
piped() {
  local file=$1 assignments=()
  shift
  mapfile -t assignments < <(environment)
  env -i "${assignments[@]}" "$bin/ksx" "$@" <"$file"
}

# clean - nothing that ksx wrote or said holds the password or a token, but for the file of tokens.
clean() {
  local token secrets=("$planted" "$(printf '%s' "$planted" | base64)")
  while read -r token; do secrets+=("$token"); done < <(cat "$home"/state/ksx/tokens/*.json "$home"/said/* 2>/dev/null |
    grep -oE 'ey[JR]\.[0-9a-f]{48}|[0-9a-f]{64}' || true)
  for token in "${secrets[@]}"; do
    if grep -rlF --exclude-dir=tokens --exclude=password -e "$token" "$home" 2>/dev/null; then
      echo '        a secret is in the file above'
      return 1
    fi
  done
  equal "$(stat -c %a "$home"/state/ksx/tokens/*.json | sort -u)" 600 'the mode of the file of tokens'
}

a_user_name_and_a_password_are_enough_to_install_an_extension() {
  local said
  with_own_gateway
  said=$(log_in 2>&1)
  contains "$said" 'logged in'
  said=$(ksx contexts)
  contains "$said" '*         127.0.0.1   profile   gateway'
  contains "$said" 'ada until'
  contains "$(ksx list)" 'log-lens'
  equal "$(ksx list LENS -o name)" 'log-lens' 'what was found by its displayed name'
  grep -qE '"method":"GET","target":"/kapis/kubesphere.io/v1alpha1/extensions\?[^"]*q=LENS[^"]*","status":200' "$home/ksxd.log"
  equal "$(ksx list g-lens -o name)" 'log-lens' 'what was found by its name'
  said=$(ksx install log-lens --yes --wait 2>&1)
  contains "$said" 'being installed'
  contains "$(ksx get log-lens)" 'Installed'
  contains "$(ksx disable log-lens --now)" 'enable log-lens --now --profile 127.0.0.1'
  grep -q '"event":"login","user":"ada","verdict":"allowed"' "$home/ksxd.log"
  grep -q '"event":"write","user":"ada","verb":"create".*"resource":"installplans".*"verdict":"allowed"' "$home/ksxd.log"
  clean
  ksx logout >/dev/null
  said=$(ksx list 2>&1) || true
  contains "$said" 'ksx login --profile 127.0.0.1'
}

a_wrong_password_keeps_no_profile_and_says_so() {
  local said code=0
  with_own_gateway
  printf 'wrong\n' >"$home/wrong"
  said=$(piped "$home/wrong" login --gateway "$url_gateway" --username ada --password-stdin 2>&1) || code=$?
  equal "$code" 1 'the exit status'
  contains "$said" 'the user name or the password is wrong'
  [ ! -e "$home/config/ksx/config.yaml" ]
}

a_password_is_asked_for_without_an_echo() {
  with_own_gateway
  start 80x24 ksx login --gateway "$url_gateway"
  expect 'User name:'
  write ada
  keys Enter
  expect 'Password of ada:'
  write "$planted"
  keys Enter
  expect 'logged in to .* as ada'
  expect '\[ended with 0\]'
  screen >"$home/screen"
  ! grep -qF -- 'planted' "$home/screen"
}

a_person_who_breaks_off_at_the_password_has_a_terminal_with_an_echo() {
  with_own_gateway
  start 80x24 sh -c "ksx login --gateway $url_gateway --username ada; stty -a | grep -oE ' -?echo '; exec cat"
  expect 'Password of ada:'
  keys C-c
  expect 'the password is empty'
  expect '^ echo'
}

tokens_that_end_are_renewed_without_a_word() {
  local said number
  with_gateway --lifetime 2
  log_in >/dev/null
  ksx install log-lens --yes --wait >/dev/null 2>&1
  for number in 1 2 3; do
    sleep 1.3
    said=$(ksx list 2>&1 >/dev/null)
    equal "$said" '' "what was said at try $number"
  done
  start 80x24 ksx
  expect 'Log Lens +on'
  sleep 2.5
  ksx disable log-lens --now >/dev/null
  expect 'Log Lens +off'
  ! screen | grep -qE 'log in|401'
  grep -q 'POST /oauth/token 200' "$home/gateway.log"
  clean
}

a_login_that_has_ended_names_the_command_that_renews_it() {
  with_gateway --lifetime 1
  log_in >/dev/null
  fall gateway
  stand_in gateway --lifetime 1
  sleep 1.2
  start 80x24 ksx
  expect 'log in again: ksx login'
  expect 'ksx  127.0.0.1 › Extensions +via gateway'
}

a_member_cluster_is_reached_through_the_gateway_and_an_unknown_one_is_named() {
  local said
  with_gateway
  log_in >/dev/null
  contains "$(ksx list --member-cluster member)" 'log-lens'
  grep -q 'GET /clusters/member/apis/' "$home/gateway.log"
  said=$(ksx list --member-cluster nowhere 2>&1) || true
  contains "$said" 'the gateway knows no cluster “nowhere”'
  said=$(ksx list --member-cluster asleep 2>&1) || true
  contains "$said" 'it is not ready'
  printf 511 >"$home/gateway.port.control"
  said=$(ksx list --member-cluster member 2>&1) || true
  contains "$said" 'log in again with ksx login'
}

the_gateway_stands_in_for_an_api_server_that_is_gone_and_steps_back() {
  local said
  with_both
  start 80x24 ksx
  expect 'both › Extensions .*live'
  expect 'Log Lens'
  fall api
  expect 'via gateway.* live' 30
  # How the connection stands is the header's to say; why, the messages'.
  keys m
  # A watch may have found it out before the list.
  expect '127.0.0.1:[0-9]+ cannot be reached|connection broke'
  keys Escape
  said=$(ksx install log-lens --yes 2>&1 >/dev/null)
  contains "$said" 'The gateway is used now'
  expect 'Log Lens +on' 30
  stand_in api --open
  expect 'both › Extensions .* live' 60
  ksx compare >/dev/null
  clean
}

the_console_compares_the_two_ways() {
  with_both
  start 80x24 ksx
  expect 'Log Lens'
  keys :
  write 'compare ways'
  keys Enter
  expect 'Both show the same'
  keys Escape
  expect 'Log Lens'
  fall gateway
  keys W
  expect 'comparing categories'
}

a_change_whose_answer_is_lost_is_told_to_be_done_or_not_and_is_never_sent_twice() {
  local said code=0
  with_both
  ksx install log-lens --yes --wait >/dev/null 2>&1
  printf after >"$home/api.port.control"
  said=$(ksx disable log-lens --now 2>&1)
  contains "$said" 'it was carried out. The answer was lost'
  contains "$said" 'disabled in both'
  printf before >"$home/api.port.control"
  : >"$home/api.log"
  said=$(ksx enable log-lens --now 2>&1) || code=$?
  equal "$code" 1 'the exit status'
  contains "$said" 'it was not carried out'
  equal "$(grep -c '^PATCH' "$home/api.log")" 1 'the writes to the API server'
  equal "$(grep -c '^PATCH' "$home/gateway.log" || true)" 0 'the writes to the gateway'
  start 80x24 ksx
  expect 'Log Lens +off'
  keys /
  write log
  expect '>Log Lens'
  keys Enter
  keys E
  # The dry run is not answered either, and a plan that changes takes no key that was meant for the former one.
  expect 'no dry run'
  keys a
  expect 'it was not carried out' 20
  printf after >"$home/api.port.control"
  keys Escape
  vanish 'a apply'
  keys E
  expect 'Enable: log-lens'
  expect 'no dry run'
  keys a
  expect 'Log Lens +on' 20
  keys m
  expect 'was carried out, though its answer was lost'
}

a_readme_comes_by_the_gateway_where_the_cluster_has_none() {
  with_gateway
  log_in >/dev/null
  curl -sf --unix-socket "$home/run/ksx/ksxd.sock" -X DELETE \
    http://x/api/v1/namespaces/kubesphere-system/configmaps/extension-log-lens-1.1.0-chart >/dev/null
  start 80x24 ksx
  expect 'Log Lens'
  keys /
  write log
  expect '>Log Lens'
  keys Enter Enter
  expect '^ Log Lens \('
  keys 5
  expect 'the package of log-lens-1.1.0 as the gateway has it'
}

a_gateway_behind_the_api_server_is_reached_with_a_kubeconfig_alone() {
  with_both
  mkdir -p "$home/config/ksx"
  cat >"$home/config/ksx/config.yaml" <<EOF
current: behind
profiles:
  - name: behind
    gateway: {}
    kubernetes: {kubeconfig: "$home/kubeconfig"}
EOF
  contains "$(ksx list)" 'log-lens'
  contains "$(ksx compare)" 'show the same'
  grep -q 'services/http:ks-apiserver:80/proxy/apis/' "$home/api.log"
}

no_password_and_no_token_is_anywhere_but_in_its_file() {
  local pid
  with_both
  log_in --profile both >"$home/out" 2>"$home/err"
  ksx list -o yaml -v 9 >>"$home/out" 2>>"$home/err"
  grep -qE "GET $url_api/apis/.* 200 in [0-9]+ ms by Kubernetes" "$home/err"
  fall api
  ksx install log-lens --yes --wait >>"$home/out" 2>>"$home/err"
  start 80x24 ksx
  expect 'Log Lens +on'
  for pid in $(pgrep -f "$bin/ksx"); do
    tr '\0' '\n' <"/proc/$pid/cmdline" >>"$home/arguments"
    ! tr '\0' '\n' <"/proc/$pid/environ" | grep -qF -e "$planted" -e eyJ. -e eyR.
  done
  screen >"$home/screen"
  clean
  keys q
  expect '\[ended with 0\]'
  clean
}
