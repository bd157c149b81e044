# The least rights of the controllers: a real API server with RBAC, and ksxd on it as the ServiceAccount of the chart in
# deploy/. The server's audit log says afterwards what was asked, what was refused, and which rule nothing needed.
# Variables and functions come from lib.sh and the other files of this folder.
# shellcheck shell=bash disable=SC2034,SC2154

account=system:serviceaccount:ksx-test:ksxd-controllers

# pack_fig VERSION - all that ksxd serves, a definition, a hook, a part for agents; of 1.1.0 a Job that fails.
pack_fig() {
  local folder=$home/fig-$1 kind
  mkdir -p "$folder/templates" "$folder/crds" "$folder/charts/probe/templates"
  # helm gives a chart its tags as values.
  echo '{{- if .Values.tags.extension }}' >"$folder/templates/served.yaml"
  for kind in APIService JSBundle ReverseProxy ExtensionEntry; do
    printf -- '---\napiVersion: extensions.kubesphere.io/v1alpha1\nkind: %s\nmetadata: {name: fig-%s, annotations: {made-by: "%s"}}\n' \
      "$kind" "${kind,,}" "$1"
    case $kind in
    APIService) echo 'spec: {group: fig.example.com, version: v1, url: "http://fig.extension-fig.svc"}' ;;
    JSBundle) echo 'spec: {raw: "b25l"}' ;;
    ReverseProxy) echo 'spec: {matcher: {method: "*", path: /proxy/fig/*}, upstream: {url: "http://fig.extension-fig.svc"}}' ;;
    ExtensionEntry) echo 'spec: {entries: []}' ;;
    esac
  done >>"$folder/templates/served.yaml"
  echo '{{- end }}' >>"$folder/templates/served.yaml"
  fig_job hook ends '{helm.sh/hook: post-install, helm.sh/hook-delete-policy: hook-succeeded}' >"$folder/templates/hook.yaml"
  [ "$1" != 1.1.0 ] || fig_job work fails '{}' >"$folder/templates/work.yaml"
  cat >"$folder/crds/figs.yaml" <<'DEFINITION'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: figs.fig.example.com}
spec:
  group: fig.example.com
  names: {kind: Fig, plural: figs}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
DEFINITION
  printf 'apiVersion: v2\nname: probe\nversion: 1.0.0\n' >"$folder/charts/probe/Chart.yaml"
  printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\n' >"$folder/charts/probe/templates/map.yaml"
  printf 'probe: {enabled: true}\n' >"$folder/values.yaml"
  printf '# Fig\n' >"$folder/README.md"
  cat >"$folder/extension.yaml" <<EXTENSION
apiVersion: kubesphere.io/v1alpha1
name: fig
version: $1
displayName: {en: Fig, zh: 无花果}
description: {en: A fruit, zh: 一种水果}
category: observability
provider: {en: {name: Orchard, url: "", email: ""}}
icon: "data:image/svg+xml;base64,PHN2Zy8+"
installationMode: Multicluster
dependencies: [{name: probe, tags: [agent], condition: probe.enabled}]
EXTENSION
  if [ -f "$home/permissions.yaml" ]; then
    cp "$home/permissions.yaml" "$folder"
    # What is waited for is read by the controllers themselves.
    printf '%s\n' '{{- if .Values.tags.extension }}' 'apiVersion: v1' 'kind: Service' 'metadata: {name: fig}' \
      'spec: {ports: [{port: 80}]}' '{{- end }}' >"$folder/templates/service.yaml"
  fi
  (cd "$home" && "$bin/ksxd" package build "$folder" -o "$home/charts") >"$home/build.log" 2>&1 ||
    { cat "$home/build.log"; return 1; }
}

# fig_job NAME END ANNOTATIONS
fig_job() {
  printf 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: fig-%s, annotations: %s}\n' "$1" "$3"
  printf 'spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: c, image: "straw.example/%s"}]}}}\n' "$2"
}

