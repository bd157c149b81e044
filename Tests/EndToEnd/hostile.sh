# Servers and files that are made to be too much.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2120,SC2154

what_is_too_large_is_refused_in_a_line_and_little_memory() {
  local assignments=()
  mapfile -t assignments < <(environment)
  env -i "${assignments[@]}" python3 Tests/EndToEnd/giant.py "$bin/ksx" "$home" | sed 's/^/        | /'
  return "${PIPESTATUS[0]}"
}

a_flood_on_the_port_leaves_the_socket_its_room_and_the_processor_its_rest() {
  local assignments=()
  mapfile -t assignments < <(environment)
  env -i "${assignments[@]}" python3 Tests/EndToEnd/flood.py "$bin/ksxd" "$home" | sed 's/^/        | /'
  return "${PIPESTATUS[0]}"
}
