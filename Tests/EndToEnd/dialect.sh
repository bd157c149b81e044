# The first design's own objects by plain kubectl, against ksxd and against a real API server with ksxd's controllers.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2154
# shellcheck source=../../scripts/testbed.sh
source "$root/scripts/testbed.sh"

# kubectls - the kubectls to ask with, one a line: those of KSX_KUBECTLS (separated by blanks), the testbed's, the PATH's.
kubectls() {
  local path
  for path in ${KSX_KUBECTLS:-} "$testbed_prefix/bin/kubectl" "$(command -v kubectl || true)"; do
    [ ! -x "$path" ] || echo "$path"
  done | sort -u
}

# kube ARGUMENTS... - the first of them, on the server under test.
kube() { "$(kubectls | head -1)" --kubeconfig "$home/kubeconfig" "$@"; }

# serve_design - ksxd on a port with TLS, for kubectl sends tokens over nothing else.
serve_design() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$home/key.pem" -out "$home/cert.pem" 2>/dev/null
  (umask 077 && printf 'a-token-for-the-tests-only' >"$home/token")
  serve --dialect subscription --listen 127.0.0.1:0 --token-file "$home/token" --tls-cert "$home/cert.pem" \
    --tls-key "$home/key.pem"
  {
    printf 'apiVersion: v1\nkind: Config\ncurrent-context: own\n'
    printf 'clusters: [{name: own, cluster: {server: "%s", certificate-authority: %s}}]\n' \
      "$(grep -o 'https://127[^ ]*' "$home/ksxd.log" | head -1)" "$home/cert.pem"
    printf 'contexts: [{name: own, context: {cluster: own, user: own}}]\n'
    printf 'users: [{name: own, user: {token: a-token-for-the-tests-only}}]\n'
  } >"$home/kubeconfig"
}

# real_design - a real API server with our definitions, and ksxd's controllers on it.
real_design() {
  testbed_start "$home/testbed"
  cp "$KUBECONFIG" "$home/kubeconfig"
  kube apply -f "$root/crds/subscription.yaml" >/dev/null
  mkdir "$home/none"
  printf 'entries: {}\n' >"$home/none/index.yaml"
  "$bin/ksxd" controllers --kubeconfig "$home/kubeconfig" --repository "$home/none" >"$home/controllers.log" 2>&1 &
  echo $! >"$home/controllers.pid"
}

# until_says WORDS SECONDS KUBECTL-ARGUMENTS... - waits until kubectl prints just that.
until_says() {
  local wanted=$1 deadline=$((SECONDS + $2)) said
  shift 2
  until said=$(kube "$@" 2>&1) && [ "$said" = "$wanted" ]; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "        kubectl $*: expected '$wanted', got '$said'"; return 1; }
    sleep 0.2
  done
}

# lives EXTENSION VERSION CHART - the objects in $home/objects.yaml go in by every kubectl, come back whole, and do what
# they say once the unpacked chart in the folder CHART is offered.
lives() {
  local name=$1 version=$2 chart=$3 kubectl said
  while read -r kubectl; do
    said=$("$kubectl" --kubeconfig "$home/kubeconfig" apply -f "$home/objects.yaml" 2>&1)
    equal "$(grep -cE ' (created|configured|unchanged)$' <<<"$said")" 8 "the objects that $kubectl applied"
    "$kubectl" --kubeconfig "$home/kubeconfig" create -f "$home/objects.yaml" --dry-run=client -o json >"$home/wanted.json"
    "$kubectl" --kubeconfig "$home/kubeconfig" get -f "$home/objects.yaml" -o json >"$home/back.json"
    equal "$(python3 "$root/Tests/EndToEnd/fields.py" "$home/wanted.json" "$home/back.json")" '' 'the fields that are lost'
  done < <(kubectls)
  mkdir -p "$home/charts"
  cp -r "$chart" "$home/charts/$name"
  kube apply -f - >/dev/null <<REPOSITORY
apiVersion: kubesphere.io/v1alpha1
kind: Repository
metadata: {name: local}
spec: {image: "file://$home/charts"}
REPOSITORY
  until_says "deployed $version" 60 get extension "$name" -o 'jsonpath={.status.state} {.status.subscribedVersion}'
  said=$(ksx --kubeconfig "$home/kubeconfig" get "$name" -o wide)
  contains "$said" "Installed"
  contains "$said" "APIService v1alpha1.$name"
  contains "$(ksx --kubeconfig "$home/kubeconfig" test "$name")" 'no tests'
}

