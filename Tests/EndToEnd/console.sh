# The console on the standalone backend, as a person sees it.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2120,SC2154

opened() {
  start "${1:-80x24}" ksx --standalone
  expect 'Log Lens' 30
}

# at NAME WORD - filters the marketplace down to one extension and opens it.
at() {
  keys /
  write "$2"
  expect ">$1"
  keys Enter
  keys Enter
  expect "^ $1 \\("
}

# applied - agrees to the plan, waits until its progress is shown, and leaves the change running.
applied() {
  keys a
  expect ' › Progress|✓ accepted'
  keys Escape
}

# install_lens - installs the newest Log Lens and stays on its page.
install_lens() {
  at 'Log Lens' log
  # Until a version is recommended one is asked for.
  expect ' i install 1.1.0'
  keys i
  expect 'Install 1.1.0: '
  applied
  expect 'Installed 1.1.0'
}

the_marketplace_opens_at_80x24_on_a_backend_that_is_started_for_it() {
  opened
  expect ' live'
  expect 'All +14'
  expect '水墨文档'
  keys j
  expect '>Backup Vault'
  keys '?'
  expect 'Plan to install'
  keys Escape
  expect '>Backup Vault'
  keys q
  expect '\[ended with 0\]'
}

an_extension_lives_from_install_to_uninstall_and_the_states_come_by_themselves() {
  opened
  at 'Log Lens' log
  # Until a version is recommended one is asked for.
  expect ' i install 1.1.0'
  keys i
  expect 'Install 1.1.0: '
  keys v
  expect 'Install which version'
  expect '>1.1.0'
  keys j Enter
  expect 'Install 1.0.0: log-lens on standalone'
  keys End
  expect 'No kubectl line'
  applied
  expect 'Installed 1.0.0'

  keys U
  expect 'Upgrade to 1.1.0: log-lens on standalone'
  applied
  expect 'Installed 1.1.0'

  keys b
  expect 'Roll back to 1.0.0: log-lens on standalone'
  applied
  expect 'Installed 1.0.0'

  keys D
  expect 'Disable: log-lens on standalone'
  keys a
  expect 'Enabled +no'
  keys E
  expect 'Enable: log-lens on standalone'
  keys a
  expect 'Enabled +yes'

  keys X
  expect 'Uninstall: log-lens on standalone'
  expect 'ready'
  keys End
  expect 'Type log-lens to uninstall'
  write log-lens
  keys Enter
  expect 'not installed' 30
}

keys_that_were_typed_before_a_plan_was_painted_do_not_confirm_it() {
  opened
  install_lens

  write Da
  expect 'Disable: log-lens on standalone'
  # What follows an escape at once is a key with alt.
  keys Escape
  vanish 'Disable: log-lens on standalone'
  write Data
  expect 'Disable: log-lens on standalone'
  keys Escape
  vanish 'Disable: log-lens on standalone'
  keys X l o g - l e n s Enter
  expect 'Uninstall: log-lens on standalone'
  keys Escape
  expect 'Enabled +yes'
}

a_config_with_a_mistake_is_refused_at_its_place_and_nothing_is_lost() {
  opened
  install_lens

  keys e
  write 'keepDays: [1'
  keys C-s
  expect 'line 1|1:'
  expect 'keepDays: \[1'
  keys End BSpace BSpace
  write '"3"'
  keys C-s
  expect '\+ +keepDays: "3"'
  applied
  expect 'keepDays|Installed 1.1.0'
  equal "$(ksx --standalone config get log-lens)" 'keepDays: "3"' 'the config on the server'
}

a_backend_killed_under_the_console_leaves_the_screen_and_comes_back() {
  opened
  pkill -9 -f "ksxd serve.*$home"
  expect 'stale|no connection'
  expect 'Log Lens'
  serve
  expect ' live' 60
  ksx --standalone install log-lens --yes >"$home/out" 2>&1
  expect 'Log Lens +on' 30
  kill %1
}

a_window_too_small_says_so_and_comes_back() {
  opened
  resize 20x5
  expect 'too'
  resize 80x24
  expect 'Log Lens'
  resize 40x10
  expect 'Alert Router'
}

an_unknown_terminal_and_a_plain_locale_still_work() {
  test_term=nobody-knows-this test_lang=C
  opened
  expect '水墨文档'
  keys q
  expect '\[ended with 0\]'
}

a_locale_that_knows_ascii_only_gets_ascii_only() {
  test_variables=(LC_ALL=C)
  opened
  expect '[?]{8}'
  expect '[-]{8}'
  if screen | LC_ALL=C grep -q '[^ -~]'; then return 1; fi
  keys q
  expect '\[ended with 0\]'
}

