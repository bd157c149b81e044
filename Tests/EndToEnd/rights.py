"""What the controllers asked a real API server, held against the rights that the chart in deploy/ gives them.

    rights.py AUDIT-LOG ROLES ACCOUNT ROLE...

Fails where something was refused, and where a rule of these roles allows what nothing asked for.
"""

import json
import sys

# One cluster has one dialect: either group serves, either kind installs.
ALIKE = {"subscriptions": "installplans"}
SERVED = ("apiservices", "jsbundles", "reverseproxies", "extensionentries")


def right(group, resource, verb, namespace):
    resource = ALIKE.get(resource, resource)
    if resource in SERVED:
        group = "extensions.kubesphere.io"
    return group, resource, verb, namespace


def asked(path, account):
    """The rights that were used, and what was refused."""
    used, refused = set(), set()
    with open(path) as lines:
        for line in lines:
            event = json.loads(line)
            if event["user"]["username"] != account:
                continue
            # As the account of an extension: what that may do its package says.
            if event.get("impersonatedUser"):
                continue
            reference = event.get("objectRef")
            if event.get("responseStatus", {}).get("code") in (401, 403):
                refused.add(f'{event["verb"]} {event["requestURI"].split("?")[0]}')
            elif reference and "resource" in reference:
                resource = "/".join(filter(None, (reference["resource"], reference.get("subresource"))))
                for namespace in ("", reference.get("namespace", "")):
                    used.add(right(reference.get("apiGroup", ""), resource, event["verb"], namespace))
    return used, refused


def given(path, names):
    """What the roles of these names allow, with the role that does."""
    with open(path) as file:
        roles = json.load(file)["items"]
    for role in roles:
        name, namespace = role["metadata"]["name"], role["metadata"].get("namespace", "")
        if name not in names:
            continue
        for rule in role["rules"]:
            for group in rule["apiGroups"]:
                for resource in rule["resources"]:
                    for verb in rule["verbs"]:
                        yield name, right(group, resource, verb, namespace)


def main():
    used, refused = asked(sys.argv[1], sys.argv[3])
    unused = sorted({f'{name}: {" ".join(filter(None, one))}' for name, one in given(sys.argv[2], sys.argv[4:]) if one not in used})
    if not used:
        sys.exit("        nothing was asked: there is no audit log")
    for line in sorted(refused):
        print(f"        refused: {line}")
    for line in unused:
        print(f"        nothing needs it: {line}")
    sys.exit(1 if refused or unused else 0)


main()