# settled_in NAMESPACE SUBSCRIPTION - the release is there and cannot be sent elsewhere; the subscription takes it away.
settled_in() {
  local said
  kube get namespace "$1" >/dev/null
  said=$(kube patch subscription "$2" --type=merge -p '{"spec":{"targetNamespace":"elsewhere"}}' 2>&1) || true
  case $said in
  *'field is immutable'*) ;;
  *) until_says "targetNamespace elsewhere is refused: the release is in $1 and cannot move" 30 \
    get subscription "$2" -o 'jsonpath={.status.conditions[0].message}' ;;
  esac
  kube delete subscription "$2" --timeout=60s >/dev/null
}

own_live() {
  cp "$root/Tests/EndToEnd/firstdesign.yaml" "$home/objects.yaml"
  mkdir -p "$home/chart/templates"
  printf 'apiVersion: v2\nname: orchard\nversion: v0.10.1\nkubeVersion: v1.17.0\nkeywords: [Fruit]\n' >"$home/chart/Chart.yaml"
  printf 'trees: apple\n' >"$home/chart/values.yaml"
  printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: trees}\ndata: {trees: "{{ .Values.trees }}"}\n' \
    >"$home/chart/templates/trees.yaml"
  lives orchard 0.10.1 "$home/chart"
  equal "$(kube get configmap trees -n fruit-system -o 'jsonpath={.data.trees}')" plum 'the value of the config'
  settled_in fruit-system orchard-0.10.0
}

# The design's own examples, which lie outside of the project.
examples=${KSX_TEST_DATA%/*}/mission/examples

examples_live() {
  local file
  for file in "$examples"/*.yaml; do
    [ "${file##*/}" = Chart.yaml ] || { echo '---'; cat "$file"; }
  done >"$home/objects.yaml"
  mkdir "$home/chart"
  cp "$examples/Chart.yaml" "$home/chart/"
  lives devops 0.10.0 "$home/chart"
  settled_in kubesphere-devops-system devops-0.10.0
}

# lacking real|examples... - why a test with these cannot be run, or nothing.
lacking() {
  local what
  [ -n "$(kubectls)" ] || { echo 'there is no kubectl; name some in KSX_KUBECTLS'; return; }
  command -v openssl >/dev/null || { echo 'there is no openssl'; return; }
  for what in "$@"; do
    case $what in
    real) [ -x "$testbed_prefix/bin/kube-apiserver" ] || { echo 'no kube-apiserver was built; make conformance does'; return; } ;;
    examples) [ -d "$examples" ] || { echo "there are no examples in $examples"; return; } ;;
    esac
  done
}

objects_of_the_first_design_live_in_ksxd() {
  serve_design
  own_live
}

objects_of_the_first_design_live_in_a_real_server() {
  trap 'testbed_purge "$home/testbed" 2>/dev/null; end_test' EXIT
  real_design
  own_live
}

the_designs_own_examples_live_in_ksxd() {
  serve_design
  examples_live
}

the_designs_own_examples_live_in_a_real_server() {
  trap 'testbed_purge "$home/testbed" 2>/dev/null; end_test' EXIT
  real_design
  examples_live
}

# why_skipped NAME - why the test cannot be run here, or nothing.
why_skipped() {
  case $1 in
  objects_of_the_first_design_live_in_ksxd) lacking ;;
  objects_of_the_first_design_live_in_a_real_server) lacking real ;;
  the_designs_own_examples_live_in_ksxd) lacking examples ;;
  the_designs_own_examples_live_in_a_real_server) lacking real examples ;;
  esac
}