# audited_cluster CRDS HELM-ARGUMENTS... - a real API server that keeps a list of what the controllers ask, with the
# chart's rights in it.
audited_cluster() {
  local crds=$testbed_crds/$1
  shift
  printf 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata, users: ["%s"]}, {level: None}]\n' \
    "$account" >"$home/audit.yaml"
  TESTBED_APISERVER_ARGS="--audit-policy-file=$home/audit.yaml --audit-log-path=$home/audit.log" testbed_start "$home/host"
  kube_of host apply -f "$crds" -f "$testbed_crds/master/cluster.kubesphere.io_clusters.yaml" >/dev/null
  # Where nothing else of KubeSphere is, the namespaces are the administrator's to make, as helm's --create-namespace does.
  kube_of host create namespace kubesphere-system >/dev/null
  kube_of host create namespace ksx-test >/dev/null
  "$testbed_prefix/bin/helm" template ksxd "$root/deploy/ksxd" --namespace ksx-test --values "$home/values.yaml" \
    "$@" >"$home/deploy.yaml"
  kube_of host apply -f "$home/deploy.yaml" >/dev/null
  join host /dev/null True 'cluster-role.kubesphere.io/host: ""'
}

# start_controllers ARGUMENTS... - as the chart's Deployment has them, with the token of its ServiceAccount.
start_controllers() {
  says host True 30 get secrets -n ksx-test -o \
    'jsonpath={range .items[?(@.metadata.annotations.kubernetes\.io/service-account\.name=="ksxd-controllers")]}True{end}'
  local token
  token=$(kube_of host get secrets -n ksx-test -o \
    'jsonpath={.items[?(@.metadata.annotations.kubernetes\.io/service-account\.name=="ksxd-controllers")].data.token}' | base64 -d)
  (umask 077; sed "s|user: {token: $TESTBED_ADMIN_TOKEN}|user: {token: $token}|" "$home/host/kubeconfig" >"$home/account")
  KSX_HELM="$testbed_prefix/bin/helm" "$bin/ksxd" controllers --kubeconfig "$home/account" --leader-elect \
    --leader-elect-namespace ksx-test "$@" >"$home/controllers.log" 2>&1 &
  echo $! >"$home/controllers.pid"
}

# as_admin METHOD PATH BODY - for what kubectl of that time cannot do.
as_admin() {
  curl -sS --fail-with-body --cacert "$TESTBED_CA" -H "Authorization: Bearer $TESTBED_ADMIN_TOKEN" -X "$1" \
    -H 'Content-Type: application/merge-patch+json' "$TESTBED_SERVER$2" -d "$3" >"$home/answer" || { cat "$home/answer"; return 1; }
}

# end_pods - a kubelet's part: pods end as their image says.
end_pods() {
  local pod image phase
  while sleep 0.2; do
    kube_of host get pods -n extension-fig -o \
      'jsonpath={range .items[?(@.status.phase=="Pending")]}{.metadata.name} {.spec.containers[0].image}{"\n"}{end}' 2>/dev/null |
      while read -r pod image; do
        case $image in */fails) phase=Failed ;; *) phase=Succeeded ;; esac
        as_admin PATCH "/api/v1/namespaces/extension-fig/pods/$pod/status" "{\"status\":{\"phase\":\"$phase\"}}" || true
      done
  done
}

# repository NAME URL - asks for it.
repository() {
  printf 'apiVersion: kubesphere.io/v1alpha1\nkind: Repository\nmetadata: {name: %s}\nspec: {url: "%s"%s}\n' "$1" "$2" "${3:-}" |
    kube_of host apply -f - >/dev/null
}

