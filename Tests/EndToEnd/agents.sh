# Agents in member clusters: two real API servers, with ksxd's controllers on one of them, and ksx as its user has it.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2154

# kube_of NAME ARGUMENTS... - kubectl on one of the clusters, host or member.
kube_of() {
  local name=$1
  shift
  "$(kubectls | head -1)" --kubeconfig "$home/$name/kubeconfig" "$@"
}

# pack_melon VERSION - a package with a part for the host, one for agents, and one for both.
pack_melon() {
  local folder=$home/melon-$1 part
  for part in . charts/front charts/probe; do
    mkdir -p "$folder/$part/templates"
    printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}-%s"}\ndata: {said: "%s {{ .Values.global.clusterInfo.name }} {{ .Values.global.clusterInfo.role }}"}\n' \
      "${part##*/}" "$1" | sed 's/-\.}/-both}/; s/-\."}/-both"}/' >"$folder/$part/templates/map.yaml"
  done
  for part in front probe; do
    printf 'apiVersion: v2\nname: %s\nversion: 1.0.0\n' "$part" >"$folder/charts/$part/Chart.yaml"
    printf 'global: {clusterInfo: {name: none, role: none}}\n' >"$folder/charts/$part/values.yaml"
  done
  printf 'global: {clusterInfo: {name: none, role: none}}\nfront: {enabled: true}\nprobe: {enabled: true}\n' >"$folder/values.yaml"
  cat >"$folder/extension.yaml" <<EXTENSION
apiVersion: kubesphere.io/v1alpha1
name: melon
version: $1
displayName: {en: Melon, zh: 瓜}
description: {en: A fruit, zh: 一种水果}
category: observability
provider: {en: {name: Orchard, url: "", email: ""}}
icon: "data:image/svg+xml;base64,PHN2Zy8+"
installationMode: Multicluster
dependencies:
- {name: front, tags: [extension], condition: front.enabled}
- {name: probe, tags: [agent], condition: probe.enabled}
EXTENSION
  printf '# Melon\n' >"$folder/README.md"
  (cd "$home" && "$bin/ksxd" package build "$folder" -o "$home/charts") >"$home/build.log" 2>&1 ||
    { cat "$home/build.log"; return 1; }
}

# join NAME KUBECONFIG READY [LABEL] - the object that KubeSphere keeps about a member.
join() {
  kube_of host apply -f - >/dev/null <<CLUSTER
apiVersion: cluster.kubesphere.io/v1alpha1
kind: Cluster
metadata: {name: $1, labels: {zone: a${4:+, $4}}}
spec: {joinFederation: true, provider: test, connection: {type: direct$([ ! -s "$2" ] || printf ', kubeconfig: "%s"' "$(base64 -w0 "$2")")}}
status: {conditions: [{type: Ready, status: "$3"}]}
CLUSTER
}

two_clusters() {
  local name
  for name in host member; do testbed_start "$home/$name"; done
  kube_of host apply -f "$testbed_crds/v4.1.3" -f "$testbed_crds/master/cluster.kubesphere.io_clusters.yaml" >/dev/null
  join host /dev/null True 'cluster-role.kubesphere.io/host: ""'
  join east "$home/member/kubeconfig" True
  sed 's|https://127.0.0.1:[0-9]*|https://127.0.0.1:9|' "$home/member/kubeconfig" >"$home/dead"
  join dead "$home/dead" True
  join asleep "$home/member/kubeconfig" False
  mkdir "$home/charts"
  pack_melon 1.0.0
  pack_melon 1.1.0
  "$bin/ksxd" repo index "$home/charts" >/dev/null
  KSX_HELM="$testbed_prefix/bin/helm" "$bin/ksxd" controllers --kubeconfig "$home/host/kubeconfig" \
    --repository "$home/charts" >"$home/controllers.log" 2>&1 &
  echo $! >"$home/controllers.pid"
  says host '1.1.0' 60 get extension melon -o 'jsonpath={.status.recommendedVersion}'
}