a_theme_that_was_chosen_is_there_the_next_time() {
  opened
  write ':theme mono'
  keys Enter
  expect 'theme: mono'
  keys q
  expect '\[ended with 0\]'
  equal "$(cat "$home/config/ksx/config.yaml")" 'theme: mono' 'the settings'
}

a_paste_without_an_end_leaves_the_keys_alive() {
  opened
  keys /
  tmux -S "$socket" send-keys -t test -l "$(printf '\033[200~')log"
  expect '/log'
  keys C-c
  keys q
  expect '\[ended with 0\]'
}

a_first_start_without_a_kubeconfig_is_a_choice() {
  start 80x24 ksx
  expect 'There is no kubeconfig here'
  expect '>Log in at a gateway'
  keys j
  expect '>Standalone'
  keys Enter
  expect 'standalone › Extensions' 30
  expect 'Log Lens' 30
}

replies_of_the_terminal_are_no_keys() {
  opened
  tmux -S "$socket" send-keys -t test -l "$(printf '\033]11;rgb:1e1e/1e1e/2e2e\033\\')"
  tmux -S "$socket" send-keys -t test -l "$(printf '\033[?62;22c\033[<35;4;5M')"
  expect '>Alert Router'
  # An escape and a key in one packet are both.
  keys '?'
  expect 'Help'
  tmux -S "$socket" send-keys -t test -l "$(printf '\033j')"
  expect '>Backup Vault'
}

the_footer_does_not_stay_behind_on_a_terminal_without_a_second_screen() {
  test_term=vt100
  opened
  keys q
  expect '\[ended with 0\]'
  vanish ': more'
}

settings_are_read_again_when_they_change() {
  mkdir -p "$home/config/ksx"
  opened
  printf 'language: zh\n' >"$home/config/ksx/config.yaml"
  expect '扩展组件'
}

a_console_without_placing_reads_line_by_line() {
  start 80x24 ksx --standalone --plain
  expect '^>Alert Router' 30
  expect '^Traffic Map'
  keys j
  expect '^>Backup Vault'
}

a_signal_to_a_console_without_placing_leaves_the_terminal_as_it_was() {
  local pid
  start 80x24 sh -c "ksx --standalone --plain; stty -a | grep -oE ' -?(echo|icanon) '; exec cat"
  expect '^>Alert Router' 30
  for pid in $(pgrep -f '^ksx --standalone --plain'); do
    ! grep -qzx "HOME=$home" "/proc/$pid/environ" || kill -TERM "$pid"
  done
  expect '^ echo'
  expect '^ icanon'
}

# editing - opens the config of an installed extension and types a line of its own.
editing() {
  opened
  install_lens
  keys e
  expect 'Config'
  keys C-Home
  write 'own: 1'
  keys Enter
  expect 'own: 1'
}

# signalled SIGNAL - sends it to the console of this test.
signalled() {
  local pid
  for pid in $(pgrep -f '^ksx --standalone$'); do
    ! grep -qzx "HOME=$home" "/proc/$pid/environ" || kill "-$1" "$pid"
  done
}

a_signal_to_an_open_editor_says_where_the_text_is_and_ends_with_its_number() {
  editing
  signalled TERM
  expect 'ksx: ended by SIGTERM. The text of log-lens is kept as a draft in'
  expect '\[ended with 143\]'
  grep -q 'own: 1' "$home"/state/ksx/drafts/*-log-lens.json
  opened
  keys :
  write drafts
  keys Enter
  expect 'log-lens'
}

a_crash_with_an_open_editor_says_where_the_text_is() {
  local deadline=$((SECONDS + 20))
  editing
  # It is written down a moment after it was typed.
  until grep -qs 'own: 1' "$home"/state/ksx/drafts/*-log-lens.json; do
    [ "$SECONDS" -lt "$deadline" ] || { echo '        no draft is kept'; return 1; }
    sleep 0.1
  done
  signalled SEGV
  expect 'ksx: crashed. The text of log-lens is kept as a draft in'
  expect '\[ended with 139\]'
}

ctrl_z_and_back_keeps_what_is_being_edited() {
  start 80x24 env PS1='$ ' bash --norc -i
  expect '^\$'
  write 'ksx --standalone'
  keys Enter
  expect 'Log Lens' 30
  install_lens
  keys e
  expect 'Config'
  keys C-Home
  write 'own: 1'
  keys Enter
  expect 'own: 1'
  keys C-z
  expect 'Stopped'
  write fg
  keys Enter
  expect 'own: 1'
  keys C-s
  expect 'Configure|Apply|own: 1'
}

without_a_terminal_the_console_says_so() {
  local said code=0
  said=$(ksx --standalone 2>&1 >/dev/null) || code=$?
  equal "$code" 1 'the exit status'
  contains "$said" 'terminal'
}