the_controllers_have_all_the_rights_they_need_and_no_others() {
  trap 'testbed_purge "$home/host" 2>/dev/null; end_test' EXIT
  mkdir "$home/charts"
  # Charts may bring what this one brings, so that no rule for them hides what the controllers themselves need.
  echo 'chartRules: [{apiGroups: [batch], resources: [jobs], verbs: [get, create, delete]}]' >"$home/values.yaml"
  audited_cluster v4.1.3
  for version in 1.0.0 1.1.0 1.2.0; do pack_fig "$version"; done
  "$bin/ksxd" repo index "$home/charts" >/dev/null
  start_controllers
  end_pods &
  echo $! >"$home/kubelet.pid"

  repository orchard "file://$home/charts"
  says host 1.2.0 60 get extension fig -o 'jsonpath={.status.recommendedVersion}'
  console install fig --version 1.0.0 --yes --wait >/dev/null
  says host 'fig-1.0.0' 30 get extensionversions -l kubesphere.io/extension-ref=fig -o \
    'jsonpath={.items[?(@.spec.version=="1.0.0")].metadata.name}'
  console disable fig --yes --wait >/dev/null
  console enable fig --yes --wait >/dev/null

  said=$(console upgrade fig --version 1.1.0 --yes --wait 2>&1) && { echo "        it went through: $said"; return 1; }
  contains "$said" 'Job extension-fig/fig-work failed'
  console upgrade fig --version 1.2.0 --yes --wait >/dev/null
  console place fig --clusters host --yes --wait >/dev/null
  says host fig-agent 30 get configmap fig-agent -n extension-fig -o 'jsonpath={.metadata.name}'

  # A version that is installed stays when it is gone from its repository; one that is not goes.
  rm "$home/charts"/fig-1.2.0.tgz "$home/charts"/fig-1.0.0.tgz
  "$bin/ksxd" repo index "$home/charts" >/dev/null
  kube_of host annotate repository orchard ksx.dev/nudge=1 >/dev/null
  says host 'fig-1.1.0 fig-1.2.0' 30 get extensionversions -o 'jsonpath={.items[*].metadata.name}'

  # What happens twice is one Event.
  repository nowhere http://127.0.0.1:9
  says host 1 30 get events -n default -o 'jsonpath={.items[?(@.involvedObject.name=="nowhere")].count}'
  kube_of host annotate repository nowhere ksx.dev/nudge=1 >/dev/null
  says host 2 30 get events -n default -o 'jsonpath={.items[?(@.involvedObject.name=="nowhere")].count}'

  console uninstall fig --yes --wait >/dev/null
  kube_of host delete repository orchard nowhere >/dev/null
  says host '' 30 get extensions.kubesphere.io,extensionversions.kubesphere.io -o name

  judge_rights ksxd-controllers ksxd-controllers-lease
}

an_extension_is_made_with_the_rights_that_its_package_asks_for() {
  trap 'testbed_purge "$home/host" 2>/dev/null; end_test' EXIT
  mkdir "$home/charts"
  echo 'chartRules: []' >"$home/values.yaml"
  audited_cluster v4.1.3 --set executorAccounts=true
  # The first asks for too little.
  printf 'kind: ClusterRole\nrules: [{apiGroups: [apiextensions.k8s.io], resources: [customresourcedefinitions], verbs: [get, create]}]\n' \
    >"$home/permissions.yaml"
  pack_fig 1.0.0
  printf -- '---\nkind: ClusterRole\nrules: [{apiGroups: [extensions.kubesphere.io], resources: ["*"], verbs: [get, list, create, patch, delete]}]\n' \
    >>"$home/permissions.yaml"
  pack_fig 1.2.0
  "$bin/ksxd" repo index "$home/charts" >/dev/null
  start_controllers --executor-accounts
  end_pods &
  echo $! >"$home/kubelet.pid"
  repository orchard "file://$home/charts"
  says host 1.2.0 60 get extension fig -o 'jsonpath={.status.recommendedVersion}'

  said=$(console install fig --version 1.0.0 --yes --wait 2>&1) && { echo "        it went through: $said"; return 1; }
  contains "$said" 'system:serviceaccount:extension-fig:helm-executor.fig'
  console upgrade fig --version 1.2.0 --yes --wait >/dev/null
  console place fig --clusters host --yes --wait >/dev/null
  says host fig-agent 30 get configmap fig-agent -n extension-fig -o 'jsonpath={.metadata.name}'
  console place fig --clusters '' --yes --wait >/dev/null 2>&1 || console unplace fig --yes --wait >/dev/null 2>&1 || true
  says host kubesphere:fig:helm-executor 10 get clusterrole kubesphere:fig:helm-executor -o 'jsonpath={.metadata.name}'

  console uninstall fig --yes --wait >/dev/null
  says host '' 30 get clusterroles,clusterrolebindings -l kubesphere.io/extension-ref=fig -o name
  says host '' 30 get roles,rolebindings,serviceaccounts -n extension-fig -l kubesphere.io/extension-ref=fig -o name
  kube_of host delete repository orchard >/dev/null
  says host '' 30 get extensions.kubesphere.io,extensionversions.kubesphere.io -o name
  judge_rights ksxd-controllers-lease
}

