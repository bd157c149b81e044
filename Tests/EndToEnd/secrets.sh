# Planted secrets, which must not be shown: a server repeats everything it is sent.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2120,SC2154

# parrot - starts the server and writes a kubeconfig with a secret in every place there is for one.
parrot() {
  local port deadline=$((SECONDS + 20))
  python3 Tests/EndToEnd/parrot.py >"$home/port" 2>/dev/null &
  parrot=$!
  until [ -s "$home/port" ]; do
    [ "$SECONDS" -lt "$deadline" ] || { echo '        the parrot does not speak'; return 1; }
    sleep 0.05
  done
  port=$(cat "$home/port")
  printf '#!/bin/sh\nprintf %%s\\\\n "$PPID" >>%s/plugins\ntr "\\0" "\\n" </proc/$$/environ >>%s/environ\n' "$home" "$home" \
    >"$home/plugin"
  printf 'printf %%s '\''{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"planted-plugin"}}'\''\n' \
    >>"$home/plugin"
  chmod 700 "$home/plugin"
  echo 'planted-file' >"$home/token"
  cat >"$home/kubeconfig" <<YAML
current-context: token
clusters:
- {name: c, cluster: {server: "http://127.0.0.1:$port"}}
- {name: named, cluster: {server: "http://ada:planted-server@127.0.0.1:$port"}}
- {name: behind, cluster: {server: "http://example.invalid", proxy-url: "http://ada:planted-proxy@127.0.0.1:$port"}}
users:
- {name: token, user: {token: planted-token}}
- {name: file, user: {tokenFile: token}}
- {name: basic, user: {username: ada, password: planted-password}}
- {name: plugin, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: Never}}}
contexts:
- {name: token, context: {cluster: c, user: token}}
- {name: file, context: {cluster: c, user: file}}
- {name: basic, context: {cluster: c, user: basic}}
- {name: plugin, context: {cluster: c, user: plugin}}
- {name: server, context: {cluster: named, user: token}}
- {name: proxy, context: {cluster: behind, user: basic}}
YAML
}

# hidden PLACE... - nothing planted stands in these files and folders, as text or as base64.
hidden() {
  local found
  found=$(grep -rlaE 'planted-(token|file|password|plugin|server|proxy|config)|cGxhbnRlZC|hZGE6cGxhbnRlZ' "$@" 2>/dev/null || true)
  [ -z "$found" ] && return 0
  echo "        a secret shows in: $found"
  grep -raohE '.{0,60}(planted-|cGxhbnRlZC|hZGE6cGxhbnRlZ).{0,20}' $found | head -5 | sed 's/^/        | /'
  return 1
}

no_command_lets_a_secret_out_whatever_the_server_says() {
  local context command
  parrot
  trap 'kill $parrot 2>/dev/null; end_test' EXIT
  for context in token file basic plugin server proxy; do
    for command in list 'get log-lens' 'config get log-lens' 'install log-lens --yes' 'disable log-lens --now'; do
      ksx --kubeconfig "$home/kubeconfig" --context "$context" --request-timeout 5 $command >>"$home/said" 2>&1 || true
    done
    printf 'a:\n  password: planted-config\n' |
      with_input --kubeconfig "$home/kubeconfig" --context "$context" config set log-lens --yes >>"$home/said" 2>&1 || true
  done
  [ "$(grep -c . "$home/said")" -ge 30 ] || { echo '        the commands said too little'; return 1; }
  hidden "$home/said" "$home/state" "$home/cache" "$home/data" "$home/config" "$home/run" "$home/environ"
}

# with_input ARGUMENTS... - one command of ksx that reads standard input.
with_input() {
  local assignments=()
  mapfile -t assignments < <(environment)
  env -i "${assignments[@]}" "$bin/ksx" "$@"
}

the_console_shows_and_keeps_no_secret_and_leaves_no_core() {
  local context pid
  parrot
  trap 'kill $parrot 2>/dev/null; end_test' EXIT
  ulimit -c unlimited 2>/dev/null || true
  for context in token basic plugin; do
    socket="$home/tmux-$context"
    start 120x40 "$bin/ksx" --kubeconfig "$home/kubeconfig" --context "$context" --request-timeout 5
    expect '403|refused|failed|not available|cannot be read|answered|not allow' 30
    screen >>"$home/screens"
    keys m
    sleep 0.5
    screen >>"$home/screens"
    pid=$(pgrep -f "ksx --kubeconfig $home/kubeconfig" | tail -1)
    tr '\0' '\n' <"/proc/$pid/cmdline" >>"$home/command-lines"
    tr '\0' '\n' <"/proc/$pid/environ" >>"$home/command-lines"
    (cd "$home" && kill -ABRT "$pid")
    expect 'ended with'
    screen >>"$home/screens"
    tmux -S "$socket" kill-server
  done
  hidden "$home/screens" "$home/command-lines" "$home/state" "$home/cache" "$home/data" "$home/environ"
  if [ -n "$(find . "$home" -maxdepth 1 -name 'core*' -newer "$home/port" -print -delete)" ]; then
    echo '        there is a core'
    return 1
  fi
}
