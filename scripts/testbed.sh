# A real kube-apiserver for the runs that want one.
# shellcheck shell=bash
#
# The tools that build it stand beside the project, not in it: KSX_TESTBED_TOOLS names their folder
# (testbed-build.sh and testbed-run.sh), by default ../shared/tools. KSX_TEST_DATA names the folder of what real
# servers gave: crds/, exchanges/ and packages/, by default ../shared/data. Where they are not, callers skip.

testbed_tools=${KSX_TESTBED_TOOLS:-$root/../shared/tools}
export KSX_TEST_DATA=${KSX_TEST_DATA:-$root/../shared/data}
testbed_crds=$KSX_TEST_DATA/crds
testbed_prefix=${KSX_TESTBED_PREFIX:-${XDG_CACHE_HOME:-$HOME/.cache}/ksx/testbed}

# Prints why there is no testbed, or nothing when there is.
testbed_missing() {
  if [ ! -f "$testbed_tools/testbed-build.sh" ]; then
    echo "no testbed-build.sh in $testbed_tools"
  elif [ ! -d "$testbed_crds" ]; then
    echo "no KubeSphere CRDs in $testbed_crds"
  fi
}

testbed_build() {
  mkdir -p "$testbed_prefix"
  bash "$testbed_tools/testbed-build.sh" "$testbed_prefix" >&2
}

# testbed_start STATE_DIR - starts the server and sets KUBECONFIG, TESTBED_SERVER and the rest.
testbed_start() {
  TESTBED_PREFIX=$testbed_prefix bash "$testbed_tools/testbed-run.sh" start "$1" >&2
  # shellcheck disable=SC1091
  . "$1/testbed.env"
}

# testbed_add_reader NAME - adds a user with a client certificate who may look at what KubeSphere's
# groups have and nothing else, and a context of that name. The testbed has admin and nobody already.
testbed_add_reader() {
  local name=$1 pki
  pki=$(dirname "$TESTBED_CA")
  (
    umask 077
    cd "$pki" || exit
    openssl ecparam -name prime256v1 -genkey -noout -out "$name.key"
    openssl req -new -key "$name.key" -subj "/CN=$name" -out "$name.csr"
    openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out "$name.crt" \
      -extfile <(printf 'extendedKeyUsage = clientAuth\n')
  ) >&2 2>/dev/null
  # The testbed's kubectl cannot rewrite kubeconfigs.
  sed -i -e "s|^users:\$|&\n- name: $name\n  user: {client-certificate: $pki/$name.crt, client-key: $pki/$name.key}|" \
    -e "s|^contexts:\$|&\n- name: $name\n  context: {cluster: testbed, user: $name}|" "$KUBECONFIG"
  "$testbed_prefix/bin/kubectl" --kubeconfig "$KUBECONFIG" apply -f - >&2 <<ROLES
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ksx-reader}
rules:
- {apiGroups: [kubesphere.io, extensions.kubesphere.io], resources: ["*"], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ksx-reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ksx-reader}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: $name}
ROLES
}

testbed_purge() {
  TESTBED_PREFIX=$testbed_prefix bash "$testbed_tools/testbed-run.sh" purge "$1" >&2
}

# testbed_crds_of firstdesign|subscription|installplan - the file of our own CRDs, or a folder of shipped ones.
testbed_crds_of() {
  case $1 in
  firstdesign) echo "$root/crds/subscription.yaml" ;;
  subscription) echo "$testbed_crds/alpha-d3eb9d2a6" ;;
  installplan) echo "$testbed_crds/v4.1.3" ;;
  esac
}