# says CLUSTER WORDS SECONDS KUBECTL-ARGUMENTS... - waits until kubectl there prints just that.
says() {
  local name=$1 wanted=$2 deadline=$((SECONDS + $3)) said
  shift 3
  until said=$(kube_of "$name" "$@" 2>&1) && [ "$said" = "$wanted" ]; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "        $name: kubectl $*: expected '$wanted', got '$said'"; return 1; }
    sleep 0.2
  done
}

# maps CLUSTER WORDS - waits until the release's ConfigMaps there are these.
maps() {
  says "$1" "$2" 60 get configmaps -n extension-melon -o \
    'jsonpath={range .items[?(@.data.said)]}{.metadata.name}={.data.said};{end}'
}

# agent CLUSTER STATE - waits until the plan says so of its agent.
agent() { says host "$2" 60 get installplan melon -o "jsonpath={.status.clusterSchedulingStatuses.$1.state}"; }

console() { ksx --kubeconfig "$home/host/kubeconfig" "$@"; }

agents_live_in_two_real_clusters() {
  trap 'testbed_purge "$home/host" 2>/dev/null; testbed_purge "$home/member" 2>/dev/null; end_test' EXIT
  local said
  two_clusters
  console install melon --version 1.0.0 --yes --wait >/dev/null
  maps host 'melon-both=1.0.0 none none;melon-front=1.0.0 none none;'

  # What cannot be is said before it is sent.
  said=$(console place melon --clusters nowhere --dry-run 2>&1) && { echo "        it went through: $said"; return 1; }
  contains "$said" 'there is no cluster nowhere'

  console place melon --clusters host,east --yes --wait >/dev/null
  maps host 'melon-agent-both=1.0.0 host host;melon-agent-probe=1.0.0 host host;melon-both=1.0.0 none none;melon-front=1.0.0 none none;'
  maps member 'melon-agent-both=1.0.0 east member;melon-agent-probe=1.0.0 east member;'
  contains "$(console get melon)" 'east Installed; host Installed'

  # Two that cannot be reached, each with its reason; the others are as they were.
  said=$(console place melon --clusters host,east,dead,asleep --yes --wait 2>&1) && { echo "        it went through: $said"; return 1; }
  contains "$said" 'it has no agent in asleep: it is not Ready'
  contains "$said" 'it has no agent in dead: the cluster does not answer'
  contains "$(console get melon)" 'dead not made: the cluster does not answer'
  agent east Installed

  # A member that is down holds up neither the extension nor its other agents, and follows when it is back.
  TESTBED_PREFIX=$testbed_prefix bash "$testbed_tools/testbed-run.sh" stop "$home/member" >/dev/null 2>&1
  console upgrade melon --version 1.1.0 --yes --wait >/dev/null
  maps host 'melon-agent-both=1.1.0 host host;melon-agent-probe=1.1.0 host host;melon-both=1.1.0 none none;melon-front=1.1.0 none none;'
  says host ClusterUnreachable 60 get installplan melon -o \
    'jsonpath={.status.clusterSchedulingStatuses.east.conditions[0].reason}'
  testbed_start "$home/member"
  maps member 'melon-agent-both=1.1.0 east member;melon-agent-probe=1.1.0 east member;'
  agent east Installed

  console place melon --clusters host --yes --wait >/dev/null
  maps member ''
  agent east ''

  # One member that does not answer does not keep the plan.
  console place melon --clusters host,east --yes --wait >/dev/null
  maps member 'melon-agent-both=1.1.0 east member;melon-agent-probe=1.1.0 east member;'
  console uninstall melon --yes --wait >/dev/null
  maps member ''
  maps host ''
  equal "$(kube_of host get installplans -o name)" '' 'what is left'
  equal "$(kube_of host get secrets -A -o name | grep -c ksx- || true)" 0 'records that are left'
}

# why_skipped NAME - why the test cannot be run here, or nothing.
why_skipped() {
  local reason
  case $1 in
  agents_live_in_*)
    reason=$(testbed_missing)
    [ -n "$reason" ] || reason=$(lacking real)
    [ -n "$reason" ] || [ -x "$testbed_prefix/bin/helm" ] || reason='there is no helm'
    echo "$reason"
    ;;
  esac
}