# judge_rights ROLE... - nothing was refused, and all that these roles allow was needed.
judge_rights() {
  # A watch is written down when it ends.
  kill "$(cat "$home/controllers.pid")" && wait "$(cat "$home/controllers.pid")"
  kube_of host get clusterroles,roles -A -o json >"$home/roles.json"
  python3 "$root/Tests/EndToEnd/rights.py" "$home/audit.log" "$home/roles.json" "$account" "$@"
}

# own_network FUNCTION - runs it where this machine has one more address, which an API server takes for a pod's.
own_network() {
  {
    declare -p bin root home socket account pod_address test_variables testbed_tools testbed_crds testbed_prefix
    declare -f
  } >"$home/shell"
  # shellcheck disable=SC2016
  unshare --net bash -c 'source "$0/shell"; set -e; ip link set lo up; ip address add "$pod_address/32" dev lo; "$1"' \
    "$home" "$1"
}
pod_address=10.9.8.7

# run_image - what kubelet, registry and image would do together: the pod runs, and answers as the repository's server.
run_image() {
  local pod
  mkdir "$home/charts/health"
  python3 -m http.server --bind "$pod_address" --directory "$home/charts" 8080 >"$home/requests.log" 2>&1 &
  echo $! >"$home/server.pid"
  says host Pending 30 get pods -n kubesphere-system -o 'jsonpath={.items[*].status.phase}'
  pod=$(kube_of host get pods -n kubesphere-system -o 'jsonpath={.items[0].metadata.name}')
  # What no node has is in no Endpoints.
  printf '{"apiVersion":"v1","kind":"Node","metadata":{"name":"straw"}}' | kube_of host create -f - >/dev/null
  printf '{"apiVersion":"v1","kind":"Binding","metadata":{"name":"%s"},"target":{"kind":"Node","name":"straw"}}' "$pod" |
    kube_of host create --raw "/api/v1/namespaces/kubesphere-system/pods/$pod/binding" -f - >/dev/null
  as_admin PATCH "/api/v1/namespaces/kubesphere-system/pods/$pod/status" \
    "{\"status\":{\"phase\":\"Running\",\"podIP\":\"$pod_address\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}"
}

serve_image() {
  trap 'testbed_purge "$home/host" 2>/dev/null; end_test' EXIT
  mkdir "$home/charts"
  echo 'chartRules: []' >"$home/values.yaml"
  # From 4.1.3 on a Repository has no image.
  audited_cluster alpha-d3eb9d2a6 --set runRepositoryImages=true
  for version in 1.0.0 1.2.0; do pack_fig "$version"; done
  "$bin/ksxd" repo index "$home/charts" >/dev/null
  start_controllers --run-repository-images

  printf 'apiVersion: kubesphere.io/v1alpha1\nkind: Repository\nmetadata: {name: orchard}\nspec: {image: "straw.example/orchard:1"}\n' |
    kube_of host apply -f - >/dev/null
  run_image
  # Soon: what failed is else tried again after half a minute.
  says host 1.2.0 20 get extension fig -o 'jsonpath={.status.recommendVersion}'
  contains "$(cat "$home/requests.log")" 'GET /fig-1.0.0.tgz'

  # What an earlier ksxd made is brought up to date, another image is another server, and with the repository it goes.
  kube_of host annotate service orchard -n kubesphere-system ksx.dev/spec-digest=earlier --overwrite >/dev/null
  kube_of host patch repository orchard --type merge -p '{"spec":{"image":"straw.example/orchard:2"}}' >/dev/null
  says host straw.example/orchard:2 30 get deployment orchard -n kubesphere-system -o 'jsonpath={..containers[0].image}'
  kube_of host delete repository orchard >/dev/null
  says host '' 90 get deployments,services -n kubesphere-system -o name
  judge_rights ksxd-controllers-images
}

the_image_of_a_repository_is_run_and_read_through_the_api_server() {
  own_network serve_image
}

# why_skipped NAME - why the test cannot be run here, or nothing.
why_skipped() {
  local reason
  case $1 in
  agents_live_in_* | the_controllers_have_* | an_extension_is_made_* | the_image_of_*)
    reason=$(testbed_missing)
    [ -n "$reason" ] || reason=$(lacking real)
    [ -n "$reason" ] || [ -x "$testbed_prefix/bin/helm" ] || reason='there is no helm'
    [[ -n "$reason" || $1 != the_image_of_* ]] || unshare --net ip address >/dev/null 2>&1 || reason='no network of its own can be made'
    echo "$reason"
    ;;
  esac
}
